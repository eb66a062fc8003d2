#pragma once

// What the vector types of the compilers have no operator for, lane by lane. x86.hpp replaces it;
// a test compares the two.

#include <cmath>
#include <limits>
#include <type_traits>

#include "lib/wasm/numeric_integer.hpp"
#include "lib/wasm/vector/types.hpp"

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

class PortableVector : public NumericTypes {
 protected:
  template <class T>
  static constexpr T saturated(s64 x) {
    using Limits = std::numeric_limits<T>;
    if (x < s64(Limits::min())) return Limits::min();
    return x > s64(Limits::max()) ? Limits::max() : T(x);
  }

 private:
  template <class T, class Function>
  static Vector map(Vector a, Function function) {
    VectorOf<T> x = lanes<T>(a);
    for (std::size_t i = 0; i < count_of_lanes<T>; ++i) x[i] = function(x[i]);
    return from_lanes(x);
  }
  template <class T, class Function>
  static Vector map(Vector a, Vector b, Function function) {
    VectorOf<T> x = lanes<T>(a);
    const VectorOf<T> y = lanes<T>(b);
    for (std::size_t i = 0; i < count_of_lanes<T>; ++i) x[i] = function(x[i], y[i]);
    return from_lanes(x);
  }
  /// Rounding may hand a NaN on as it is.
  template <class F>
  static F quiet(F x) {
    return x != x ? x + x : x;
  }

 public:
  // T: s8, u8, s16, u16
  template <class T>
  static Vector add_sat(Vector a, Vector b) {
    return map<T>(a, b, [](T x, T y) { return saturated<T>(s64(x) + y); });
  }
  template <class T>
  static Vector sub_sat(Vector a, Vector b) {
    return map<T>(a, b, [](T x, T y) { return saturated<T>(s64(x) - y); });
  }
  // T: u8, u16
  template <class T>
  static Vector avgr(Vector a, Vector b) {
    return map<T>(a, b, [](T x, T y) { return T((x + y + 1) / 2); });
  }
  /// a's lanes, then b's, saturated to half their width.
  template <class To, class From>
  static Vector narrow(Vector a, Vector b) {
    const VectorOf<From> x = lanes<From>(a);
    const VectorOf<From> y = lanes<From>(b);
    constexpr std::size_t count = count_of_lanes<From>;
    VectorOf<To> result{};
    for (std::size_t i = 0; i < count; ++i) {
      result[i] = saturated<To>(x[i]);
      result[count + i] = saturated<To>(y[i]);
    }
    return from_lanes(result);
  }
  /// The lanes' sign bits. T: signed.
  template <class T>
  static u32 bitmask(Vector a) {
    const VectorOf<T> x = lanes<T>(a);
    u32 result = 0;
    for (std::size_t i = 0; i < count_of_lanes<T>; ++i) result |= u32(x[i] < 0) << i;
    return result;
  }
  static bool is_zero(Vector a) {
    const VectorOf<u64> x = lanes<u64>(a);
    return (x[0] | x[1]) == 0;
  }
  /// Bytes of `a` by number; 0 for numbers from 16 on.
  static Vector swizzle(Vector a, Vector indices) {
    Vector result{};
    for (unsigned i = 0; i < 16; ++i) result[i] = indices[i] < 16 ? a[indices[i] & 15] : u8{0};
    return result;
  }
  /// Sums of two adjacent products of s16.
  static Vector dot(Vector a, Vector b) {
    const VectorOf<s16> x = lanes<s16>(a);
    const VectorOf<s16> y = lanes<s16>(b);
    VectorOf<u32> result{};
    for (unsigned i = 0; i < 4; ++i)
      result[i] = u32(x[2 * i] * y[2 * i]) + u32(x[2 * i + 1] * y[2 * i + 1]);
    return from_lanes(result);
  }
  /// Products of lanes of From as lanes of To, which is twice as wide.
  template <class To, class From, bool high>
  static Vector extmul(Vector a, Vector b) {
    const VectorOf<From> x = lanes<From>(a);
    const VectorOf<From> y = lanes<From>(b);
    constexpr std::size_t count = count_of_lanes<To>;
    constexpr std::size_t first = high ? count : 0;
    VectorOf<To> result{};
    for (std::size_t i = 0; i < count; ++i) result[i] = To(To(x[first + i]) * To(y[first + i]));
    return from_lanes(result);
  }
  static Vector q15mulr_sat(Vector a, Vector b) {
    return map<s16>(a, b, [](s16 x, s16 y) { return saturated<s16>((x * y + 0x4000) >> 15); });
  }

  // F: f32, f64
  template <class F>
  static Vector ceil(Vector a) {
    return map<F>(a, [](F x) { return quiet(std::ceil(x)); });
  }
  template <class F>
  static Vector floor(Vector a) {
    return map<F>(a, [](F x) { return quiet(std::floor(x)); });
  }
  template <class F>
  static Vector trunc(Vector a) {
    return map<F>(a, [](F x) { return quiet(std::trunc(x)); });
  }
  template <class F>
  static Vector nearest(Vector a) {
    return map<F>(a, [](F x) { return quiet(std::nearbyint(x)); });
  }
  template <class F>
  static Vector sqrt(Vector a) {
    return map<F>(a, [](F x) { return std::sqrt(x); });
  }
  /// Two f64 as f32, then two zeros.
  static Vector demote(Vector a) {
    const VectorOf<f64> x = lanes<f64>(a);
    return from_lanes(VectorOf<f32>{f32(x[0]), f32(x[1]), 0, 0});
  }
  static Vector promote_low(Vector a) {
    const VectorOf<f32> x = lanes<f32>(a);
    return from_lanes(VectorOf<f64>{x[0], x[1]});
  }
  /// f64 that are in the range of s32, cut off, then two zeros.
  static Vector trunc_to_s32(Vector a) {
    const VectorOf<f64> x = lanes<f64>(a);
    return from_lanes(VectorOf<s32>{s32(x[0]), s32(x[1]), 0, 0});
  }
  static Vector trunc_to_u32(Vector a) {
    const VectorOf<f64> x = lanes<f64>(a);
    return from_lanes(VectorOf<u32>{u32(x[0]), u32(x[1]), 0, 0});
  }
};

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
