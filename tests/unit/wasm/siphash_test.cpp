// SipHash against the vectors of its authors.

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "lib/wasm/siphash.hpp"

namespace wrun::wasm {
namespace {

constexpr HashKey key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

Hash128 of_first(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return siphash(key, bytes);
}

/// https://github.com/veorq/SipHash/blob/master/vectors.h, of 128 bits
TEST(SipHash, GivesWhatItsAuthorsSay) {
  EXPECT_EQ(of_first(0), (Hash128{0xe6a825ba047f81a3, 0x930255c71472f66d}));
  EXPECT_EQ(of_first(1), (Hash128{0x44af996bd8c187da, 0x45fc229b11597634}));
}

TEST(SipHash, DependsOnKeyAndLength) {
  EXPECT_NE(siphash({1, 2}, {}), siphash({2, 1}, {}));
  for (std::size_t i = 0; i < 40; ++i) EXPECT_NE(of_first(i), of_first(i + 1));
}

}  // namespace
}  // namespace wrun::wasm
