#pragma once

// A keyed hash of many bytes, several times quicker than SipHash: NH of each block of 1 KiB, with
// words that are made of the key, and SipHash of what that gives and of the lengths. Two
// inputs that somebody chose who doesn't have the key get one value with a probability of 2^-64.
//
// https://www.rfc-editor.org/rfc/rfc4418 (UMAC), https://www.fastcrypto.org/vmac/

#include <array>
#include <cstdint>
#include <span>

#include "lib/wasm/siphash.hpp"

namespace wrun::inline v0::wasm {

class NhHash {
 public:
  static constexpr std::size_t block_bytes = 1024;

  explicit NhHash(const HashKey& key);

  /// A piece of a part; each but a part's last has whole blocks.
  void add(std::span<const std::uint8_t> piece);
  /// Where a part ends counts.
  void end_part();
  /// Once, at the end; ends the last part.
  Hash128 result();

 private:
  static constexpr std::size_t block_words = block_bytes / sizeof(std::uint64_t);

  void add_block(const std::uint8_t* block, std::size_t words);

  std::array<std::uint64_t, block_words> words_;
  SipHash outer_;
  std::uint64_t length_ = 0;  // of the part
};

/// Of one part.
Hash128 nh_hash(const HashKey& key, std::span<const std::uint8_t> bytes);

}  // namespace wrun::inline v0::wasm
