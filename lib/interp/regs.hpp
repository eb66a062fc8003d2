#pragma once

// The interpreter's machine: its registers, and how a handler reads its instruction.
//
// Slot code is a sequence of 4-byte words. An instruction is its handler, as the dispatch policy
// names it in one word, followed by packed operands: 16-bit slot numbers, immediates, branch
// distances in words from the start of the instruction. Their places have letters:
//
//    byte      4   6   8   10  12  14  16  20  22  24
//    operand   a   b   c   c2  d   d2  e   f   f2  g
//
// What is wider than its place takes the next one as well, unaligned. operands.hpp has the layout
// of instructions with a result, and each body's comment its own.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/objects.hpp"
#include "lib/runtime/slot.hpp"
#include "lib/wasm/vector/types.hpp"

namespace wrun::inline v0::interp {

using runtime::ExecState;
using runtime::Instance;
using runtime::Slot;

using wasm::Vector;
using Word = std::uint32_t;

// Bytes from the start of an instruction.
inline constexpr std::uint32_t at_a = 4, at_b = 6, at_c = 8, at_c2 = 10, at_d = 12, at_d2 = 14,
                               at_e = 16, at_f = 20, at_f2 = 22, at_g = 24;
// Words of an instruction whose last operand is there.
inline constexpr std::uint32_t through_b = 2, through_c = 3, through_d = 4, through_e = 5,
                               through_f = 6, through_g = 7;

/// Shared ends of handlers, which don't go on at pc then. Many handlers have such an end, so each
/// costs as little code there as the dispatch policy can make of it (traps.hpp).
enum class Exit : std::uint8_t {
  none,
  out_of_bounds,
  out_of_bounds_any,
  limit_at_entry,
  limit,
  out_of_fuel,
  trap
};

/// What handlers pass on in machine registers. Each result also stays in the accumulator of its
/// class, where the next instruction may read it without a load.
struct Regs {
  const Word* pc;
  Slot* fp;
  std::uint8_t* mem;       ///< memory 0; reloaded after calls and growth
  std::uint64_t mem_size;  ///< bytes
  Instance* inst;
  std::uint64_t i;         ///< accumulator of i32 (upper half unspecified), i64, references
  float f;                 ///< accumulator of f32
  double d;                ///< accumulator of f64
  Vector v;                ///< accumulator of v128
  Exit exit = Exit::none;  ///< for this handler alone
};

/// The T at byte `at` of the instruction.
template <class T>
inline T operand(const Word* pc, std::size_t at) {
  T value;
  std::memcpy(&value, reinterpret_cast<const char*>(pc) + at, sizeof(T));
  return value;
}

inline Slot& slot(const Regs& r, std::size_t at) {
  return r.fp[operand<std::uint16_t>(r.pc, at)];
}

/// A function as the distance from another one in this program, for the dispatch policies.
template <class Function>
Word distance_of(Function function, Function from) {
  return static_cast<Word>(reinterpret_cast<std::uintptr_t>(function) -
                           reinterpret_cast<std::uintptr_t>(from));
}
template <class Function>
Function at_distance(Word distance, std::uintptr_t from) {
  const std::intptr_t bytes = static_cast<std::int32_t>(distance);
  return reinterpret_cast<Function>(from + static_cast<std::uintptr_t>(bytes));
}

inline void reload_memory(Regs& r) {
  const runtime::Memory* memory = r.inst->memory0;
  r.mem = memory ? memory->base : nullptr;
  r.mem_size = memory ? memory->size : 0;
}

}  // namespace wrun::inline v0::interp
