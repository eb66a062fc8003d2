#include "lib/wasm/reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/wasm/module_builder.hpp"

namespace wrun::wasm {
namespace {

using test::Bytes;

/// The bytes, and others after them: numbers are read by another way if there are some.
Bytes followed(Bytes bytes) {
  bytes.insert(bytes.end(), 8, 0xff);
  return bytes;
}

/// Reads with both kinds of trust; both must agree on what is well-formed.
template <class Read>
auto read_from(const Bytes& bytes, std::size_t size, Read read_one) {
  Errors errors;
  Reader<Trust::no> careful(bytes, 0, bytes.size(), &errors);
  const auto value = read_one(careful);
  EXPECT_TRUE(errors.ok()) << errors.first().message();
  EXPECT_EQ(careful.offset(), size);
  Reader<Trust::yes> trusting(bytes, 0, bytes.size(), nullptr);
  EXPECT_EQ(read_one(trusting), value);
  EXPECT_EQ(trusting.offset(), size);
  return value;
}

template <class Read>
auto read(const Bytes& bytes, Read read_one) {
  const auto value = read_from(bytes, bytes.size(), read_one);
  EXPECT_EQ(read_from(followed(bytes), bytes.size(), read_one), value);
  return value;
}

template <class Read>
std::string error_from(const Bytes& bytes, Read read_one) {
  Errors errors;
  Reader<Trust::no> reader(bytes, 0, bytes.size(), &errors);
  EXPECT_FALSE(read_one(reader));
  EXPECT_TRUE(reader.done());
  if (errors.ok()) return "";
  EXPECT_EQ(errors.first().kind(), ErrorKind::malformed);
  return errors.first().message();
}

/// The error, whatever follows.
template <class Read>
std::string error(const Bytes& bytes, Read read_one) {
  EXPECT_EQ(error_from(followed(bytes), read_one), error_from(bytes, read_one));
  return error_from(bytes, read_one);
}

const auto u32 = [](auto& in) { return in.u32(); };
const auto u64 = [](auto& in) { return in.u64(); };
const auto s32 = [](auto& in) { return in.s32(); };
const auto s33 = [](auto& in) { return in.s33(); };
const auto s64 = [](auto& in) { return in.s64(); };

TEST(Leb128, ReadsTheBoundsOfEachType) {
  EXPECT_EQ(read({0x7f}, u32), 127u);
  EXPECT_EQ(read({0xff, 0xff, 0xff, 0xff, 0x0f}, u32), 0xffff'ffffu);
  EXPECT_EQ(read({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, u64),
            0xffff'ffff'ffff'ffffu);
  EXPECT_EQ(read({0x3f}, s32), 63);
  EXPECT_EQ(read({0x40}, s32), -64);
  EXPECT_EQ(read({0x7f}, s33), -1);
  EXPECT_EQ(read({0x80, 0x7f}, s64), -128);
  EXPECT_EQ(read({0x80, 0x80, 0x80, 0x80, 0x78}, s32), INT32_MIN);
  EXPECT_EQ(read({0xff, 0xff, 0xff, 0xff, 0x07}, s32), INT32_MAX);
  EXPECT_EQ(read({0xff, 0xff, 0xff, 0xff, 0x0f}, s33), 0xffff'ffff);
  EXPECT_EQ(read({0x80, 0x80, 0x80, 0x80, 0x70}, s33), -0x1'0000'0000);
  EXPECT_EQ(read({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f}, s64), INT64_MIN);
}

TEST(Leb128, AllowsPaddingUpToTheFullLength) {
  EXPECT_EQ(read({0x83, 0x80, 0x80, 0x80, 0x00}, u32), 3u);
  EXPECT_EQ(read({0xff, 0xff, 0xff, 0xff, 0x7f}, s32), -1);
  EXPECT_EQ(read({0x83, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, u64), 3u);
  EXPECT_EQ(read({0xff, 0xff, 0xff, 0xff, 0x7f}, s64), -1);
}

TEST(Leb128, RefusesWhatIsTooLongOrTooLarge) {
  EXPECT_EQ(error({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, u32), "integer representation too long");
  EXPECT_EQ(error({0xff, 0xff, 0xff, 0xff, 0x1f}, u32), "integer too large");
  EXPECT_EQ(error({0xff, 0xff, 0xff, 0xff, 0x08}, s32), "integer too large");
  EXPECT_EQ(error({0x80, 0x80, 0x80, 0x80, 0x68}, s32), "integer too large");
  EXPECT_EQ(error({0x80, 0x80, 0x80, 0x80, 0x10}, s33), "integer too large");
  EXPECT_EQ(error({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02}, u64),
            "integer too large");
  EXPECT_EQ(error_from({0x80, 0x80}, u32), "unexpected end of section or function");
  EXPECT_EQ(error_from({}, s64), "unexpected end of section or function");
}

TEST(Reader, ReadsFixedWidthLittleEndian) {
  EXPECT_EQ(
      read({0x78, 0x56, 0x34, 0x12}, [](auto& in) { return in.template fixed<std::uint32_t>(); }),
      0x1234'5678u);
}

bool utf8(std::string_view chars) {
  return is_utf8(std::span(reinterpret_cast<const std::uint8_t*>(chars.data()), chars.size()));
}

TEST(Utf8, AcceptsTheBoundsOfEachLength) {
  EXPECT_TRUE(utf8(""));
  EXPECT_TRUE(utf8("plain ascii that is longer than one word"));
  for (const char* text : {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(utf8(text)) << text;
  EXPECT_TRUE(utf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndFragments) {
  for (const char* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xe1\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf0\x90\x80", "\xff", "1234567\xc2", "12345678\xed\xa0\x80"})
    EXPECT_FALSE(utf8(text)) << text;
}

}  // namespace
}  // namespace wrun::wasm
