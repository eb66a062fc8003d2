#pragma once

// From a path to the thing it names, never leaving a directory. What is found is an O_PATH
// descriptor, or a parent and one name in it: from there on nothing is looked up by path again, so
// no swapped link or moved parent comes between the check and the use.
//
// Two ways to do it, with the same answers: openat2(RESOLVE_BENEATH), or component by component
// with O_NOFOLLOW. Leaving the directory is Errno::notcapable in both. Magic links are Errno::loop;
// the walk can't tell them from the other links of a proc file system, and follows none of those.

#include <string>
#include <string_view>

#include <wrun/wasi/errno.hpp>

#include "wasi/posix/unique_fd.hpp"

namespace wrun::inline v0::wasi {

enum class Resolution { kernel, walk };

/// `kernel` if openat2 works beneath this directory, else `walk`.
Resolution probe_resolution(int directory);

/// A directory and a name in it. The name may end with a slash (its thing must be a directory then)
/// and is otherwise one component.
struct Parent {
  UniqueFd directory;
  std::string name;
};

class Resolver {
 public:
  Resolver(int root, Resolution resolution) : root_(root), resolution_(resolution) {}

  /// An O_PATH descriptor of what the path names; of the link itself if it is one and !follow.
  Outcome<UniqueFd> locate(const std::string& path, bool follow) const;
  Outcome<Parent> locate_parent(const std::string& path) const;

 private:
  int root_;
  Resolution resolution_;
};

/// Where the target of a link at `path` leads, as a path; notcapable if the target is absolute.
Outcome<std::string> path_of_target(const std::string& path, std::string_view target);
bool ends_with_slash(std::string_view path);
/// The text of the symbolic link that an O_PATH descriptor (name empty) or a name in it is.
Outcome<std::string> link_target(int fd, const char* name);
/// Whether an O_PATH descriptor is a link in a proc file system. Most of those are magic: they lead
/// to open files and other roots without a path, and what they say is only a description.
bool is_process_link(int fd);

}  // namespace wrun::inline v0::wasi
