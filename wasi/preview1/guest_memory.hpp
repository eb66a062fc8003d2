#pragma once

// The calling guest's memory during one host call. Addresses and lengths are the guest's and may be
// anything. What is read is copied once and judged in the copy, because another thread of the guest
// may be writing.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include <wrun/wasi/errno.hpp>

#include "wasi/preview1/abi.hpp"
#include "wasi/preview1/shared_copy.hpp"

namespace wrun::inline v0::wasi::preview1 {

/// A record of the guest's, copied: fields by offset, little-endian.
template <std::size_t N>
class Record {
 public:
  template <class T>
  T get(std::size_t offset) const {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(value | static_cast<T>(T{bytes_[offset + i]} << (8 * i)));
    }
    return value;
  }
  template <class T>
  void set(std::size_t offset, T value) {
    static_assert(std::is_unsigned_v<T>);
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }
  std::uint8_t* data() { return bytes_; }
  const std::uint8_t* data() const { return bytes_; }

 private:
  std::uint8_t bytes_[N] = {};
};

/// A range of the guest's memory that was found to be in it.
class GuestRange {
 public:
  GuestRange(std::uint64_t address, std::size_t length) : address_(address), length_(length) {}
  std::uint64_t address() const { return address_; }
  std::size_t size() const { return length_; }
  bool empty() const { return length_ == 0; }
  GuestRange first(std::size_t count) const { return {address_, count}; }
  GuestRange subspan(std::size_t count) const { return {address_ + count, length_ - count}; }

 private:
  std::uint64_t address_;
  std::size_t length_;
};

/// Whether other threads may write to a memory while the host looks at it.
enum class Sharing : std::uint8_t { none, threads };

class GuestMemory {
 public:
  /// Data goes to and from capabilities in pieces of at most this many bytes, so that a call which
  /// moves gigabytes can be stopped in between.
  static constexpr std::size_t piece_limit = std::size_t{1} << 20;
  static constexpr std::size_t shared_piece_limit = std::size_t{1} << 16;

  explicit GuestMemory(std::span<std::uint8_t> bytes, Sharing sharing = Sharing::none)
      : bytes_(bytes), sharing_(sharing) {}

  bool contains(std::uint64_t address, std::uint64_t length) const {
    return address <= bytes_.size() && length <= bytes_.size() - address;
  }
  Outcome<GuestRange> range(std::uint64_t address, std::uint64_t length) const {
    if (!contains(address, length)) return Errno::fault;
    return GuestRange(address, static_cast<std::size_t>(length));
  }
  std::size_t largest_piece() const {
    return sharing_ == Sharing::none ? piece_limit : shared_piece_limit;
  }

  /// `fill` gets bytes to write to, and answers how many it wrote. Where others may write too it
  /// gets bytes of its own, since a capability may look at what it has written.
  template <class Fill>
  Outcome<std::size_t> receive(const GuestRange& range, Fill fill) const {
    if (sharing_ == Sharing::none) return fill(span(range));
    const auto own = std::make_unique_for_overwrite<std::byte[]>(range.size());
    const Outcome<std::size_t> done = fill(std::span(own.get(), range.size()));
    if (done) copy_out(range.address(), own.get(), std::min(*done, range.size()));
    return done;
  }
  /// `take` gets bytes to read from, and answers how many it took. Where others may write they are
  /// a copy, since a capability may read them twice.
  template <class Take>
  Outcome<std::size_t> send(const GuestRange& range, Take take) const {
    if (sharing_ == Sharing::none) return take(std::span<const std::byte>(span(range)));
    const auto own = std::make_unique_for_overwrite<std::byte[]>(range.size());
    copy_in(own.get(), range.address(), range.size());
    return take(std::span<const std::byte>(own.get(), range.size()));
  }

  /// The range must be in the memory.
  void copy_in(void* to, std::uint64_t address, std::size_t length) const {
    if (length == 0) return;
    if (sharing_ == Sharing::none) {
      std::memcpy(to, bytes_.data() + address, length);
    } else {
      shared_copy::read(static_cast<std::uint8_t*>(to), bytes_.data() + address, length);
    }
  }

  template <std::size_t N>
  Outcome<Record<N>> load(std::uint64_t address) const {
    if (!contains(address, N)) return Errno::fault;
    Record<N> record;
    copy_in(record.data(), address, N);
    return record;
  }
  Outcome<std::string> text(std::uint64_t address, std::uint64_t length) const {
    if (!contains(address, length)) return Errno::fault;
    std::string copy(length, '\0');
    copy_in(copy.data(), address, length);
    return copy;
  }

  Errno store(std::uint64_t address, const void* data, std::size_t length) const {
    if (!contains(address, length)) return Errno::fault;
    copy_out(address, data, length);
    return Errno::success;
  }
  template <std::size_t N>
  Errno store(std::uint64_t address, const Record<N>& record) const {
    return store(address, record.data(), N);
  }
  template <class T>
  Errno store_number(std::uint64_t address, T value) const {
    Record<sizeof(T)> record;
    record.set(0, value);
    return store(address, record);
  }

 private:
  std::span<std::byte> span(const GuestRange& range) const {
    return std::as_writable_bytes(bytes_.subspan(range.address(), range.size()));
  }
  void copy_out(std::uint64_t address, const void* data, std::size_t length) const {
    if (length == 0) return;
    if (sharing_ == Sharing::none) {
      std::memcpy(bytes_.data() + address, data, length);
    } else {
      shared_copy::write(bytes_.data() + address, static_cast<const std::uint8_t*>(data), length);
    }
  }

  std::span<std::uint8_t> bytes_;
  Sharing sharing_;
};

}  // namespace wrun::inline v0::wasi::preview1
