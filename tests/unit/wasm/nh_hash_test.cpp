// The quick hash: against its definition, and that everything counts.

#include "lib/wasm/nh_hash.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <set>
#include <vector>

namespace wrun::wasm {
namespace {

constexpr HashKey nh_key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::vector<std::uint8_t> some_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

Hash128 derived(std::uint64_t n) {
  std::uint8_t bytes[8];
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return siphash(nh_key, bytes);
}

/// With schoolbook multiplication, of one block.
TEST(NhHash, IsWhatItsHeaderSays) {
  const auto bytes = some_bytes(48);
  std::uint64_t low = 0, high = 0;
  for (std::size_t i = 0; i < 6; i += 2) {
    std::uint64_t a = 0, b = 0;
    std::memcpy(&a, bytes.data() + 8 * i, 8);
    std::memcpy(&b, bytes.data() + 8 * i + 8, 8);
    a += derived(i)[0];
    b += derived(i)[1];
    for (unsigned bit = 0; bit < 64; ++bit) {
      if ((b >> bit & 1) == 0) continue;
      const std::uint64_t before = low;
      low += a << bit;
      high += (bit == 0 ? 0 : a >> (64 - bit)) + (low < before);
    }
  }
  std::vector<std::uint8_t> outer;
  for (const std::uint64_t word : {low, high, std::uint64_t{48}})
    for (unsigned i = 0; i < 8; ++i) outer.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
  EXPECT_EQ(nh_hash(nh_key, bytes), siphash(derived(NhHash::block_bytes / 8), outer));
}

TEST(NhHash, DependsOnKeyAndLength) {
  EXPECT_NE(nh_hash({1, 2}, {}), nh_hash({2, 1}, {}));
  std::set<Hash128> seen;
  for (std::size_t i = 0; i < 3000; ++i) {
    const std::vector<std::uint8_t> zeros(i);
    EXPECT_TRUE(seen.insert(nh_hash(nh_key, zeros)).second) << i;
  }
}

TEST(NhHash, DependsOnEachBit) {
  auto bytes = some_bytes(2500);
  const Hash128 whole = nh_hash({0, 0}, bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    ASSERT_NE(nh_hash({0, 0}, bytes), whole) << bit;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
}

TEST(NhHash, DependsOnWherePartsEndButNotPieces) {
  const auto bytes = some_bytes(5000);
  const auto in_two = [&](std::size_t at, bool as_parts) {
    NhHash hash(nh_key);
    hash.add(std::span(bytes).first(at));
    if (as_parts) hash.end_part();
    hash.add(std::span(bytes).subspan(at));
    return hash.result();
  };
  const Hash128 whole = nh_hash(nh_key, bytes);
  for (std::size_t at = 0; at < bytes.size(); at += NhHash::block_bytes) {
    EXPECT_EQ(in_two(at, false), whole);
    EXPECT_NE(in_two(at, true), whole);
  }
}

}  // namespace
}  // namespace wrun::wasm
