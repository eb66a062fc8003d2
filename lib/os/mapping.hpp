#pragma once

// A range of address space, owned. Sizes and offsets are rounded out to whole pages. Failures are
// values: nothing here throws or ends the process.

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wrun::inline v0::os {

/// Bytes in a page; a power of two.
std::size_t page_size() noexcept;
/// `bytes` rounded up to whole pages; nothing if that overflows.
std::optional<std::size_t> round_to_pages(std::uint64_t bytes) noexcept;

/// Whether the process may not map as much as it likes (RLIMIT_AS): reservations should be modest.
bool address_space_is_limited() noexcept;

class Mapping {
 public:
  Mapping() = default;
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  /// Reserves inaccessible address space; it costs no memory until it is committed and touched.
  static std::optional<Mapping> reserve(std::uint64_t bytes) noexcept;

  std::uint8_t* data() const { return base_; }
  std::size_t size() const { return size_; }
  explicit operator bool() const { return base_ != nullptr; }

  /// Makes a part readable and writable; it reads as zeros until written.
  bool commit(std::size_t offset, std::size_t bytes) noexcept;
  /// Makes a part inaccessible, for guards; contents are lost.
  bool guard(std::size_t offset, std::size_t bytes) noexcept;
  /// Gives the memory of a part back; it reads as it did first, as zeros or an image, and stays as
  /// accessible as it was. False if the system refuses.
  bool decommit(std::size_t offset, std::size_t bytes) noexcept;
  /// Resizes to `bytes`, perhaps elsewhere, all of it committed; what was committed keeps its
  /// contents. Unchanged if it fails.
  bool move_to(std::uint64_t bytes) noexcept;

 private:
  Mapping(std::uint8_t* base, std::size_t size) : base_(base), size_(size) {}

  std::uint8_t* base_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wrun::inline v0::os
