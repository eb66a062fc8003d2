#include <cstring>

#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::wasm {
namespace {

bool is_ascii_word(const std::uint8_t* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return (word & 0x8080808080808080) == 0;
}

/// Length of the well-formed sequence at the start of `text`, 0 if there is none: table 3-7 of the
/// Unicode standard.
std::size_t sequence_length(std::span<const std::uint8_t> text) {
  const std::uint8_t lead = text[0];
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  // The second byte of some leads is narrower: no overlong forms, no surrogates, none over
  // U+10FFFF.
  const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (text[1] < low || text[1] > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((text[i] & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace

bool is_utf8(std::span<const std::uint8_t> text) {
  while (!text.empty()) {
    if (text.size() >= 8 && is_ascii_word(text.data())) {
      text = text.subspan(8);
      continue;
    }
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text = text.subspan(length);
  }
  return true;
}

}  // namespace wrun::inline v0::wasm
