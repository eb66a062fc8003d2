#include "lib/os/populate.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>

#include "lib/os/mapping.hpp"

namespace wrun::inline v0::os {

namespace {

// Linux 5.14; older headers have no names for them.
constexpr int populate_read = 22;
constexpr int populate_write = 23;

void populate(const void* start, std::size_t bytes, int how) noexcept {
  const int before = errno;
  const std::uintptr_t page = page_size();
  const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(start);
  const std::uintptr_t first = (at + page - 1) & ~(page - 1);
  const std::uintptr_t end = (at + bytes) & ~(page - 1);
  if (first < end) madvise(reinterpret_cast<void*>(first), end - first, how);
  errno = before;
}

}  // namespace

void populate_for_writing(void* start, std::size_t bytes) noexcept {
  populate(start, bytes, populate_write);
}

void populate_for_reading(const void* start, std::size_t bytes) noexcept {
  populate(start, bytes, populate_read);
}

}  // namespace wrun::inline v0::os
