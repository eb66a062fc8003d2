#include "lib/os/mapping.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <limits>
#include <utility>

namespace wrun::inline v0::os {

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::optional<std::size_t> round_to_pages(std::uint64_t bytes) noexcept {
  const std::uint64_t mask = page_size() - 1;
  if (bytes > std::numeric_limits<std::size_t>::max() - mask) return std::nullopt;
  return static_cast<std::size_t>((bytes + mask) & ~mask);
}

bool address_space_is_limited() noexcept {
  rlimit limit{};
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

namespace {

/// The whole pages that a range touches.
struct Pages {
  void* start;
  std::size_t size;
};

Pages pages_of(std::uint8_t* base, std::size_t offset, std::size_t bytes) {
  const std::size_t first = offset & ~(page_size() - 1);
  return {base + first, round_to_pages(offset + bytes - first).value_or(0)};
}

}  // namespace

Mapping::Mapping(Mapping&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(size_, other.size_);
  return *this;
}

Mapping::~Mapping() {
  if (base_) munmap(base_, size_);
}

std::optional<Mapping> Mapping::reserve(std::uint64_t bytes) noexcept {
  const auto size = round_to_pages(bytes);
  if (!size || *size == 0) return std::nullopt;
  void* base = mmap(nullptr, *size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return std::nullopt;
  return Mapping(static_cast<std::uint8_t*>(base), *size);
}

bool Mapping::commit(std::size_t offset, std::size_t bytes) noexcept {
  if (bytes == 0) return true;
  const Pages pages = pages_of(base_, offset, bytes);
  return mprotect(pages.start, pages.size, PROT_READ | PROT_WRITE) == 0;
}

bool Mapping::guard(std::size_t offset, std::size_t bytes) noexcept {
  if (bytes == 0) return true;
  if (!decommit(offset, bytes)) return false;
  const Pages pages = pages_of(base_, offset, bytes);
  return mprotect(pages.start, pages.size, PROT_NONE) == 0;
}

bool Mapping::decommit(std::size_t offset, std::size_t bytes) noexcept {
  if (bytes == 0) return true;
  const Pages pages = pages_of(base_, offset, bytes);
  return madvise(pages.start, pages.size, MADV_DONTNEED) == 0;
}

bool Mapping::move_to(std::uint64_t bytes) noexcept {
  const auto size = round_to_pages(bytes);
  if (!size || *size < size_) return false;
  if (!base_) {
    auto fresh = reserve(*size);
    if (!fresh || !fresh->commit(0, *size)) return false;
    *this = std::move(*fresh);
    return true;
  }
  // The kernel moves ranges of one protection only.
  if (!commit(0, size_)) return false;
  void* base = mremap(base_, size_, *size, MREMAP_MAYMOVE);
  if (base == MAP_FAILED) return false;
  base_ = static_cast<std::uint8_t*>(base);
  size_ = *size;
  return true;
}

}  // namespace wrun::inline v0::os
