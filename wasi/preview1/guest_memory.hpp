#pragma once

// The calling guest's memory during one host call. Addresses and lengths are the guest's and may be
// anything. What is read is copied once and judged in the copy, because another thread of the guest
// may be writing.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include <wrun/wasi/errno.hpp>

#include "wasi/preview1/abi.hpp"

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

class GuestMemory {
 public:
  explicit GuestMemory(std::span<std::uint8_t> bytes) : bytes_(bytes) {}

  bool contains(std::uint64_t address, std::uint64_t length) const {
    return address <= bytes_.size() && length <= bytes_.size() - address;
  }
  /// For the host's own reading and writing of data that it doesn't interpret.
  Outcome<std::span<std::byte>> buffer(std::uint64_t address, std::uint64_t length) const {
    if (!contains(address, length)) return Errno::fault;
    return std::as_writable_bytes(bytes_.subspan(address, length));
  }
  template <std::size_t N>
  Outcome<Record<N>> load(std::uint64_t address) const {
    if (!contains(address, N)) return Errno::fault;
    Record<N> record;
    std::memcpy(record.data(), bytes_.data() + address, N);
    return record;
  }
  template <std::size_t N>
  Errno store(std::uint64_t address, const Record<N>& record) const {
    return store(address, record.data(), N);
  }
  Errno store(std::uint64_t address, const void* data, std::size_t length) const {
    if (!contains(address, length)) return Errno::fault;
    if (length != 0) std::memcpy(bytes_.data() + address, data, length);
    return Errno::success;
  }
  template <class T>
  Errno store_number(std::uint64_t address, T value) const {
    Record<sizeof(T)> record;
    record.set(0, value);
    return store(address, record);
  }
  Outcome<std::string> text(std::uint64_t address, std::uint64_t length) const {
    if (!contains(address, length)) return Errno::fault;
    return std::string(reinterpret_cast<const char*>(bytes_.data() + address), length);
  }

 private:
  std::span<std::uint8_t> bytes_;
};

}  // namespace wrun::inline v0::wasi::preview1
