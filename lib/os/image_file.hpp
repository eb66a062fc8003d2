#pragma once

// A file in memory that pages are mapped from, copied when they are written to. One file holds many
// images, so that they cost one descriptor. Thread-safe. Failures are values.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "lib/os/mapping.hpp"

namespace wrun::inline v0::os {

class ImageFile {
 public:
  /// A place in the file, in whole pages.
  struct Place {
    std::uint64_t offset = 0;
    std::size_t size = 0;
  };

  ImageFile() = default;
  ~ImageFile();
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  /// Room for an image of `bytes`, all zeros. Nothing if the system has no such files to give.
  std::optional<Place> reserve(std::size_t bytes) noexcept;
  bool write(const Place& place, std::size_t at, const std::uint8_t* bytes,
             std::size_t size) noexcept;
  /// Gives an image's memory back. What is mapped of it reads as zeros.
  void release(const Place& place) noexcept;
  /// Maps an image, readable and writable, over the start of a mapping that is as large.
  bool map(const Place& place, Mapping& to) noexcept;

 private:
  std::mutex mutex_;
  int fd_ = -1;
  bool refused_ = false;
  std::uint64_t end_ = 0;  // offsets aren't used again; there are plenty
};

}  // namespace wrun::inline v0::os
