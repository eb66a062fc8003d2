#include "lib/wasm/numeric.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace wrun::wasm {
namespace {

template <class T>
constexpr char letter_of() {
  if (std::is_same_v<T, std::uint32_t>) return 'i';
  if (std::is_same_v<T, std::uint64_t>) return 'I';
  if (std::is_same_v<T, float>) return 'f';
  if (std::is_same_v<T, Vector> || std::is_same_v<T, const VectorBytes&>) return 'v';
  return std::is_same_v<T, double> ? 'F' : '?';
}

template <class T>
struct Letters {
  static std::string of() { return {letter_of<T>()}; }
};
template <class T>
struct Letters<Trapping<T>> : Letters<T> {};
template <>
struct Letters<Pair> {
  static std::string of() { return "II"; }
};
template <>
struct Letters<void> {
  static std::string of() { return ""; }
};
template <>
struct Letters<const std::uint8_t*> {
  static std::string of() { return "a"; }
};
template <>
struct Letters<std::uint8_t*> : Letters<const std::uint8_t*> {};

template <class R, class... Params>
std::string signature_of(R (*)(Params...)) {
  return (std::string() + ... + Letters<Params>::of()) + ":" + Letters<R>::of();
}

/// Whether an instruction of this shape has a function.
constexpr bool computes(Shape shape) {
  switch (shape) {
    case Shape::numeric:
    case Shape::lane:
    case Shape::shuffle:
    case Shape::load:
    case Shape::store:
    case Shape::load_lane:
    case Shape::store_lane:
      return true;
    default:
      return false;
  }
}

template <Op op>
void check_row() {
  const OpInfo& row = info(op);
  std::string wanted(row.signature());
  if (row.shape == Shape::lane || row.shape == Shape::load_lane || row.shape == Shape::store_lane)
    wanted.insert(wanted.find(':'), "i");
  if (row.shape == Shape::shuffle) wanted.insert(wanted.find(':'), "v");
  if constexpr (has_semantics<op>)
    EXPECT_EQ(signature_of(semantics<op>), wanted) << row.text();
  else
    EXPECT_FALSE(computes(row.shape)) << row.text();
}

/// Every row that computes has a function, whose type is what the row says, then the number of a
/// lane or those of bytes.
TEST(Numeric, FunctionsAgreeWithTheTable) {
#define OP(name, code, text, immediates, signature, shape, feature) check_row<Op::name>();
#include "lib/wasm/opcodes.def"
#undef OP
}

static_assert(can_trap(Op::i32_div_s) && can_trap(Op::i64_rem_u) && can_trap(Op::i32_trunc_f64_u));
static_assert(!can_trap(Op::i32_add) && !can_trap(Op::i32_trunc_sat_f64_u) && !can_trap(Op::call));

constexpr std::uint32_t min32 = 0x8000'0000;
constexpr std::uint64_t min64 = 0x8000'0000'0000'0000;
constexpr auto by_zero = TrapCode::integer_divide_by_zero;
constexpr auto overflow = TrapCode::integer_overflow;

// Integers are checked at compile time, so that nothing of it is undefined.
static_assert(num::i32_add(0xffff'ffff, 1) == 0);
static_assert(num::i32_mul(0x1'0001, 0x1'0001) == 0x2'0001);
static_assert(num::i32_div_s(min32, 0xffff'ffff) == Trapping<std::uint32_t>(overflow));
static_assert(num::i32_div_s(7, 0) == Trapping<std::uint32_t>(by_zero));
static_assert(num::i32_div_s(0xffff'fff9, 2) == Trapping(0xffff'fffdu));
static_assert(num::i32_div_u(min32, 0xffff'ffff) == Trapping(0u));
static_assert(num::i32_rem_s(min32, 0xffff'ffff) == Trapping(0u));
static_assert(num::i32_rem_s(0xffff'fff9, 2) == Trapping(0xffff'ffffu));
static_assert(num::i32_rem_u(7, 0) == Trapping<std::uint32_t>(by_zero));
static_assert(num::i64_div_s(min64, ~0ull) == Trapping<std::uint64_t>(overflow));
static_assert(num::i64_rem_s(min64, ~0ull) == Trapping<std::uint64_t>(0));
static_assert(num::i32_shl(1, 33) == 2 && num::i32_shr_s(min32, 31) == 0xffff'ffff);
static_assert(num::i32_shr_u(min32, 63) == 1 && num::i64_shl(1, 65) == 2);
static_assert(num::i32_rotl(0xabcd'9876, 33) == 0x579b'30ed && num::i32_rotr(1, 1) == min32);
static_assert(num::i32_clz(0) == 32 && num::i32_ctz(0) == 32 && num::i64_clz(0) == 64);
static_assert(num::i64_popcnt(~0ull) == 64 && num::i32_popcnt(0x0f0f) == 8);
static_assert(num::i32_lt_s(min32, 0) == 1 && num::i32_lt_u(min32, 0) == 0);
static_assert(num::i32_extend8_s(0x80) == 0xffff'ff80 && num::i64_extend32_s(min32) >> 31 != 1);
static_assert(num::i64_add128(~0ull, 0, 1, 0) == Pair{0, 1});
static_assert(num::i64_sub128(0, 1, 1, 0) == Pair{~0ull, 0});
static_assert(num::i64_mul_wide_s(~0ull, ~0ull) == Pair{1, 0});
static_assert(num::i64_mul_wide_u(~0ull, ~0ull) == Pair{1, ~1ull});

template <class T>
bool same(T a, T b) {
  return a == b;
}
bool same(float a, float b) {
  return num::i32_reinterpret_f32(a) == num::i32_reinterpret_f32(b);
}
bool same(double a, double b) {
  return num::i64_reinterpret_f64(a) == num::i64_reinterpret_f64(b);
}

TEST(Numeric, ZerosHaveSigns) {
  EXPECT_TRUE(same(num::f32_min(0.0f, -0.0f), -0.0f));
  EXPECT_TRUE(same(num::f32_min(-0.0f, 0.0f), -0.0f));
  EXPECT_TRUE(same(num::f64_max(-0.0, 0.0), 0.0));
  EXPECT_TRUE(same(num::f64_max(-0.0, -0.0), -0.0));
  EXPECT_TRUE(same(num::f64_nearest(-0.5), -0.0));
  EXPECT_TRUE(same(num::f64_ceil(-0.5), -0.0));
  EXPECT_TRUE(same(num::f32_trunc(-0.9f), -0.0f));
  EXPECT_TRUE(same(num::f64_sqrt(-0.0), -0.0));
}

TEST(Numeric, NearestIsToEven) {
  EXPECT_EQ(num::f64_nearest(0.5), 0.0);
  EXPECT_EQ(num::f64_nearest(1.5), 2.0);
  EXPECT_EQ(num::f64_nearest(2.5), 2.0);
  EXPECT_EQ(num::f64_nearest(-2.5), -2.0);
  EXPECT_EQ(num::f32_nearest(4194304.5f), 4194304.0f);
  EXPECT_EQ(num::f64_nearest(4503599627370497.5), 4503599627370498.0);
}

TEST(Numeric, NaNsStayAndGetQuiet) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float signaling = num::f32_reinterpret_i32(0x7fa0'0000);
  EXPECT_TRUE(std::isnan(num::f32_min(nan, 1.0f)) && std::isnan(num::f32_max(1.0f, nan)));
  EXPECT_NE(num::i32_reinterpret_f32(num::f32_min(signaling, 1.0f)) & 0x40'0000, 0u);
  EXPECT_NE(num::i32_reinterpret_f32(num::f32_max(1.0f, signaling)) & 0x40'0000, 0u);
  for (const float rounded : {num::f32_ceil(signaling), num::f32_floor(signaling),
                              num::f32_trunc(signaling), num::f32_nearest(signaling)}) {
    EXPECT_NE(num::i32_reinterpret_f32(rounded) & 0x40'0000, 0u);
  }
  EXPECT_TRUE(same(num::f32_neg(num::f32_reinterpret_i32(0x7fc1'2345)),
                   num::f32_reinterpret_i32(0xffc1'2345)));
  EXPECT_TRUE(same(num::f32_abs(num::f32_reinterpret_i32(0xffa1'2345)),
                   num::f32_reinterpret_i32(0x7fa1'2345)));
  EXPECT_TRUE(same(num::f32_copysign(1.0f, num::f32_reinterpret_i32(0xffc0'0000)), -1.0f));
  EXPECT_EQ(num::i32_reinterpret_f32(num::canonicalize(signaling)), 0x7fc0'0000u);
  EXPECT_EQ(num::i64_reinterpret_f64(num::canonicalize(-std::nan("1"))), 0x7ff8'0000'0000'0000u);
}

/// The last values that convert, and the first ones that don't.
TEST(Numeric, TruncationsEndWhereTheyMust) {
  EXPECT_EQ(num::i32_trunc_f32_s(-2147483648.0f), Trapping(min32));
  EXPECT_EQ(num::i32_trunc_f32_s(-2147483904.0f), Trapping<std::uint32_t>(overflow));
  EXPECT_EQ(num::i32_trunc_f32_s(2147483520.0f), Trapping(2147483520u));
  EXPECT_EQ(num::i32_trunc_f32_s(2147483648.0f), Trapping<std::uint32_t>(overflow));
  EXPECT_EQ(num::i32_trunc_f64_s(-2147483648.9), Trapping(min32));
  EXPECT_EQ(num::i32_trunc_f64_s(-2147483649.0), Trapping<std::uint32_t>(overflow));
  EXPECT_EQ(num::i32_trunc_f64_s(2147483647.9), Trapping(0x7fff'ffffu));
  EXPECT_EQ(num::i32_trunc_f64_s(2147483648.0), Trapping<std::uint32_t>(overflow));
  EXPECT_EQ(num::i32_trunc_f64_u(-0.9), Trapping(0u));
  EXPECT_EQ(num::i32_trunc_f64_u(-1.0), Trapping<std::uint32_t>(overflow));
  EXPECT_EQ(num::i32_trunc_f64_u(4294967295.9), Trapping(0xffff'ffffu));
  EXPECT_EQ(num::i32_trunc_f64_u(4294967296.0), Trapping<std::uint32_t>(overflow));
  EXPECT_EQ(num::i64_trunc_f64_s(-9223372036854775808.0), Trapping(std::uint64_t{min64}));
  EXPECT_EQ(num::i64_trunc_f64_s(-9223372036854777856.0), Trapping<std::uint64_t>(overflow));
  EXPECT_EQ(num::i64_trunc_f64_s(9223372036854775808.0), Trapping<std::uint64_t>(overflow));
  EXPECT_EQ(num::i64_trunc_f32_u(-0.9f), Trapping<std::uint64_t>(0));
  EXPECT_EQ(num::i64_trunc_f64_u(18446744073709549568.0),
            Trapping<std::uint64_t>(18446744073709549568u));
  EXPECT_EQ(num::i64_trunc_f64_u(18446744073709551616.0), Trapping<std::uint64_t>(overflow));
  EXPECT_EQ(num::i32_trunc_f32_s(std::nanf("")),
            Trapping<std::uint32_t>(TrapCode::invalid_conversion_to_integer));
}

TEST(Numeric, SaturatingOnesClamp) {
  EXPECT_EQ(num::i32_trunc_sat_f32_s(std::nanf("")), 0u);
  EXPECT_EQ(num::i32_trunc_sat_f32_s(1e30f), 0x7fff'ffffu);
  EXPECT_EQ(num::i32_trunc_sat_f64_s(-1e30), min32);
  EXPECT_EQ(num::i32_trunc_sat_f64_u(-1e30), 0u);
  EXPECT_EQ(num::i64_trunc_sat_f64_u(1e30), ~std::uint64_t{0});
  EXPECT_EQ(num::i64_trunc_sat_f32_s(-1e30f), min64);
}

TEST(Numeric, ConversionsRoundToNearest) {
  EXPECT_EQ(num::f32_convert_i64_u(0x8000'0080'0000'0001u), 9223373136366403584.0f);
  EXPECT_EQ(num::f32_convert_i32_u(0xffff'ffff), 4294967296.0f);
  EXPECT_EQ(num::f64_convert_i64_u(~std::uint64_t{0}), 18446744073709551616.0);
  EXPECT_EQ(num::f64_convert_i32_s(0xffff'ffff), -1.0);
}

TEST(Numeric, MemoryIsLittleEndian) {
  std::uint8_t bytes[9] = {};
  num::i64_store(bytes + 1, 0x8182'8384'8586'8788);
  EXPECT_EQ(bytes[1], 0x88);
  EXPECT_EQ(bytes[8], 0x81);
  EXPECT_EQ(num::i32_load8_s(bytes + 1), 0xffff'ff88u);
  EXPECT_EQ(num::i32_load16_u(bytes + 1), 0x8788u);
  EXPECT_EQ(num::i64_load32_s(bytes + 1), 0xffff'ffff'8586'8788u);
  EXPECT_EQ(num::i64_load32_u(bytes + 1), 0x8586'8788u);
  num::i32_store16(bytes + 2, 0xffff'0102);
  EXPECT_EQ(num::i64_load(bytes + 1), 0x8182'8384'8501'0288u);
  num::f64_store(bytes, -2.0);
  EXPECT_EQ(num::f64_load(bytes), -2.0);
}

}  // namespace
}  // namespace wrun::wasm
