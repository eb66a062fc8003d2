#pragma once

// Lanes of vectors: making, taking out, putting in, moving, loading and storing them; named like
// the rows of opcodes.def. A lane's number is checked, as addresses are.
//
// https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions

#include <cstring>

#include "lib/wasm/numeric_memory.hpp"
#include "lib/wasm/simd_integer.hpp"
#include "lib/wasm/vector/native.hpp"

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

class VectorLanes : public NumericTypes {
  using Native = NativeVector;
  using Memory = MemoryNumerics;

  /// Taken from where the vector is in memory: that is one load.
  template <class Value, class T>
  static Value extract(const VectorBytes& a, u32 lane) {
    return Memory::load<Value, T>(a.byte + lane * sizeof(T));
  }
  template <class T>
  static Vector replace(Vector a, T x, u32 lane) {
    // A window on these bytes has the lane's all set, wherever the lane is.
    static constexpr auto bytes = [] {
      struct {
        u8 byte[16 + sizeof(T) + 16];
      } result{};
      for (std::size_t i = 0; i < sizeof(T); ++i) result.byte[16 + i] = 0xff;
      return result;
    }();
    Vector mask;
    std::memcpy(&mask, bytes.byte + 16 - lane * sizeof(T), sizeof(mask));
    return choose(mask, from_lanes(splat<T>(x)), a);
  }
  static Vector load(const u8* at) {
    Vector result;
    std::memcpy(&result, at, sizeof(result));
    return result;
  }
  /// 8 bytes, then zeros.
  static Vector load_half(const u8* at) {
    return from_lanes(VectorOf<u64>{Memory::load<u64, u64>(at), 0});
  }
  template <class T>
  static Vector load_splat(const u8* at) {
    return from_lanes(splat<T>(Memory::load<T, T>(at)));
  }
  template <class T>
  static Vector load_lane(const u8* at, Vector a, u32 lane) {
    return replace<T>(a, Memory::load<T, T>(at), lane);
  }
  template <class T>
  static void store_lane(u8* at, const VectorBytes& a, u32 lane) {
    std::memcpy(at, a.byte + lane * sizeof(T), sizeof(T));
  }

 public:
  static Vector i8x16_splat(u32 x) { return from_lanes(splat<u8>(u8(x))); }
  static Vector i16x8_splat(u32 x) { return from_lanes(splat<u16>(u16(x))); }
  static Vector i32x4_splat(u32 x) { return from_lanes(splat<u32>(x)); }
  static Vector i64x2_splat(u64 x) { return from_lanes(splat<u64>(x)); }
  static Vector f32x4_splat(f32 x) { return from_lanes(splat<f32>(x)); }
  static Vector f64x2_splat(f64 x) { return from_lanes(splat<f64>(x)); }

  static u32 i8x16_extract_lane_s(const VectorBytes& a, u32 lane) {
    return extract<u32, s8>(a, lane);
  }
  static u32 i8x16_extract_lane_u(const VectorBytes& a, u32 lane) {
    return extract<u32, u8>(a, lane);
  }
  static u32 i16x8_extract_lane_s(const VectorBytes& a, u32 lane) {
    return extract<u32, s16>(a, lane);
  }
  static u32 i16x8_extract_lane_u(const VectorBytes& a, u32 lane) {
    return extract<u32, u16>(a, lane);
  }
  static u32 i32x4_extract_lane(const VectorBytes& a, u32 lane) {
    return extract<u32, u32>(a, lane);
  }
  static u64 i64x2_extract_lane(const VectorBytes& a, u32 lane) {
    return extract<u64, u64>(a, lane);
  }
  static f32 f32x4_extract_lane(const VectorBytes& a, u32 lane) {
    return extract<f32, f32>(a, lane);
  }
  static f64 f64x2_extract_lane(const VectorBytes& a, u32 lane) {
    return extract<f64, f64>(a, lane);
  }
  static Vector i8x16_replace_lane(Vector a, u32 x, u32 lane) {
    return replace<u8>(a, u8(x), lane);
  }
  static Vector i16x8_replace_lane(Vector a, u32 x, u32 lane) {
    return replace<u16>(a, u16(x), lane);
  }
  static Vector i32x4_replace_lane(Vector a, u32 x, u32 lane) { return replace<u32>(a, x, lane); }
  static Vector i64x2_replace_lane(Vector a, u64 x, u32 lane) { return replace<u64>(a, x, lane); }
  static Vector f32x4_replace_lane(Vector a, f32 x, u32 lane) { return replace<f32>(a, x, lane); }
  static Vector f64x2_replace_lane(Vector a, f64 x, u32 lane) { return replace<f64>(a, x, lane); }

