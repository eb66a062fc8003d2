#include "lib/runtime/shared_access.hpp"

#include <algorithm>

namespace wrun::inline v0::runtime {

namespace {

using Word = std::uint64_t;
constexpr std::size_t word_bytes = sizeof(Word);

/// Bytes before the next word_bytes of `at`, at most `count`.
std::size_t head_of(const std::uint8_t* at, std::size_t count) {
  const std::size_t past = reinterpret_cast<std::uintptr_t>(at) % word_bytes;
  return std::min(count, past == 0 ? 0 : word_bytes - past);
}

/// Moves upwards: bytes until `to` is at a word_bytes, then words, then bytes.
void move_up(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  std::size_t i = 0;
  const std::size_t head = head_of(to, count);
  for (; i < head; ++i) shared_set(to + i, shared_get<std::uint8_t>(from + i));
  if (is_aligned(from + i, word_bytes)) {
    for (; count - i >= word_bytes; i += word_bytes) shared_set(to + i, shared_get<Word>(from + i));
  }
  for (; i < count; ++i) shared_set(to + i, shared_get<std::uint8_t>(from + i));
}

void move_down(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  const auto byte_down = [&] {
    --count;
    shared_set(to + count, shared_get<std::uint8_t>(from + count));
  };
  while (count != 0 && !is_aligned(to + count, word_bytes)) byte_down();
  if (is_aligned(from + count, word_bytes)) {
    for (; count >= word_bytes; count -= word_bytes) {
      shared_set(to + count - word_bytes, shared_get<Word>(from + count - word_bytes));
    }
  }
  while (count != 0) byte_down();
}

}  // namespace

void copy_from_shared(void* to, const std::uint8_t* from, std::size_t count) noexcept {
  auto* out = static_cast<std::uint8_t*>(to);
  std::size_t i = 0;
  const std::size_t head = head_of(from, count);
  for (; i < head; ++i) out[i] = shared_get<std::uint8_t>(from + i);
  for (; count - i >= word_bytes; i += word_bytes) {
    const Word value = shared_get<Word>(from + i);
    std::memcpy(out + i, &value, word_bytes);
  }
  for (; i < count; ++i) out[i] = shared_get<std::uint8_t>(from + i);
}

void copy_to_shared(std::uint8_t* to, const void* from, std::size_t count) noexcept {
  const auto* in = static_cast<const std::uint8_t*>(from);
  std::size_t i = 0;
  const std::size_t head = head_of(to, count);
  for (; i < head; ++i) shared_set(to + i, in[i]);
  for (; count - i >= word_bytes; i += word_bytes) {
    Word value;
    std::memcpy(&value, in + i, word_bytes);
    shared_set(to + i, value);
  }
  for (; i < count; ++i) shared_set(to + i, in[i]);
}

void move_shared(std::uint8_t* to, const std::uint8_t* from, std::size_t count) noexcept {
  if (to <= from || to >= from + count) {
    move_up(to, from, count);
  } else {
    move_down(to, from, count);
  }
}

void fill_shared(std::uint8_t* to, std::uint8_t value, std::size_t count) noexcept {
  const Word many = Word{0x0101'0101'0101'0101} * value;
  std::size_t i = 0;
  const std::size_t head = head_of(to, count);
  for (; i < head; ++i) shared_set(to + i, value);
  for (; count - i >= word_bytes; i += word_bytes) shared_set(to + i, many);
  for (; i < count; ++i) shared_set(to + i, value);
}

}  // namespace wrun::inline v0::runtime
