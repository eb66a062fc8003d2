#pragma once

// From a path to what it names in a tree that isn't the kernel's, with the answers that the POSIX
// one gives: links are followed component by component, at most link_limit of them, and leaving the
// directory where the walk began is Errno::notcapable.
//
// A Tree has a Node (a pointer, null for "nothing") and says
//   Outcome<Node> child(const Node& directory, const std::string& name)   noent if there is none
//   FileType type(const Node& node)
//   Outcome<std::string> target(const Node& link)

#include <string>
#include <utility>
#include <vector>

#include <wrun/wasi/filesystem.hpp>

#include "wasi/link_limit.hpp"

namespace wrun::inline v0::wasi {

inline constexpr std::size_t path_limit = 4096;  ///< as Linux's PATH_MAX, the NUL included
inline constexpr std::size_t name_limit = 255;

/// The components of a path, last first. A slash at its end is not one of them.
std::vector<std::string> reversed_components(std::string_view path);

/// What becomes of a link that is the last component.
enum class LastLink : std::uint8_t {
  follow,
  stay,  ///< unless the path ends with a slash, as lstat does
  name   ///< a name is wanted, to make, remove or move it
};

/// Where a path ends.
template <class Node>
struct Walked {
  Node parent = {};
  std::string name;            ///< in the parent; empty if the path ends in `.` or `..`
  Node node = {};              ///< null if there is nothing of that name
  bool ends_with_dot = false;  ///< the last component is `.`
  bool slash = false;          ///< it has to be a directory
};

template <class Tree>
class PathWalk {
 public:
  using Node = typename Tree::Node;

  PathWalk(Tree& tree, Node start) : tree_(tree) { way_.push_back(std::move(start)); }

  /// The last component may be missing; of the others it is an error.
  Outcome<Walked<Node>> run(const std::string& path, LastLink last_link) {
    if (path.empty()) return Errno::noent;
    if (path.front() == '/') return Errno::notcapable;
    if (path.size() >= path_limit) return Errno::nametoolong;
    last_link_ = last_link;
    pending_ = reversed_components(path);
    result_.slash = path.back() == '/';
    // What the path itself ends in, whatever links lead to.
    result_.ends_with_dot = !pending_.empty() && pending_.front() == ".";
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (const Errno error = step(name); error != Errno::success) return error;
    }
    if (!result_.node && result_.name.empty()) result_.node = way_.back();
    if (last_link == LastLink::name) return std::move(result_);
    if (result_.slash && result_.node && tree_.type(result_.node) != FileType::directory) {
      return Errno::notdir;
    }
    return std::move(result_);
  }

 private:
  Errno step(const std::string& name) {
    const bool last = pending_.empty();
    if (name == ".") return Errno::success;
    if (name == "..") {
      if (way_.size() == 1) return Errno::notcapable;
      way_.pop_back();
      return Errno::success;
    }
    if (name.size() > name_limit) return Errno::nametoolong;
    Outcome<Node> next = tree_.child(way_.back(), name);
    if (!next) {
      if (!last || next.error() != Errno::noent) return next.error();
      result_.parent = way_.back();
      result_.name = name;
      return Errno::success;
    }
    const FileType type = tree_.type(*next);
    if (type == FileType::symbolic_link && (!last || follows_last())) return expand(*next);
    if (last) {
      result_.parent = way_.back();
      result_.name = name;
      result_.node = *std::move(next);
      return Errno::success;
    }
    if (type != FileType::directory) return Errno::notdir;
    way_.push_back(*std::move(next));
    return Errno::success;
  }

  bool follows_last() const {
    return last_link_ == LastLink::follow || (last_link_ == LastLink::stay && result_.slash);
  }

  Errno expand(const Node& link) {
    if (++links_ > link_limit) return Errno::loop;
    const Outcome<std::string> target = tree_.target(link);
    if (!target) return target.error();
    if (target->empty()) return Errno::noent;
    if (target->front() == '/') return Errno::notcapable;
    if (pending_.empty() && target->back() == '/') result_.slash = true;
    for (std::string& name : reversed_components(*target)) pending_.push_back(std::move(name));
    return Errno::success;
  }

  Tree& tree_;
  LastLink last_link_ = LastLink::follow;
  int links_ = 0;
  std::vector<std::string> pending_;  ///< what is still to be looked up, last first
  std::vector<Node> way_;             ///< the directories from the start to here
  Walked<Node> result_;
};

}  // namespace wrun::inline v0::wasi
