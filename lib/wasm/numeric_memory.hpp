#pragma once

// Loads and stores of numbers, named like the rows of opcodes.def, at addresses that were checked.
// Memory is little-endian; no alignment is needed.
//
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "lib/wasm/numeric_integer.hpp"

namespace wrun::inline v0::wasm {

struct MemoryNumerics : NumericTypes {
  static u32 i32_load(const u8* at) { return load<u32, u32>(at); }
  static u32 i32_load8_s(const u8* at) { return load<u32, s8>(at); }
  static u32 i32_load8_u(const u8* at) { return load<u32, u8>(at); }
  static u32 i32_load16_s(const u8* at) { return load<u32, s16>(at); }
  static u32 i32_load16_u(const u8* at) { return load<u32, u16>(at); }
  static u64 i64_load(const u8* at) { return load<u64, u64>(at); }
  static u64 i64_load8_s(const u8* at) { return load<u64, s8>(at); }
  static u64 i64_load8_u(const u8* at) { return load<u64, u8>(at); }
  static u64 i64_load16_s(const u8* at) { return load<u64, s16>(at); }
  static u64 i64_load16_u(const u8* at) { return load<u64, u16>(at); }
  static u64 i64_load32_s(const u8* at) { return load<u64, s32>(at); }
  static u64 i64_load32_u(const u8* at) { return load<u64, u32>(at); }
  static f32 f32_load(const u8* at) { return load<f32, f32>(at); }
  static f64 f64_load(const u8* at) { return load<f64, f64>(at); }
  static void i32_store(u8* at, u32 value) { store<u32>(at, value); }
  static void i32_store8(u8* at, u32 value) { store<u8>(at, u8(value)); }
  static void i32_store16(u8* at, u32 value) { store<u16>(at, u16(value)); }
  static void i64_store(u8* at, u64 value) { store<u64>(at, value); }
  static void i64_store8(u8* at, u64 value) { store<u8>(at, u8(value)); }
  static void i64_store16(u8* at, u64 value) { store<u16>(at, u16(value)); }
  static void i64_store32(u8* at, u64 value) { store<u32>(at, u32(value)); }
  static void f32_store(u8* at, f32 value) { store<f32>(at, value); }
  static void f64_store(u8* at, f64 value) { store<f64>(at, value); }

  /// The bytes at `at` as a Stored, extended to a Value.
  template <class Value, class Stored>
  static Value load(const u8* at) {
    std::array<u8, sizeof(Stored)> bytes;
    std::memcpy(bytes.data(), at, sizeof(Stored));
    return static_cast<Value>(std::bit_cast<Stored>(little_endian(bytes)));
  }
  template <class Stored>
  static void store(u8* at, Stored value) {
    const auto bytes = little_endian(std::bit_cast<std::array<u8, sizeof(Stored)>>(value));
    std::memcpy(at, bytes.data(), sizeof(Stored));
  }

 private:
  template <class Bytes>
  static constexpr Bytes little_endian(Bytes bytes) {
    if constexpr (std::endian::native == std::endian::big) std::reverse(bytes.begin(), bytes.end());
    return bytes;
  }
};

}  // namespace wrun::inline v0::wasm
