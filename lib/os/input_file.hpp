#pragma once

// A file that is read front to back. Failures are values.

#include <cstdint>
#include <optional>
#include <span>

namespace wrun::inline v0::os {

class InputFile {
 public:
  InputFile() = default;
  /// Takes the descriptor over; a negative one is none.
  explicit InputFile(int fd) : fd_(fd) {}
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  ~InputFile();

  /// A regular file; none where that fails (errno says why), or where there is something else,
  /// which isn't opened (errno is 0).
  static InputFile open(const char* path) noexcept;
  explicit operator bool() const { return fd_ >= 0; }

  /// Of a regular file; nothing of any other.
  std::optional<std::uint64_t> size() const noexcept;
  /// As many bytes as asked for. False where there are fewer (errno is 0), or where that fails.
  bool read(std::span<std::uint8_t> to) noexcept;

 private:
  int fd_ = -1;
};

}  // namespace wrun::inline v0::os
