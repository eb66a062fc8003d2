#include "lib/wasm/siphash.hpp"

#include <bit>
#include <cstddef>

namespace wrun::inline v0::wasm {

namespace {

/// Up to eight bytes.
std::uint64_t word_of(std::span<const std::uint8_t> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    word |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return word;
}

/// The same of eight, without a loop, which compilers see as one load.
std::uint64_t whole_word(const std::uint8_t* b) {
  const auto byte = [b](unsigned i) { return static_cast<std::uint64_t>(b[i]) << (8 * i); };
  return byte(0) | byte(1) | byte(2) | byte(3) | byte(4) | byte(5) | byte(6) | byte(7);
}

}  // namespace

SipHash::SipHash(const HashKey& key)
    : v0_(key[0] ^ 0x736f6d6570736575),
      v1_(key[1] ^ 0x646f72616e646f6d ^ 0xee),
      v2_(key[0] ^ 0x6c7967656e657261),
      v3_(key[1] ^ 0x7465646279746573) {}

void SipHash::round() {
  v0_ += v1_;
  v1_ = std::rotl(v1_, 13) ^ v0_;
  v0_ = std::rotl(v0_, 32);
  v2_ += v3_;
  v3_ = std::rotl(v3_, 16) ^ v2_;
  v0_ += v3_;
  v3_ = std::rotl(v3_, 21) ^ v0_;
  v2_ += v1_;
  v1_ = std::rotl(v1_, 17) ^ v2_;
  v2_ = std::rotl(v2_, 32);
}

void SipHash::take(std::uint64_t word) {
  v3_ ^= word;
  round();
  round();
  v0_ ^= word;
}

std::uint64_t SipHash::half() {
  for (int i = 0; i < 4; ++i) round();
  return v0_ ^ v1_ ^ v2_ ^ v3_;
}

Hash128 SipHash::finish(std::uint64_t last) {
  take(last);
  v2_ ^= 0xee;
  const std::uint64_t low = half();
  v1_ ^= 0xdd;
  return {low, half()};
}

Hash128 siphash(const HashKey& key, std::span<const std::uint8_t> bytes) {
  SipHash hash(key);
  const std::size_t whole = bytes.size() / 8;
  for (std::size_t i = 0; i < whole; ++i) hash.take(whole_word(bytes.data() + 8 * i));
  const auto rest = bytes.subspan(8 * whole);
  return hash.finish(word_of(rest) | static_cast<std::uint64_t>(bytes.size()) << 56);
}

}  // namespace wrun::inline v0::wasm
