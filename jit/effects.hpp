#pragma once

// What instructions do besides giving a value: the one answer for every pass.

#include <array>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// A set of Alias.
using AliasSet = std::uint8_t;
constexpr AliasSet alias_bit(Alias alias) {
  return static_cast<AliasSet>(1u << static_cast<unsigned>(alias));
}
inline constexpr AliasSet everything = (1u << static_cast<unsigned>(Alias::count_)) - 1;

struct Effects {
  AliasSet reads = 0;
  AliasSet writes = 0;
  bool leaves = false;   ///< may trap, or end the block: nothing that acts may pass it
  bool is_kept = false;  ///< does something even if nobody uses its value

  /// Its value depends on its arguments only, and it may be computed anywhere they are there; the
  /// guarded flag aside.
  bool is_pure() const { return reads == 0 && writes == 0 && !leaves && !is_kept; }
};

/// Of a wasm::Op: of an instruction without the flags never_traps and guarded, and with one.
struct WasmEffects {
  Effects plain;
  Effects safe;
};
extern const std::array<WasmEffects, wasm::op_count> wasm_effects;
/// Of what isn't a wasm::Op: of reads and writes without what they touch, of helpers nothing.
constexpr std::size_t own_count =
    static_cast<std::size_t>(Opcode::last_own) - static_cast<std::size_t>(Opcode::first_own);
extern const std::array<Effects, own_count> own_effects;
Effects effects_of_helper(const Inst& call);

inline const Effects& plain_effects_of(Opcode own) {
  return own_effects[static_cast<std::size_t>(own) - static_cast<std::size_t>(Opcode::first_own)];
}
inline const Effects& effects_of_wasm(const Inst& inst) {
  const WasmEffects& row = wasm_effects[static_cast<std::size_t>(inst.op)];
  return (inst.flags & (never_traps | guarded)) == 0 ? row.plain : row.safe;
}
inline Effects effects_of_own(const Inst& inst) {
  if (inst.op == Opcode::call_helper) return effects_of_helper(inst);
  Effects effects = plain_effects_of(inst.op);
  if (inst.op == Opcode::read) effects.reads = alias_bit(Place::of(inst.imm2).alias);
  if (inst.op == Opcode::write) effects.writes = alias_bit(Place::of(inst.imm2).alias);
  return effects;
}

/// Every pass asks this of every instruction.
inline Effects effects_of(const Inst& inst) {
  return is_wasm(inst.op) ? effects_of_wasm(inst) : effects_of_own(inst);
}

/// The same of what it does besides giving a value, if that matters even if nobody uses the value.
inline bool is_kept(const Inst& inst) {
  if (inst.op == Opcode::call_helper) return effects_of_helper(inst).is_kept;
  return is_wasm(inst.op) ? effects_of_wasm(inst).is_kept : plain_effects_of(inst.op).is_kept;
}

/// Whether a load may not be made behind it instead of before.
inline bool acts(const Inst& inst) {
  const Effects& effects = is_wasm(inst.op)                 ? effects_of_wasm(inst)
                           : inst.op == Opcode::call_helper ? effects_of_helper(inst)
                                                            : plain_effects_of(inst.op);
  return effects.writes != 0 || effects.leaves || effects.is_kept;
}

/// The load that gives back what a store of all bits of a value wrote; or op_none.
wasm::Op load_after(wasm::Op store);

}  // namespace wrun::inline v0::jit