  static Vector i8x16_swizzle(Vector a, Vector indices) { return Native::swizzle(a, indices); }
  /// Numbers from 16 on are bytes of b.
  static Vector i8x16_shuffle(Vector a, Vector b, Vector numbers) {
    return Native::swizzle(a, numbers) | Native::swizzle(b, numbers - splat<u8>(16));
  }

  static Vector v128_load(const u8* at) { return load(at); }
  static void v128_store(u8* at, Vector a) { std::memcpy(at, &a, sizeof(a)); }
  static Vector v128_load8x8_s(const u8* at) {
    return VectorIntegers::i16x8_extend_low_i8x16_s(load_half(at));
  }
  static Vector v128_load8x8_u(const u8* at) {
    return VectorIntegers::i16x8_extend_low_i8x16_u(load_half(at));
  }
  static Vector v128_load16x4_s(const u8* at) {
    return VectorIntegers::i32x4_extend_low_i16x8_s(load_half(at));
  }
  static Vector v128_load16x4_u(const u8* at) {
    return VectorIntegers::i32x4_extend_low_i16x8_u(load_half(at));
  }
  static Vector v128_load32x2_s(const u8* at) {
    return VectorIntegers::i64x2_extend_low_i32x4_s(load_half(at));
  }
  static Vector v128_load32x2_u(const u8* at) {
    return VectorIntegers::i64x2_extend_low_i32x4_u(load_half(at));
  }
  static Vector v128_load8_splat(const u8* at) { return load_splat<u8>(at); }
  static Vector v128_load16_splat(const u8* at) { return load_splat<u16>(at); }
  static Vector v128_load32_splat(const u8* at) { return load_splat<u32>(at); }
  static Vector v128_load64_splat(const u8* at) { return load_splat<u64>(at); }
  static Vector v128_load32_zero(const u8* at) {
    return from_lanes(VectorOf<u32>{Memory::load<u32, u32>(at), 0, 0, 0});
  }
  static Vector v128_load64_zero(const u8* at) { return load_half(at); }
  static Vector v128_load8_lane(const u8* at, Vector a, u32 lane) {
    return load_lane<u8>(at, a, lane);
  }
  static Vector v128_load16_lane(const u8* at, Vector a, u32 lane) {
    return load_lane<u16>(at, a, lane);
  }
  static Vector v128_load32_lane(const u8* at, Vector a, u32 lane) {
    return load_lane<u32>(at, a, lane);
  }
  static Vector v128_load64_lane(const u8* at, Vector a, u32 lane) {
    return load_lane<u64>(at, a, lane);
  }
  static void v128_store8_lane(u8* at, const VectorBytes& a, u32 lane) {
    store_lane<u8>(at, a, lane);
  }
  static void v128_store16_lane(u8* at, const VectorBytes& a, u32 lane) {
    store_lane<u16>(at, a, lane);
  }
  static void v128_store32_lane(u8* at, const VectorBytes& a, u32 lane) {
    store_lane<u32>(at, a, lane);
  }
  static void v128_store64_lane(u8* at, const VectorBytes& a, u32 lane) {
    store_lane<u64>(at, a, lane);
  }
};

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
