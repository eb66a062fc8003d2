// Vector instructions against a scalar description of each lane, on edge cases and on random
// bits; compiled for each instruction set.

#include "lib/wasm/simd.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "lib/os/cpu.hpp"

namespace wrun::wasm {
namespace {

using N = VectorNumerics;
using u8 = std::uint8_t;
using s8 = std::int8_t;
using u16 = std::uint16_t;
using s16 = std::int16_t;
using u32 = std::uint32_t;
using s32 = std::int32_t;
using u64 = std::uint64_t;
using s64 = std::int64_t;
using f32 = float;
using f64 = double;
using Unary = Vector (*)(Vector);
using Binary = Vector (*)(Vector, Vector);

template <class T>
using Array = std::array<T, 16 / sizeof(T)>;
template <class T>
Array<T> array(Vector v) {
  return std::bit_cast<Array<T>>(v);
}

template <class T>
std::vector<T> edges() {
  if constexpr (std::is_floating_point_v<T>) {
    using L = std::numeric_limits<T>;
    std::vector<T> values{0,
                          1,
                          T(0.5),
                          T(1.5),
                          T(2.5),
                          T(0.49999997),
                          T(1e-30),
                          T(3e9),
                          T(1e19),
                          T(4194304.5),
                          8388607.5,
                          T(0x1p31),
                          T(0x1p32),
                          T(0x1p52),
                          T(0x1p53),
                          T(2147483520),
                          L::max(),
                          L::min(),
                          L::denorm_min(),
                          L::infinity(),
                          T(4294967295.0),
                          T(2147483647.5),
                          T(127)};
    for (std::size_t i = values.size(); i > 0; --i) values.push_back(-values[i - 1]);
    values.push_back(L::quiet_NaN());
    values.push_back(-L::quiet_NaN());
    return values;
  } else {
    using U = std::make_unsigned_t<T>;
    constexpr U top = U(U{1} << (8 * sizeof(T) - 1));
    return {T(0),   T(1),          T(2),     T(7),     T(0x55), T(U(top - 1)),
            T(top), T(U(top + 1)), T(U(-1)), T(U(-2)), T(0x3c)};
  }
}

/// Vectors of edge cases, then random ones.
template <class T>
std::vector<Vector> inputs() {
  std::mt19937_64 random(42);
  const auto values = edges<T>();
  std::vector<Vector> result;
  for (int i = 0; i < 300; ++i) {
    Array<T> lanes;
    for (T& lane : lanes) lane = values[random() % values.size()];
    result.push_back(std::bit_cast<Vector>(lanes));
  }
  for (int i = 0; i < 300; ++i)
    result.push_back(std::bit_cast<Vector>(std::array<u64, 2>{random(), random()}));
  return result;
}

/// Equal bits, or quiet NaNs both.
template <class T>
bool same(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, u32, u64>;
    const Bits quiet = std::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN());
    if (b != b) return (std::bit_cast<Bits>(a) & quiet) == quiet;
    return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
  } else {
    return a == b;
  }
}

template <class T>
void expect_lanes(Vector got, const Array<T>& wanted, const char* name, Vector a, Vector b) {
  const Array<T> lanes = array<T>(got);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    ASSERT_TRUE(same(lanes[i], wanted[i]))
        << name << ", lane " << i << ": " << +lanes[i] << " instead of " << +wanted[i] << " of "
        << ::testing::PrintToString(array<T>(a)) << " and "
        << ::testing::PrintToString(array<T>(b));
  }
}

/// f(a, b) gives function's result in each lane.
template <class T, class Function>
void lanewise(const char* name, Binary f, Function function) {
  const auto values = inputs<T>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Vector a = values[i], b = values[(i * 7 + 1) % values.size()];
    Array<T> wanted;
    for (std::size_t lane = 0; lane < wanted.size(); ++lane)
      wanted[lane] = T(function(array<T>(a)[lane], array<T>(b)[lane]));
    expect_lanes<T>(f(a, b), wanted, name, a, b);
  }
}

template <class T, class Function>
void lanewise(const char* name, Unary f, Function function) {
  for (const Vector a : inputs<T>()) {
    Array<T> wanted;
    for (std::size_t lane = 0; lane < wanted.size(); ++lane)
      wanted[lane] = T(function(array<T>(a)[lane]));
    expect_lanes<T>(f(a), wanted, name, a, Vector{});
  }
}

