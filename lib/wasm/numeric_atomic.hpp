#pragma once

// What atomic instructions do at addresses that were checked, aligned ones: all sequentially
// consistent. Memory is little-endian. Which instruction does what follows from its row in
// opcodes.def.
//
// https://webassembly.github.io/threads/core/exec/instructions.html#atomic-memory-instructions

#include <atomic>
#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::wasm {

/// The read-modify-write operations with one operand.
enum class Rmw : std::uint8_t { add, sub, and_, or_, xor_, xchg };

/// By the last word of the name: i64.atomic.rmw16.and_u.
constexpr Rmw rmw_of(const OpInfo& info) {
  const std::string_view word = info.text().substr(info.text().rfind('.') + 1);
  if (word.starts_with("add")) return Rmw::add;
  if (word.starts_with("sub")) return Rmw::sub;
  if (word.starts_with("and")) return Rmw::and_;
  if (word.starts_with("or")) return Rmw::or_;
  return word.starts_with("xor") ? Rmw::xor_ : Rmw::xchg;
}

/// The unsigned integer of that many bytes.
template <std::size_t width>
using UnsignedOf = std::conditional_t<
    width == 1, std::uint8_t,
    std::conditional_t<width == 2, std::uint16_t,
                       std::conditional_t<width == 4, std::uint32_t, std::uint64_t>>>;

namespace detail {

template <class T>
std::atomic_ref<T> atomic_at(std::uint8_t* at) {
  // RISC-V works on less than 4 bytes by instructions for the word around them, in a library.
  static_assert(std::atomic_ref<T>::is_always_lock_free || sizeof(T) < 4);
  return std::atomic_ref<T>(*reinterpret_cast<T*>(at));
}

/// Between a number and how it lies in memory.
template <class T>
constexpr T little_endian(T value) {
  if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) {
    return value;
  } else {
    T swapped = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      swapped = static_cast<T>(swapped << 8 | ((value >> (8 * i)) & 0xff));
    }
    return swapped;
  }
}

template <Rmw what, class T>
constexpr T combine(T a, T b) {
  switch (what) {
    case Rmw::add:
      return static_cast<T>(a + b);
    case Rmw::sub:
      return static_cast<T>(a - b);
    case Rmw::and_:
      return static_cast<T>(a & b);
    case Rmw::or_:
      return static_cast<T>(a | b);
    case Rmw::xor_:
      return static_cast<T>(a ^ b);
    case Rmw::xchg:
      return b;
  }
  return b;
}

/// On a little-endian host, where one instruction of its may do.
template <Rmw what, class T>
T rmw_native(std::atomic_ref<T> cell, T value) {
  switch (what) {
    case Rmw::add:
      return cell.fetch_add(value);
    case Rmw::sub:
      return cell.fetch_sub(value);
    case Rmw::and_:
      return cell.fetch_and(value);
    case Rmw::or_:
      return cell.fetch_or(value);
    case Rmw::xor_:
      return cell.fetch_xor(value);
    case Rmw::xchg:
      return cell.exchange(value);
  }
  return value;
}

}  // namespace detail

template <class T>
T atomic_load(std::uint8_t* at) {
  return detail::little_endian(detail::atomic_at<T>(at).load());
}

template <class T>
void atomic_store(std::uint8_t* at, T value) {
  detail::atomic_at<T>(at).store(detail::little_endian(value));
}

/// All return what was there before.
template <Rmw what, class T>
T atomic_rmw(std::uint8_t* at, T value) {
  const std::atomic_ref<T> cell = detail::atomic_at<T>(at);
  if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) {
    return detail::rmw_native<what>(cell, value);
  } else {
    T before = cell.load();
    T after;
    do {
      after = detail::little_endian(detail::combine<what>(detail::little_endian(before), value));
    } while (!cell.compare_exchange_weak(before, after));
    return detail::little_endian(before);
  }
}

template <class T>
T atomic_cmpxchg(std::uint8_t* at, T expected, T replacement) {
  T found = detail::little_endian(expected);
  detail::atomic_at<T>(at).compare_exchange_strong(found, detail::little_endian(replacement));
  return detail::little_endian(found);
}

}  // namespace wrun::inline v0::wasm
