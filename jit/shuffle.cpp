#include "jit/shuffle.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace wrun::inline v0::jit {

namespace {

using enum VectorOp;
using Numbers = const std::uint8_t (&)[16];

/// The numbers as those of lanes of `size` bytes, if whole lanes move.
std::optional<std::uint8_t> lane(Numbers number, unsigned size, unsigned at) {
  const unsigned first = number[at * size];
  if (first % size != 0) return std::nullopt;
  for (unsigned i = 1; i < size; ++i)
    if (number[at * size + i] != first + i) return std::nullopt;
  return static_cast<std::uint8_t>(first / size);
}

bool is_one_after_the_other(Numbers number, unsigned modulus) {
  for (unsigned i = 1; i < 16; ++i)
    if (number[i] != (number[0] + i) % modulus) return false;
  return true;
}

/// Four lanes of 32 bits, each of the same operand.
std::optional<std::uint8_t> as_pshufd(Numbers number) {
  unsigned imm8 = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const auto from = lane(number, 4, i);
    if (!from) return std::nullopt;
    imm8 |= (*from & 3u) << (2 * i);
  }
  return static_cast<std::uint8_t>(imm8);
}

/// Four lanes of 32 bits, two of the first operand and then two of the second, or the other way.
std::optional<Shuffle> as_shufps(Numbers number) {
  const auto imm8 = as_pshufd(number);
  if (!imm8) return std::nullopt;
  const bool low_of_second = number[0] >= 16;
  const bool high_of_second = number[8] >= 16;
  if ((number[4] >= 16) != low_of_second || (number[12] >= 16) != high_of_second)
    return std::nullopt;
  return Shuffle{Shuffle::Kind::both, shufps, low_of_second, high_of_second, *imm8};
}

/// Every lane of 16 bits stays where it is in one of the operands.
std::optional<Shuffle> as_blend(Numbers number) {
  unsigned imm8 = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const auto from = lane(number, 2, i);
    if (!from || *from % 8 != i) return std::nullopt;
    if (*from >= 8) imm8 |= 1u << i;
  }
  return Shuffle{Shuffle::Kind::both, pblendw, 0, 1, static_cast<std::uint8_t>(imm8)};
}

struct Interleaving {
  VectorOp low;
  VectorOp high;
  unsigned size;
};
constexpr Interleaving interleavings[] = {{punpcklbw, punpckhbw, 1},
                                          {punpcklwd, punpckhwd, 2},
                                          {punpckldq, punpckhdq, 4},
                                          {punpcklqdq, punpckhqdq, 8}};

/// Whether lanes of a and b, those from `first` on, come by turns. An operand's bytes begin at its
/// number times 16.
bool interleaves(Numbers number, unsigned size, unsigned first, unsigned a, unsigned b) {
  for (unsigned i = 0; i < 16 / size; ++i) {
    const unsigned lanes_before = (i % 2 == 0 ? a : b) * (16 / size);
    if (lane(number, size, i) != lanes_before + first + i / 2) return false;
  }
  return true;
}

std::optional<Shuffle> as_interleaving(Numbers number) {
  for (const Interleaving& row : interleavings) {
    for (const bool high : {false, true}) {
      const unsigned first = high ? 8 / row.size : 0;
      const VectorOp op = high ? row.high : row.low;
      for (unsigned a = 0; a < 2; ++a) {
        const unsigned b = 1 - a;
        if (interleaves(number, row.size, first, a, b))
          return Shuffle{Shuffle::Kind::both, op, static_cast<std::uint8_t>(a),
                         static_cast<std::uint8_t>(b), 0};
      }
    }
  }
  return std::nullopt;
}

/// Bytes of one operand, whose numbers are below 16.
Shuffle of_one(Numbers number, std::uint8_t a) {
  using Kind = Shuffle::Kind;
  if (number[0] == 0 && is_one_after_the_other(number, 16))
    return {a == 0 ? Kind::first : Kind::second, {}, a, a, 0};
  if (const auto imm8 = as_pshufd(number)) return {Kind::lanes, pshufd, a, a, *imm8};
  if (is_one_after_the_other(number, 16)) return {Kind::both, palignr, a, a, number[0]};
  return {Kind::bytes, pshufb, a, a, 0};
}

}  // namespace

Shuffle find_shuffle(std::uint8_t (&number)[16], bool is_same) {
  if (is_same)
    for (std::uint8_t& n : number) n &= 15;
  const auto of_first = [](std::uint8_t n) { return n < 16; };
  if (std::all_of(std::begin(number), std::end(number), of_first)) return of_one(number, 0);
  if (std::none_of(std::begin(number), std::end(number), of_first)) {
    for (std::uint8_t& n : number) n &= 15;
    return of_one(number, 1);
  }
  if (const auto found = as_blend(number)) return *found;
  if (const auto found = as_interleaving(number)) return *found;
  if (const auto found = as_shufps(number)) return *found;
  // Bytes from some place on of one operand, then the beginning of the other.
  if (is_one_after_the_other(number, 32)) {
    const auto low = static_cast<std::uint8_t>(number[0] / 16);
    return {Shuffle::Kind::both, palignr, static_cast<std::uint8_t>(1 - low), low,
            static_cast<std::uint8_t>(number[0] % 16)};
  }
  return {};
}

}  // namespace wrun::inline v0::jit
