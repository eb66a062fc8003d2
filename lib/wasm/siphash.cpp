#include "lib/wasm/siphash.hpp"

#include <bit>
#include <cstddef>

namespace wrun::inline v0::wasm {

namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  std::uint64_t result() {
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

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

Hash128 siphash(const HashKey& key, std::span<const std::uint8_t> bytes) {
  State state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
              key[1] ^ 0x7465646279746573};
  state.v1 ^= 0xee;
  const std::size_t whole = bytes.size() / 8;
  for (std::size_t i = 0; i < whole; ++i) state.take(whole_word(bytes.data() + 8 * i));
  const auto rest = bytes.subspan(8 * whole);
  state.take(word_of(rest) | static_cast<std::uint64_t>(bytes.size()) << 56);
  state.v2 ^= 0xee;
  const std::uint64_t low = state.result();
  state.v1 ^= 0xdd;
  return {low, state.result()};
}

}  // namespace wrun::inline v0::wasm
