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
/// Of an instruction that isn't a wasm::Op.
Effects effects_of_own(const Inst& inst);

/// Every pass asks this of every instruction.
inline Effects effects_of(const Inst& inst) {
  if (!is_wasm(inst.op)) return effects_of_own(inst);
  const WasmEffects& row = wasm_effects[static_cast<std::size_t>(inst.op)];
  return (inst.flags & (never_traps | guarded)) == 0 ? row.plain : row.safe;
}

/// The load that gives back what a store of all bits of a value wrote; or op_none.
wasm::Op load_after(wasm::Op store);

}  // namespace wrun::inline v0::jit
