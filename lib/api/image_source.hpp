#pragma once

// Where the bytes of an image come from, front to back. They are copied to where they are kept, and
// looked at there: nobody else can change them any more.

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <wrun/result.hpp>

#include "lib/os/input_file.hpp"

namespace wrun::inline v0::api {

class ImageSource {
 public:
  explicit ImageSource(std::span<const std::uint8_t> bytes) : bytes_(bytes), left_(bytes.size()) {}
  /// A regular file, at its start.
  ImageSource(os::InputFile file, std::uint64_t size) : file_(std::move(file)), left_(size) {}

  /// How much is to be read.
  std::uint64_t left() const { return left_; }
  /// False if there isn't as much, or no longer, or if the file can't be read.
  bool read(std::span<std::uint8_t> to);
  /// So many bytes in memory of their own. Throws std::bad_alloc.
  bool read(std::vector<std::uint8_t>& to, std::uint64_t size);

 private:
  std::span<const std::uint8_t> bytes_;
  os::InputFile file_;
  std::uint64_t left_;
};

/// A regular file. Errors: io.
Result<ImageSource> open_image(std::string_view path);

}  // namespace wrun::inline v0::api
