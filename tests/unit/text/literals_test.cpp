#include "lib/text/literals.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "lib/text/print_atoms.hpp"

namespace wrun::wat {
namespace {

using Limits32 = std::numeric_limits<float>;
using Limits64 = std::numeric_limits<double>;

std::uint32_t f32(std::string_view token) {
  std::uint32_t bits = 0;
  EXPECT_EQ(parse_f32(token, bits), LiteralStatus::ok) << token;
  return bits;
}

std::uint64_t f64(std::string_view token) {
  std::uint64_t bits = 0;
  EXPECT_EQ(parse_f64(token, bits), LiteralStatus::ok) << token;
  return bits;
}

LiteralStatus f32_status(std::string_view token) {
  std::uint32_t bits = 0;
  return parse_f32(token, bits);
}

LiteralStatus f64_status(std::string_view token) {
  std::uint64_t bits = 0;
  return parse_f64(token, bits);
}

std::uint64_t integer(std::string_view token, unsigned bits) {
  std::uint64_t value = 0;
  EXPECT_EQ(parse_integer(token, bits, value), LiteralStatus::ok) << token;
  return value;
}

LiteralStatus integer_status(std::string_view token, unsigned bits) {
  std::uint64_t value = 0;
  return parse_integer(token, bits, value);
}

TEST(Literals, IntegersTakeBothSigns) {
  EXPECT_EQ(integer("4294967295", 32), 0xffff'ffffu);
  EXPECT_EQ(integer("-2147483648", 32), 0x8000'0000u);
  EXPECT_EQ(integer("+7", 32), 7u);
  EXPECT_EQ(integer("0xFFFF_ffff", 32), 0xffff'ffffu);
  EXPECT_EQ(integer("-0x80", 8), 0x80u);
  EXPECT_EQ(integer("-1", 64), ~std::uint64_t{0});
  EXPECT_EQ(integer("18446744073709551615", 64), ~std::uint64_t{0});
}

TEST(Literals, IntegersOutOfRange) {
  EXPECT_EQ(integer_status("4294967296", 32), LiteralStatus::out_of_range);
  EXPECT_EQ(integer_status("-2147483649", 32), LiteralStatus::out_of_range);
  EXPECT_EQ(integer_status("256", 8), LiteralStatus::out_of_range);
  EXPECT_EQ(integer_status("18446744073709551616", 64), LiteralStatus::out_of_range);
  EXPECT_EQ(integer_status("0x1_0000_0000_0000_0000", 64), LiteralStatus::out_of_range);
}

TEST(Literals, IllFormedNumbers) {
  for (const char* token : {"", "_1", "1_", "1__2", "0x", "0x_1", "0x1_", "--1", "1.5", "1e3", "a"})
    EXPECT_EQ(integer_status(token, 32), LiteralStatus::ill_formed) << token;
  for (const char* token : {".5", "1e", "1e+", "0x1p", "0x.8", "1_.5", "1._5", "nan:", "nan:0x",
                            "nan:1", "infinity", "0x1e5p_1", "1e5_", "+", "-"})
    EXPECT_EQ(f64_status(token), LiteralStatus::ill_formed) << token;
}

TEST(Literals, DecimalFloats) {
  EXPECT_EQ(f64("1."), std::bit_cast<std::uint64_t>(1.0));
  EXPECT_EQ(f64("1.e2"), std::bit_cast<std::uint64_t>(100.0));
  EXPECT_EQ(f64("1_0.2_5E-0_1"), std::bit_cast<std::uint64_t>(1.025));
  EXPECT_EQ(f64("-0"), std::uint64_t{1} << 63);
  EXPECT_EQ(f64("0e99999999999999999999"), 0u);
  EXPECT_EQ(f64("-0.000e5"), std::uint64_t{1} << 63);
}

TEST(Literals, LimitsOfDecimalFloats) {
  EXPECT_EQ(f64("1e-99999999999999999999"), 0u);
  EXPECT_EQ(f64("4.9e-324"), 1u);
  EXPECT_EQ(f64("2.4e-324"), 0u);
  EXPECT_EQ(f64("2.5e-324"), 1u);
  EXPECT_EQ(f64("-1e-400"), std::uint64_t{1} << 63);
  EXPECT_EQ(f64("1.7976931348623158e308"), std::bit_cast<std::uint64_t>(Limits64::max()));
  EXPECT_EQ(f64_status("1.797693134862315808e308"), LiteralStatus::out_of_range);
  EXPECT_EQ(f64_status("1e309"), LiteralStatus::out_of_range);
  EXPECT_EQ(f64_status("1e99999999999999999999"), LiteralStatus::out_of_range);
  EXPECT_EQ(f32("3.4028235677973366e38"), std::bit_cast<std::uint32_t>(Limits32::max()))
      << "below the tie";
  EXPECT_EQ(f32_status("340282356779733661637539395458142568448"), LiteralStatus::out_of_range);
  EXPECT_EQ(f32("1e-46"), 0u);
  EXPECT_EQ(f32("1.4e-45"), 1u);
}

TEST(Literals, LongDecimalsUseEveryDigit) {
  const std::string tie = "1.00000005960464477539062500";  // halfway between 1 and the next float
  EXPECT_EQ(f32(tie), 0x3f80'0000u);
  EXPECT_EQ(f32(tie + std::string(1000, '0') + "1"), 0x3f80'0001u);
  EXPECT_EQ(f64("0." + std::string(100'000, '0') + "1e100001"), f64("1"));
  EXPECT_EQ(f64("1" + std::string(100'000, '0') + "e-100000"), f64("1"));
}

/// Rounding to double first would give 0x3f800000.
TEST(Literals, FloatsAreNotRoundedTwice) {
  EXPECT_EQ(f32("1.00000005960464477539062501"), 0x3f80'0001u);
  EXPECT_EQ(f32("0x1.00000100000000001p0"), 0x3f80'0001u);
  EXPECT_EQ(f32("0x1.000001p0"), 0x3f80'0000u);
  EXPECT_EQ(f32("0x1.000003p0"), 0x3f80'0002u);
}

TEST(Literals, HexFloats) {
  EXPECT_EQ(f32("0x1.8p1"), std::bit_cast<std::uint32_t>(3.0f));
  EXPECT_EQ(f64("0xA"), std::bit_cast<std::uint64_t>(10.0));
  EXPECT_EQ(f64("0x1."), std::bit_cast<std::uint64_t>(1.0));
  EXPECT_EQ(f64("0x0.0000000000000000000000000001p112"), std::bit_cast<std::uint64_t>(1.0));
  EXPECT_EQ(f64("0x1.fffffffffffff8p0"), std::bit_cast<std::uint64_t>(2.0));
  EXPECT_EQ(f64("0x1" + std::string(100'000, '0') + "p-400000"), f64("1"));
  EXPECT_EQ(f64("0x0." + std::string(100'000, '0') + "8p400001"), f64("1"));
}

TEST(Literals, HexSubnormalsRoundToEven) {
  EXPECT_EQ(f64("0x1p-1074"), 1u);
  EXPECT_EQ(f64("0x1p-1075"), 0u);
  EXPECT_EQ(f64("0x1.8p-1074"), 2u);
  EXPECT_EQ(f64("0x1.0000000000000000000001p-1075"), 1u);
  EXPECT_EQ(f64("0x0.fffffffffffff8p-1022"), 0x0010'0000'0000'0000u);
  EXPECT_EQ(f32("0x1p-149"), 1u);
  EXPECT_EQ(f32("0x1p-150"), 0u);
  EXPECT_EQ(f32("0x1.000002p-150"), 1u);
  EXPECT_EQ(f64("0x1p-99999999999999999999"), 0u);
}

TEST(Literals, HexOverflow) {
  EXPECT_EQ(f32("0x1.fffffefp127"), 0x7f7f'ffffu);
  EXPECT_EQ(f32_status("0x1.ffffffp127"), LiteralStatus::out_of_range);
  EXPECT_EQ(f32_status("0x1p128"), LiteralStatus::out_of_range);
  EXPECT_EQ(f64_status("0x1p1024"), LiteralStatus::out_of_range);
  EXPECT_EQ(f64_status("0x1p99999999999999999999"), LiteralStatus::out_of_range);
}

TEST(Literals, NanPayloads) {
  EXPECT_EQ(f32("nan"), 0x7fc0'0000u);
  EXPECT_EQ(f32("-nan:0x1"), 0xff80'0001u);
  EXPECT_EQ(f32("nan:0x7f_ffff"), 0x7fff'ffffu);
  EXPECT_EQ(f64("+nan:0x8_0000_0000_0001"), 0x7ff8'0000'0000'0001u);
  EXPECT_EQ(f64("-inf"), 0xfff0'0000'0000'0000u);
  EXPECT_EQ(f32_status("nan:0x800000"), LiteralStatus::out_of_range);
  EXPECT_EQ(f64_status("nan:0x0"), LiteralStatus::out_of_range);
}

TEST(Literals, PrintedFloatsReadBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t wide = random();
    const auto narrow = static_cast<std::uint32_t>(random());
    std::string text;
    print_f64(wide, text);
    EXPECT_EQ(f64(text), wide);
    text.clear();
    print_f32(narrow, text);
    EXPECT_EQ(f32(text), narrow);
  }
}

/// The C library reads hexadecimal floats with correct rounding too.
TEST(Literals, HexFloatsAgreeWithTheLibrary) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    char token[64];
    std::snprintf(token, sizeof token, "0x%llx.%llxp%d",
                  static_cast<unsigned long long>(random() >> (random() % 64)),
                  static_cast<unsigned long long>(random()),
                  static_cast<int>(random() % 2400) - 1200);
    const double wide = std::strtod(token, nullptr);
    if (std::isfinite(wide)) {
      EXPECT_EQ(f64(token), std::bit_cast<std::uint64_t>(wide)) << token;
    } else {
      EXPECT_EQ(f64_status(token), LiteralStatus::out_of_range) << token;
    }
    const float narrow = std::strtof(token, nullptr);
    if (std::isfinite(narrow)) {
      EXPECT_EQ(f32(token), std::bit_cast<std::uint32_t>(narrow)) << token;
    }
  }
}

TEST(Literals, Strings) {
  std::string bytes;
  append_string(R"("a\t\n\r\"\'\\\00\fF\u{20aC}\u{1_F600}")", bytes);
  EXPECT_EQ(bytes, std::string("a\t\n\r\"'\\\0\xff\xe2\x82\xac\xf0\x9f\x98\x80", 16));
}

}  // namespace
}  // namespace wrun::wat
