#include "lib/wasm/nh_hash.hpp"

#include <cstring>

namespace wrun::inline v0::wasm {

namespace {

__extension__ using Wide = unsigned __int128;

/// The n-th 128 bits that a key gives.
Hash128 derived(const HashKey& key, std::uint64_t n) {
  SipHash hash(key);
  hash.add(n);
  return hash.result();
}

/// In the machine's order of bytes: hashes stay on it.
std::uint64_t word_at(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

}  // namespace

NhHash::NhHash(const HashKey& key) : outer_(derived(key, block_words)) {
  for (std::size_t i = 0; i < block_words; i += 2) {
    const Hash128 made = derived(key, i);
    words_[i] = made[0];
    words_[i + 1] = made[1];
  }
}

void NhHash::add_block(const std::uint8_t* block, std::size_t words) {
  Wide sum = 0;
  for (std::size_t i = 0; i < words; i += 2) {
    const std::uint64_t a = word_at(block + 8 * i) + words_[i];
    const std::uint64_t b = word_at(block + 8 * i + 8) + words_[i + 1];
    sum += static_cast<Wide>(a) * b;
  }
  outer_.add(static_cast<std::uint64_t>(sum));
  outer_.add(static_cast<std::uint64_t>(sum >> 64));
}

void NhHash::add(std::span<const std::uint8_t> piece) {
  length_ += piece.size();
  for (; piece.size() >= block_bytes; piece = piece.subspan(block_bytes))
    add_block(piece.data(), block_words);
  if (piece.empty()) return;
  std::array<std::uint8_t, block_bytes> last{};
  std::memcpy(last.data(), piece.data(), piece.size());
  add_block(last.data(), (piece.size() + 15) / 16 * 2);
}

void NhHash::end_part() {
  outer_.add(length_);
  length_ = 0;
}

Hash128 NhHash::result() {
  end_part();
  return outer_.result();
}

Hash128 nh_hash(const HashKey& key, std::span<const std::uint8_t> bytes) {
  NhHash hash(key);
  hash.add(bytes);
  return hash.result();
}

}  // namespace wrun::inline v0::wasm
