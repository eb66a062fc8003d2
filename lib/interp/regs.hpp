#pragma once

// The interpreter's machine: its registers, and how a handler reads its instruction.
//
// Slot code is a sequence of 8-byte words. An instruction is the address of its handler followed
// by packed operands: 16-bit slot numbers, immediates, branch distances in words from the start of
// the instruction. operands.hpp has the layouts.

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
using Word = std::uint64_t;

/// What handlers pass on in machine registers. Each result also stays in the accumulator of its
/// class, where the next instruction may read it without a load.
struct Regs {
  const Word* pc;
  Slot* fp;
  std::uint8_t* mem;       ///< memory 0; reloaded after calls and growth
  std::uint64_t mem_size;  ///< bytes
  Instance* inst;
  std::uint64_t i;  ///< accumulator of i32 (upper half unspecified), i64, references
  float f;          ///< accumulator of f32
  double d;         ///< accumulator of f64
  Vector v;         ///< accumulator of v128
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

inline void reload_memory(Regs& r) {
  const runtime::Memory* memory = r.inst->memory0;
  r.mem = memory ? memory->base : nullptr;
  r.mem_size = memory ? memory->size : 0;
}

}  // namespace wrun::inline v0::interp
