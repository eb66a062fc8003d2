#include "lib/os/image_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace wrun::inline v0::os {

ImageFile::~ImageFile() {
  if (fd_ >= 0) close(fd_);
}

std::optional<ImageFile::Place> ImageFile::reserve(std::size_t bytes) noexcept {
  const auto size = round_to_pages(bytes);
  const std::lock_guard lock(mutex_);
  if (!size || *size == 0 || refused_) return std::nullopt;
  if (fd_ < 0) fd_ = memfd_create("wrun-images", MFD_CLOEXEC);
  const Place place{end_, *size};
  if (fd_ < 0 || ftruncate(fd_, static_cast<off_t>(end_ + *size)) != 0) {
    refused_ = true;
    return std::nullopt;
  }
  end_ += *size;
  return place;
}

bool ImageFile::write(const Place& place, std::size_t at, const std::uint8_t* bytes,
                      std::size_t size) noexcept {
  while (size != 0) {
    const ssize_t done = pwrite(fd_, bytes, size, static_cast<off_t>(place.offset + at));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes += done;
    at += static_cast<std::size_t>(done);
    size -= static_cast<std::size_t>(done);
  }
  return true;
}

void ImageFile::release(const Place& place) noexcept {
  fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(place.offset),
            static_cast<off_t>(place.size));
}

bool ImageFile::map(const Place& place, Mapping& to) noexcept {
  return mmap(to.data(), place.size, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd_,
              static_cast<off_t>(place.offset)) == to.data();
}

}  // namespace wrun::inline v0::os