template <class T>
T saturated(s64 x) {
  return T(std::clamp<s64>(x, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

template <class T>
struct IntegerOps {
  Binary add, sub, min, max, eq, ne, lt, gt, le, ge;
};

template <class T>
void check_integers(const char* name, const IntegerOps<T>& ops) {
  using U = std::make_unsigned_t<T>;
  const auto mask = [](bool x) { return x ? U(-1) : U(0); };
  lanewise<T>(name, ops.add, [](T a, T b) { return U(U(a) + U(b)); });
  lanewise<T>(name, ops.sub, [](T a, T b) { return U(U(a) - U(b)); });
  if (ops.min) lanewise<T>(name, ops.min, [](T a, T b) { return a < b ? a : b; });
  if (ops.max) lanewise<T>(name, ops.max, [](T a, T b) { return a > b ? a : b; });
  lanewise<T>(name, ops.eq, [=](T a, T b) { return mask(a == b); });
  lanewise<T>(name, ops.ne, [=](T a, T b) { return mask(a != b); });
  if (!ops.lt) return;
  lanewise<T>(name, ops.lt, [=](T a, T b) { return mask(a < b); });
  lanewise<T>(name, ops.gt, [=](T a, T b) { return mask(a > b); });
  lanewise<T>(name, ops.le, [=](T a, T b) { return mask(a <= b); });
  lanewise<T>(name, ops.ge, [=](T a, T b) { return mask(a >= b); });
}

/// What one instruction set is needed for isn't run without it.
class Simd : public testing::Test {
  void SetUp() override {
#if defined(__SSE4_2__)
    if (!os::has_x86_64_v2()) GTEST_SKIP() << "this CPU lacks x86-64-v2";
#endif
  }
};

TEST_F(Simd, IntegersLaneByLane) {
  check_integers<s8>("i8x16 s",
                     {N::i8x16_add, N::i8x16_sub, N::i8x16_min_s, N::i8x16_max_s, N::i8x16_eq,
                      N::i8x16_ne, N::i8x16_lt_s, N::i8x16_gt_s, N::i8x16_le_s, N::i8x16_ge_s});
  check_integers<u8>("i8x16 u",
                     {N::i8x16_add, N::i8x16_sub, N::i8x16_min_u, N::i8x16_max_u, N::i8x16_eq,
                      N::i8x16_ne, N::i8x16_lt_u, N::i8x16_gt_u, N::i8x16_le_u, N::i8x16_ge_u});
  check_integers<s16>("i16x8 s",
                      {N::i16x8_add, N::i16x8_sub, N::i16x8_min_s, N::i16x8_max_s, N::i16x8_eq,
                       N::i16x8_ne, N::i16x8_lt_s, N::i16x8_gt_s, N::i16x8_le_s, N::i16x8_ge_s});
  check_integers<u16>("i16x8 u",
                      {N::i16x8_add, N::i16x8_sub, N::i16x8_min_u, N::i16x8_max_u, N::i16x8_eq,
                       N::i16x8_ne, N::i16x8_lt_u, N::i16x8_gt_u, N::i16x8_le_u, N::i16x8_ge_u});
  check_integers<s32>("i32x4 s",
                      {N::i32x4_add, N::i32x4_sub, N::i32x4_min_s, N::i32x4_max_s, N::i32x4_eq,
                       N::i32x4_ne, N::i32x4_lt_s, N::i32x4_gt_s, N::i32x4_le_s, N::i32x4_ge_s});
  check_integers<u32>("i32x4 u",
                      {N::i32x4_add, N::i32x4_sub, N::i32x4_min_u, N::i32x4_max_u, N::i32x4_eq,
                       N::i32x4_ne, N::i32x4_lt_u, N::i32x4_gt_u, N::i32x4_le_u, N::i32x4_ge_u});
  check_integers<s64>("i64x2",
                      {N::i64x2_add, N::i64x2_sub, nullptr, nullptr, N::i64x2_eq, N::i64x2_ne,
                       N::i64x2_lt_s, N::i64x2_gt_s, N::i64x2_le_s, N::i64x2_ge_s});
  lanewise<u16>("i16x8.mul", N::i16x8_mul, [](u32 a, u32 b) { return a * b; });
  lanewise<u32>("i32x4.mul", N::i32x4_mul, [](u32 a, u32 b) { return a * b; });
  lanewise<u64>("i64x2.mul", N::i64x2_mul, [](u64 a, u64 b) { return a * b; });
  lanewise<u8>("i8x16.popcnt", N::i8x16_popcnt, [](u8 a) { return std::popcount(a); });
}

TEST_F(Simd, AbsAndNeg) {
  const auto abs = [](auto a) {
    using U = std::make_unsigned_t<decltype(a)>;
    return a < 0 ? U(0 - U(a)) : U(a);
  };
  lanewise<s8>("i8x16.abs", N::i8x16_abs, abs);
  lanewise<s16>("i16x8.abs", N::i16x8_abs, abs);
  lanewise<s32>("i32x4.abs", N::i32x4_abs, abs);
  lanewise<s64>("i64x2.abs", N::i64x2_abs, abs);
  lanewise<u8>("i8x16.neg", N::i8x16_neg, [](u8 a) { return u8(0 - a); });
  lanewise<u64>("i64x2.neg", N::i64x2_neg, [](u64 a) { return 0 - a; });
}

TEST_F(Simd, Saturation) {
  const auto add = [](auto a, auto b) { return saturated<decltype(a)>(s64(a) + b); };
  const auto sub = [](auto a, auto b) { return saturated<decltype(a)>(s64(a) - b); };
  const auto average = [](auto a, auto b) { return (a + b + 1) / 2; };
  const auto q15 = [](s32 a, s32 b) { return saturated<s16>((s64(a) * b + 0x4000) >> 15); };
  lanewise<s8>("i8x16.add_sat_s", N::i8x16_add_sat_s, add);
  lanewise<u8>("i8x16.add_sat_u", N::i8x16_add_sat_u, add);
  lanewise<s16>("i16x8.add_sat_s", N::i16x8_add_sat_s, add);
  lanewise<u16>("i16x8.add_sat_u", N::i16x8_add_sat_u, add);
  lanewise<s8>("i8x16.sub_sat_s", N::i8x16_sub_sat_s, sub);
  lanewise<u8>("i8x16.sub_sat_u", N::i8x16_sub_sat_u, sub);
  lanewise<s16>("i16x8.sub_sat_s", N::i16x8_sub_sat_s, sub);
  lanewise<u16>("i16x8.sub_sat_u", N::i16x8_sub_sat_u, sub);
  lanewise<u8>("i8x16.avgr_u", N::i8x16_avgr_u, average);
  lanewise<u16>("i16x8.avgr_u", N::i16x8_avgr_u, average);
  lanewise<s16>("i16x8.q15mulr_sat_s", N::i16x8_q15mulr_sat_s, q15);
}

template <class T>
void check_shifts(Vector (*shl)(Vector, u32), Vector (*shr_s)(Vector, u32),
                  Vector (*shr_u)(Vector, u32)) {
  using S = std::make_signed_t<T>;
  constexpr u32 bits = 8 * sizeof(T);
  for (u32 by = 0; by < 2 * bits + 3; ++by) {
    for (const Vector a : inputs<T>()) {
      Array<T> left, arithmetic, logical;
      for (std::size_t i = 0; i < left.size(); ++i) {
        const T x = array<T>(a)[i];
        left[i] = T(x << (by % bits));
        arithmetic[i] = T(S(x) >> (by % bits));
        logical[i] = T(x >> (by % bits));
      }
      expect_lanes<T>(shl(a, by), left, "shl", a, Vector{});
      expect_lanes<T>(shr_s(a, by), arithmetic, "shr_s", a, Vector{});
      expect_lanes<T>(shr_u(a, by), logical, "shr_u", a, Vector{});
    }
  }
}

TEST_F(Simd, Shifts) {
  check_shifts<u8>(N::i8x16_shl, N::i8x16_shr_s, N::i8x16_shr_u);
  check_shifts<u16>(N::i16x8_shl, N::i16x8_shr_s, N::i16x8_shr_u);
  check_shifts<u32>(N::i32x4_shl, N::i32x4_shr_s, N::i32x4_shr_u);
  check_shifts<u64>(N::i64x2_shl, N::i64x2_shr_s, N::i64x2_shr_u);
}

template <class F>
struct FloatOps {
  Binary add, sub, mul, div, min, max, pmin, pmax;
  Unary ceil, floor, trunc, nearest, sqrt, abs, neg;
};

template <class F>
void check_floats(const char* name, const FloatOps<F>& ops) {
  lanewise<F>(name, ops.add, [](F a, F b) { return a + b; });
  lanewise<F>(name, ops.sub, [](F a, F b) { return a - b; });
  lanewise<F>(name, ops.mul, [](F a, F b) { return a * b; });
  lanewise<F>(name, ops.div, [](F a, F b) { return a / b; });
  lanewise<F>(name, ops.min, [](F a, F b) {
    if (a != a || b != b) return std::numeric_limits<F>::quiet_NaN();
    return a < b || (a == b && std::signbit(a)) ? a : b;
  });
  lanewise<F>(name, ops.max, [](F a, F b) {
    if (a != a || b != b) return std::numeric_limits<F>::quiet_NaN();
    return a > b || (a == b && !std::signbit(a)) ? a : b;
  });
  for (const Vector a : inputs<F>()) {  // these pass a NaN on as it is
    for (const Vector b : {inputs<F>()[3], inputs<F>()[40]}) {
      const auto low = array<F>(ops.pmin(a, b)), high = array<F>(ops.pmax(a, b));
      for (std::size_t i = 0; i < low.size(); ++i) {
        const F x = array<F>(a)[i], y = array<F>(b)[i];
        EXPECT_EQ(std::memcmp(&low[i], y < x ? &y : &x, sizeof(F)), 0) << x << " " << y;
        EXPECT_EQ(std::memcmp(&high[i], x < y ? &y : &x, sizeof(F)), 0) << x << " " << y;
      }
    }
  }
  lanewise<F>(name, ops.ceil, [](F a) { return std::ceil(a); });
  lanewise<F>(name, ops.floor, [](F a) { return std::floor(a); });
  lanewise<F>(name, ops.trunc, [](F a) { return std::trunc(a); });
  lanewise<F>(name, ops.nearest, [](F a) { return std::nearbyint(a); });
  lanewise<F>(name, ops.sqrt, [](F a) { return std::sqrt(a); });
  using Bits = std::conditional_t<sizeof(F) == 4, u32, u64>;
  constexpr Bits sign = Bits{1} << (8 * sizeof(F) - 1);
  lanewise<Bits>(name, ops.abs, [](Bits a) { return a & ~sign; });
  lanewise<Bits>(name, ops.neg, [](Bits a) { return a ^ sign; });
}

TEST_F(Simd, FloatsLaneByLane) {
  check_floats<f32>(
      "f32x4", {N::f32x4_add, N::f32x4_sub, N::f32x4_mul, N::f32x4_div, N::f32x4_min, N::f32x4_max,
                N::f32x4_pmin, N::f32x4_pmax, N::f32x4_ceil, N::f32x4_floor, N::f32x4_trunc,
                N::f32x4_nearest, N::f32x4_sqrt, N::f32x4_abs, N::f32x4_neg});
  check_floats<f64>(
      "f64x2", {N::f64x2_add, N::f64x2_sub, N::f64x2_mul, N::f64x2_div, N::f64x2_min, N::f64x2_max,
                N::f64x2_pmin, N::f64x2_pmax, N::f64x2_ceil, N::f64x2_floor, N::f64x2_trunc,
                N::f64x2_nearest, N::f64x2_sqrt, N::f64x2_abs, N::f64x2_neg});
}

template <class I, class F>
I converted(F x) {
  if (x != x) return 0;
  const F cut = std::trunc(x);
  if (cut < F(std::numeric_limits<I>::min())) return std::numeric_limits<I>::min();
  if (cut >= F(0x1p31) * (std::is_signed_v<I> ? 1 : 2)) return std::numeric_limits<I>::max();
  return I(s64(cut));
}

TEST_F(Simd, Conversions) {
  for (const Vector a : inputs<f32>()) {
    Array<u32> s, u;
    for (unsigned i = 0; i < 4; ++i) {
      s[i] = u32(converted<s32>(array<f32>(a)[i]));
      u[i] = converted<u32>(array<f32>(a)[i]);
    }
    expect_lanes<u32>(N::i32x4_trunc_sat_f32x4_s(a), s, "i32x4.trunc_sat_f32x4_s", a, Vector{});
    expect_lanes<u32>(N::i32x4_trunc_sat_f32x4_u(a), u, "i32x4.trunc_sat_f32x4_u", a, Vector{});
    expect_lanes<f64>(N::f64x2_promote_low_f32x4(a), {array<f32>(a)[0], array<f32>(a)[1]},
                      "f64x2.promote_low_f32x4", a, Vector{});
  }
  for (const Vector a : inputs<f64>()) {
    const auto x = array<f64>(a);
    expect_lanes<u32>(N::i32x4_trunc_sat_f64x2_s_zero(a),
                      {u32(converted<s32>(x[0])), u32(converted<s32>(x[1])), 0, 0},
                      "i32x4.trunc_sat_f64x2_s_zero", a, Vector{});
    expect_lanes<u32>(N::i32x4_trunc_sat_f64x2_u_zero(a),
                      {converted<u32>(x[0]), converted<u32>(x[1]), 0, 0},
                      "i32x4.trunc_sat_f64x2_u_zero", a, Vector{});
    expect_lanes<f32>(N::f32x4_demote_f64x2_zero(a), {f32(x[0]), f32(x[1]), 0, 0},
                      "f32x4.demote_f64x2_zero", a, Vector{});
  }
  for (const Vector a : inputs<u32>()) {
    const auto s = array<s32>(a);
    const auto u = array<u32>(a);
    expect_lanes<f32>(N::f32x4_convert_i32x4_s(a), {f32(s[0]), f32(s[1]), f32(s[2]), f32(s[3])},
                      "f32x4.convert_i32x4_s", a, Vector{});
    expect_lanes<f32>(N::f32x4_convert_i32x4_u(a), {f32(u[0]), f32(u[1]), f32(u[2]), f32(u[3])},
                      "f32x4.convert_i32x4_u", a, Vector{});
    expect_lanes<f64>(N::f64x2_convert_low_i32x4_s(a), {f64(s[0]), f64(s[1])},
                      "f64x2.convert_low_i32x4_s", a, Vector{});
    expect_lanes<f64>(N::f64x2_convert_low_i32x4_u(a), {f64(u[0]), f64(u[1])},
                      "f64x2.convert_low_i32x4_u", a, Vector{});
  }
}

/// The operations without an operator agree with their portable forms.
template <class P, class Q>
void agree(const char* name, P native, Q portable) {
  const auto values = inputs<u16>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Vector a = values[i], b = values[(i * 11 + 5) % values.size()];
    EXPECT_EQ(array<u8>(native(a, b)), array<u8>(portable(a, b))) << name;
  }
}

#define AGREE(...)                                                                      \
  agree(                                                                                \
      #__VA_ARGS__, [](Vector a, Vector b) { return NativeVector::__VA_ARGS__(a, b); }, \
      [](Vector a, Vector b) { return PortableVector::__VA_ARGS__(a, b); })

TEST_F(Simd, NativeAgreesWithPortable) {
  AGREE(add_sat<s8>);
  AGREE(sub_sat<u16>);
  AGREE(avgr<u8>);
  AGREE(narrow<s8, s16>);
  AGREE(narrow<u8, s16>);
  AGREE(narrow<s16, s32>);
  AGREE(narrow<u16, s32>);
  AGREE(swizzle);
  AGREE(dot);
  AGREE(extmul<s16, s8, false>);
  AGREE(extmul<u16, u8, true>);
  AGREE(extmul<s32, s16, true>);
  AGREE(extmul<u32, u16, false>);
  AGREE(extmul<s64, s32, false>);
  AGREE(extmul<s64, s32, true>);
  AGREE(extmul<u64, u32, true>);
  AGREE(q15mulr_sat);
  for (const Vector a : inputs<u8>()) {
    EXPECT_EQ(NativeVector::bitmask<s8>(a), PortableVector::bitmask<s8>(a));
    EXPECT_EQ(NativeVector::bitmask<s16>(a), PortableVector::bitmask<s16>(a));
    EXPECT_EQ(NativeVector::bitmask<s32>(a), PortableVector::bitmask<s32>(a));
    EXPECT_EQ(NativeVector::bitmask<s64>(a), PortableVector::bitmask<s64>(a));
    EXPECT_EQ(NativeVector::is_zero(a), PortableVector::is_zero(a));
  }
}

TEST_F(Simd, Truth) {
  Vector all = splat<u8>(1);
  EXPECT_EQ(N::i8x16_all_true(all), 1u);
  all[7] = 0;
  EXPECT_EQ(N::i8x16_all_true(all), 0u);
  EXPECT_EQ(N::i16x8_all_true(all), 1u);
  EXPECT_EQ(N::v128_any_true(all), 1u);
  EXPECT_EQ(N::v128_any_true(Vector{}), 0u);
  for (unsigned i = 0; i < 16; ++i) {
    Vector one{};
    one[i] = 0x80;
    EXPECT_EQ(N::v128_any_true(one), 1u);
    EXPECT_EQ(N::i8x16_bitmask(one), 1u << i);
    EXPECT_EQ(N::i64x2_all_true(one), 0u);
  }
}

TEST_F(Simd, Extension) {
  for (const Vector a : inputs<u8>()) {
    const auto s = array<s8>(a);
    const auto u = array<u8>(a);
    Array<s16> low_s, high_s, sums_s;
    Array<u16> low_u, high_u, sums_u;
    for (std::size_t i = 0; i < 8; ++i) {
      low_s[i] = s[i], high_s[i] = s[i + 8], low_u[i] = u[i], high_u[i] = u[i + 8];
      sums_s[i] = s16(s[2 * i] + s[2 * i + 1]), sums_u[i] = u16(u[2 * i] + u[2 * i + 1]);
    }
    expect_lanes<s16>(N::i16x8_extend_low_i8x16_s(a), low_s, "low s", a, Vector{});
    expect_lanes<s16>(N::i16x8_extend_high_i8x16_s(a), high_s, "high s", a, Vector{});
    expect_lanes<u16>(N::i16x8_extend_low_i8x16_u(a), low_u, "low u", a, Vector{});
    expect_lanes<u16>(N::i16x8_extend_high_i8x16_u(a), high_u, "high u", a, Vector{});
    expect_lanes<s16>(N::i16x8_extadd_pairwise_i8x16_s(a), sums_s, "extadd s", a, Vector{});
    expect_lanes<u16>(N::i16x8_extadd_pairwise_i8x16_u(a), sums_u, "extadd u", a, Vector{});
    const auto w = array<s32>(a);
    expect_lanes<s64>(N::i64x2_extend_low_i32x4_s(a), {w[0], w[1]}, "64 low", a, Vector{});
    expect_lanes<u64>(N::i64x2_extend_high_i32x4_u(a), {u32(w[2]), u32(w[3])}, "64 high", a,
                      Vector{});
  }
}

TEST_F(Simd, LanesAndShuffles) {
  Vector bytes{}, others{}, numbers{};
  for (u8 i = 0; i < 16; ++i)
    bytes[i] = u8(0xf0 + i), others[i] = u8(i + 1), numbers[i] = u8(2 * i);
  const VectorBytes memory = std::bit_cast<VectorBytes>(bytes);
  EXPECT_EQ(N::i8x16_extract_lane_s(memory, 3), u32(-13));
  EXPECT_EQ(N::i8x16_extract_lane_u(memory, 15), 0xffu);
  EXPECT_EQ(N::i16x8_extract_lane_u(memory, 7), 0xfffeu);
  EXPECT_EQ(N::i64x2_extract_lane(memory, 1), 0xfffe'fdfc'fbfa'f9f8u);
  for (u32 lane = 0; lane < 16; ++lane) {
    Vector wanted = bytes;
    wanted[lane] = 0x42;
    EXPECT_EQ(array<u8>(N::i8x16_replace_lane(bytes, 0x142, lane)), array<u8>(wanted));
  }
  EXPECT_EQ(array<f64>(N::f64x2_replace_lane(bytes, -0.0, 1))[1], 0.0);
  EXPECT_TRUE(std::signbit(array<f32>(N::f32x4_splat(-0.0f))[3]));
  const auto shuffled = array<u8>(N::i8x16_shuffle(bytes, others, numbers));
  const auto swizzled = array<u8>(N::i8x16_swizzle(bytes, numbers));
  for (unsigned i = 0; i < 16; ++i) {
    EXPECT_EQ(shuffled[i], i < 8 ? bytes[2 * i] : others[2 * i - 16]);
    EXPECT_EQ(swizzled[i], i < 8 ? bytes[2 * i] : 0);
  }
  EXPECT_EQ(array<u8>(N::i8x16_swizzle(bytes, splat<u8>(0x8f))), array<u8>(Vector{}));
}

/// The choices that docs/relaxed-simd.md lists.
TEST_F(Simd, RelaxedInstructionsAreDeterministic) {
  const auto f64s = [](f64 x) { return from_lanes(splat<f64>(x)); };
  const f64 x = 1 + 0x1p-30;
  EXPECT_EQ(array<f64>(N::f64x2_relaxed_madd(f64s(x), f64s(x), f64s(-1)))[0], x * x - 1);
  EXPECT_NE(x * x - 1, std::fma(x, x, -1));
  EXPECT_EQ(array<f64>(N::f64x2_relaxed_nmadd(f64s(x), f64s(x), f64s(1)))[0], 1 - x * x);
  const Vector least = splat<u8>(0x80);
  EXPECT_EQ(array<u16>(N::i16x8_relaxed_dot_i8x16_i7x16_s(least, least))[0], 0x8000);
  EXPECT_EQ(array<u32>(N::i32x4_relaxed_dot_i8x16_i7x16_add_s(least, least, Vector{}))[0],
            u32(-0x10000));
  const Vector least16 = from_lanes(splat<u16>(0x8000));
  EXPECT_EQ(array<s16>(N::i16x8_relaxed_q15mulr_s(least16, least16))[0], 0x7fff);
  EXPECT_EQ(array<u32>(N::i32x4_relaxed_trunc_f32x4_u(from_lanes(splat<f32>(-5))))[0], 0u);
  EXPECT_EQ(array<u8>(N::i8x16_relaxed_swizzle(least, splat<u8>(16)))[0], 0);
  EXPECT_EQ(array<u8>(N::i8x16_relaxed_laneselect(least, Vector{}, splat<u8>(0x7f)))[0], 0);
  const auto nan = std::numeric_limits<f64>::quiet_NaN();
  EXPECT_TRUE(std::isnan(array<f64>(N::f64x2_relaxed_min(f64s(1), f64s(nan)))[0]));
  EXPECT_TRUE(std::isnan(array<f64>(N::f64x2_relaxed_max(f64s(nan), f64s(1)))[0]));
}

TEST_F(Simd, FusedOnesAreRoundedOnce) {
  const f64 x = 1 + 0x1p-30;
  const auto f64s = [](f64 a, f64 b) { return from_lanes(VectorOf<f64>{a, b}); };
  const auto doubles = array<f64>(N::fused_madd<f64>(f64s(x, 3), f64s(x, -2), f64s(-1, 0.5)));
  EXPECT_EQ(doubles, (std::array<f64, 2>{0x1p-29 + 0x1p-60, -5.5}));
  const auto negated = array<f64>(N::fused_nmadd<f64>(f64s(x, 3), f64s(x, -2), f64s(1, 0.5)));
  EXPECT_EQ(negated, (std::array<f64, 2>{-0x1p-29 - 0x1p-60, 6.5}));
  const f32 y = 1 + 0x1p-12f;
  const Vector factors = from_lanes(VectorOf<f32>{y, 2, -y, 0});
  const auto floats =
      array<f32>(N::fused_madd<f32>(factors, factors, from_lanes(VectorOf<f32>{-1, 1, -1, -0.0f})));
  EXPECT_EQ(floats, (std::array<f32, 4>{0x1p-11f + 0x1p-24f, 5, 0x1p-11f + 0x1p-24f, 0}));
  const auto others =
      array<f32>(N::fused_nmadd<f32>(factors, factors, from_lanes(VectorOf<f32>{1, 1, 1, 7})));
  EXPECT_EQ(others, (std::array<f32, 4>{-0x1p-11f - 0x1p-24f, -3, -0x1p-11f - 0x1p-24f, 7}));
}

}  // namespace
}  // namespace wrun::wasm
