#pragma once

// A directory of files that nobody else may read or write: made with mode 0700, and refused if it
// belongs to another user or lets others in. Several processes may use one at the same time.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/os/input_file.hpp"

namespace wrun::inline v0::os {

class PrivateDirectory {
 public:
  struct File {
    std::string name;
    std::uint64_t size = 0;
    std::int64_t used = 0;  ///< nanoseconds since the epoch
  };

  PrivateDirectory() = default;
  PrivateDirectory(PrivateDirectory&& other) noexcept;
  PrivateDirectory& operator=(PrivateDirectory&& other) noexcept;
  ~PrivateDirectory();

  /// Made if it isn't there; its parent must be. Empty text, or why not. Throws std::bad_alloc, as
  /// all that follows.
  std::string open(const std::string& path);

  /// A regular file of this user's, of at most so many bytes; none if there is no such file.
  InputFile open_file(const std::string& name, std::uint64_t most) const noexcept;
  /// A copy of its content.
  std::optional<std::vector<std::uint8_t>> read(const std::string& name, std::uint64_t most) const;
  /// Whole or not at all; replaces a file of that name, or gives way to it. False if it couldn't.
  bool write(const std::string& name, std::span<const std::uint8_t> content, bool replaces) const;
  /// Notes that the file is in use.
  void touch(const std::string& name) const;
  void remove(const std::string& name) const;
  std::vector<File> files() const;

 private:
  int fd_ = -1;
};

/// Bytes that nobody can guess; false if the system has none.
bool random_bytes(std::span<std::uint8_t> bytes) noexcept;

/// The start of the names of files that are being written.
inline constexpr std::string_view unfinished = "tmp-";

}  // namespace wrun::inline v0::os
