#pragma once

// The decisions of a generator, drawn from a byte string: a fuzzer's input, or one made from a
// seed. When it is used up every decision is the first one, so that shorter strings make smaller
// modules.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wrun::inline v0::fuzz {

/// The next number of the sequence of splitmix64.
constexpr std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// The byte string of a seed.
inline std::vector<std::uint8_t> bytes_of_seed(std::uint64_t seed) {
  constexpr std::size_t least = 150;
  constexpr std::size_t spread = 2000;
  std::uint64_t state = seed;
  std::vector<std::uint8_t> bytes(least + next_random(state) % spread);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next_random(state) >> 32);
  return bytes;
}

class ByteSource {
 public:
  explicit ByteSource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return at_ == bytes_.size(); }
  std::uint8_t byte() { return empty() ? 0 : bytes_[at_++]; }
  /// Below `count`, which is at most 65536 and not 0.
  std::uint32_t below(std::uint32_t count) {
    const std::uint32_t low = byte();
    return (count <= 256 ? low : low | (std::uint32_t{byte()} << 8)) % count;
  }
  /// True in `part` of `whole` cases, never at the end.
  bool chance(std::uint32_t part, std::uint32_t whole) { return below(whole) > whole - part - 1; }
  std::uint64_t word(unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{byte()} << (8 * i);
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

}  // namespace wrun::inline v0::fuzz
