#pragma once

// Instructions that often follow each other, run by one handler. The code stays as it is: each
// instruction keeps its words, and its own handler does what it always does; only the first one's
// handler is replaced by one that goes on with the next ones without a dispatch. So branches may
// enter a sequence anywhere, and whatever stops in the middle of one stops at an instruction.
//
// Which sequences there are is listed in sequences/*.def; bench/sequences chooses them by counting.

#include <cstdint>
#include <span>

#include "lib/interp/regs.hpp"
#include "lib/interp/scalar_forms.hpp"

namespace wrun::inline v0::interp {

/// A number for each body that sequences are made of.
using SequenceKey = std::uint16_t;
inline constexpr SequenceKey no_key = 0x17f;       ///< in no sequence; the highest
inline constexpr SequenceKey unknown_key = 0x17e;  ///< to be found by the handler

/// Those of the handlers that most instructions have, as scalar_rows() and access_rows() list them.
struct SequenceKeys {
  std::array<std::array<SequenceKey, 10>, scalar_count> forms;
  std::array<std::array<SequenceKey, 10>, comparison_count> branches;
  std::array<std::array<SequenceKey, 2 * AccessRows::forms>, AccessRows::loads> load;
  std::array<std::array<SequenceKey, 3 * AccessRows::forms>, AccessRows::stores> store;
  SequenceKey copy;
  SequenceKey const32;
  SequenceKey const64;
  SequenceKey call_local;
  std::array<SequenceKey, 2> branch;       ///< [poll]
  std::array<SequenceKey, 8> test_branch;  ///< of 32 bits, [(src * 2 + when) * 2 + poll]
};
extern const SequenceKeys sequence_keys;

/// Where an instruction begins, and what it is in sequences.
struct Start {
  std::uint32_t at;
  SequenceKey key;
  std::uint16_t dispatches;  ///< for combine()
};

/// Replaces the handlers of instructions at which a sequence begins. `starts` are those of all
/// instructions in `code`; one more is there to be written to. Where there are `lengths`, one for
/// each instruction, notes there how many instructions its handler runs if that isn't one.
void combine(std::span<Word> code, std::span<Start> starts, std::uint8_t* lengths);

}  // namespace wrun::inline v0::interp
