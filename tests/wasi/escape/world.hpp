#pragma once

// Directories that are granted, and what lies around them:
//
//   inside/    granted as descriptor 3: file, dir/nested/deep
//   other/     granted as descriptor 4: file
//   readonly/  granted as descriptor 5, for reading: file
//   /proc/self granted as descriptor 6, /dev as 7
//   outside/   secret, dir/, empty/, link -> hidden-target
//   hidden-beside/

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tests/wasi/support/guest.hpp"

namespace wrun::test {

/// In each file that isn't in inside/.
inline constexpr std::string_view secret = "top secret";

/// How paths are resolved.
enum class Backend { kernel, walk, unprotected };
std::string name_of(Backend backend);

class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const std::filesystem::path& base() const { return base_; }
  std::filesystem::path inside() const { return base_ / "inside"; }

  /// Statements separated by ';', on names in inside/: `symlink TARGET NAME`, `hardlink OLD NAME`,
  /// `mkdir NAME`, `fifo NAME`, `socket NAME`, `file NAME`, `move OLD NEW`. Words are expanded.
  void prepare(std::string_view setup) const;
  /// `@` is the path of base(), `%` its last component, `#` a descriptor of outside/ that the
  /// process has open.
  std::string expand(std::string_view text) const;

  std::shared_ptr<wasi::Directory> directory(Backend backend, const std::string& path) const;
  /// The grants listed above. Unprotected, the read-only one isn't.
  wasi::Config config(Backend backend) const;

  /// Everything there is outside of inside/: types, sizes, times, links, contents.
  std::string surroundings() const;
  /// Whether the guest's memory has a content, a name or an inode from there.
  bool is_known_to(Guest& guest) const;

 private:
  void run(const std::vector<std::string>& words) const;

  std::filesystem::path base_;
  int outside_ = -1;
};

}  // namespace wrun::test
