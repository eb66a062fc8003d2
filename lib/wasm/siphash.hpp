#pragma once

// SipHash-2-4 with 128 bits: who doesn't have the key can't make bytes for a hash. With a key that
// everybody knows it finds damage.
//
// https://www.aumasson.jp/siphash/siphash.pdf

#include <array>
#include <cstdint>
#include <span>

namespace wrun::inline v0::wasm {

using HashKey = std::array<std::uint64_t, 2>;
using Hash128 = std::array<std::uint64_t, 2>;

Hash128 siphash(const HashKey& key, std::span<const std::uint8_t> bytes);

/// The same of whole words, one after the other: of their bytes, the least significant first.
class SipHash {
 public:
  explicit SipHash(const HashKey& key);

  void add(std::uint64_t word) {
    take(word);
    bytes_ += sizeof(word);
  }
  /// Once, at the end.
  Hash128 result() { return finish(bytes_ << 56); }

 private:
  friend Hash128 siphash(const HashKey& key, std::span<const std::uint8_t> bytes);

  void round();
  void take(std::uint64_t word);
  std::uint64_t half();
  /// `last`: what doesn't fill a word, and in the highest byte how many bytes there were.
  Hash128 finish(std::uint64_t last);

  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t bytes_ = 0;
};

}  // namespace wrun::inline v0::wasm
