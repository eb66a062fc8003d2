#pragma once

// What the register allocator sees of a function: blocks of machine instructions whose operands
// are virtual registers with constraints, in SSA form (block parameters are virtual registers that
// jumps give values to). What it makes of it: a place for every operand, and moves between
// instructions. It knows nothing else of x86.

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "jit/plain_vector.hpp"

namespace wrun::inline v0::jit {

/// 0 to 15 are general registers by their x86 numbers, 16 to 31 are vector registers.
using Reg = std::uint8_t;
inline constexpr Reg no_reg = 0xff;
enum class RegClass : std::uint8_t { general, vector };
constexpr RegClass class_of(Reg reg) {
  return reg < 16 ? RegClass::general : RegClass::vector;
}

/// A set of Regs.
class RegSet {
 public:
  constexpr RegSet() = default;
  constexpr explicit RegSet(std::uint32_t bits) : bits_(bits) {}
  constexpr bool has(Reg r) const { return (bits_ >> r & 1) != 0; }
  constexpr void add(Reg r) { bits_ |= 1u << r; }
  constexpr void remove(Reg r) { bits_ &= ~(1u << r); }
  constexpr std::uint32_t bits() const { return bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr unsigned size() const { return static_cast<unsigned>(std::popcount(bits_)); }
  /// The lowest of a set that isn't empty.
  constexpr Reg first() const { return static_cast<Reg>(std::countr_zero(bits_)); }
  friend constexpr RegSet operator|(RegSet a, RegSet b) { return RegSet(a.bits_ | b.bits_); }
  friend constexpr RegSet operator&(RegSet a, RegSet b) { return RegSet(a.bits_ & b.bits_); }
  friend constexpr RegSet operator-(RegSet a, RegSet b) { return RegSet(a.bits_ & ~b.bits_); }
  friend constexpr bool operator==(RegSet, RegSet) = default;

 private:
  std::uint32_t bits_ = 0;
};
constexpr RegSet registers_of(RegClass cls) {
  return RegSet(cls == RegClass::general ? 0xffffu : 0xffff0000u);
}

using VReg = std::uint32_t;

struct VRegInfo {
  RegClass cls = RegClass::general;
  /// 8, or 16 for v128: the bytes of a spill slot.
  std::uint8_t bytes = 8;
  /// A constant: made where it is needed instead of being spilled and reloaded. It has no
  /// definition and may be used everywhere, as an edge's argument too.
  bool is_constant = false;
  /// Frame slot below LFunction::reserved_slots where the value is from its definition on, without
  /// a store, for as long as it is used; -1: none. Nothing else is ever put there.
  std::int32_t home = -1;
  std::uint64_t constant = 0;
};
static_assert(sizeof(VRegInfo) == 16);

enum class Role : std::uint8_t {
  use,       ///< read at the start of the instruction: may share a register with a def
  late_use,  ///< read until its end: shares none
  def,       ///< written at its end: may share a register with a use
  early_def  ///< written at its start: shares none; with no later use, a temporary
};
constexpr bool is_use(Role role) {
  return role == Role::use || role == Role::late_use;
}
enum class Constraint : std::uint8_t {
  any,    ///< a register or a slot: the emitter can read (write) memory. A constant: a register, or
          ///< nowhere if a late use finds none, as at calls
  reg,    ///< a register of the vreg's class
  fixed,  ///< the register `fixed`, an allocatable one
  tied    ///< of a def: the same register as use number `fixed` of the instruction's operands
};

struct Operand {
  VReg vreg = 0;
  Role role = Role::use;
  Constraint constraint = Constraint::reg;
  std::uint8_t fixed = no_reg;
};

struct LBlock {
  std::uint32_t first = 0;  ///< instruction; blocks are contiguous, in the order of emission
  std::uint32_t end = 0;
  std::uint32_t first_param = 0;  ///< in LFunction::params
  std::uint32_t param_count = 0;
  std::uint32_t first_succ = 0;  ///< in LFunction::succs
  std::uint32_t succ_count = 0;
  std::uint32_t loop_depth : 29 = 0;
  bool is_loop_header : 1 = false;
  bool is_cold : 1 = false;
  bool has_call : 1 = false;
};
static_assert(sizeof(LBlock) == 28);

/// To a block, with the vregs for its parameters, of their class and size. No edge is critical: a
/// block with several successors gives args to none of them, and each of those has it as its only
/// predecessor. The entry has no predecessor and no parameters.
struct LEdge {
  std::uint32_t to = 0;
  std::uint32_t first_arg = 0;  ///< in LFunction::edge_args
  std::uint32_t arg_count = 0;
};

/// The last one of a block defines nothing (temporaries are fine); with one successor it has no
/// operands and no clobbers: the edge's moves come just before it.
struct LInst {
  std::uint32_t first_operand = 0;
  std::uint16_t operand_count = 0;
  std::uint8_t op = 0;       ///< the emitter's business; so is payload
  bool is_move : 1 = false;  ///< operands: def, use: good to have both in one register
  /// Its first two uses, which come one after the other, may be exchanged: a def that is tied to
  /// the one may be with the other instead.
  bool is_commutative : 1 = false;
  std::uint32_t payload = 0;
  RegSet clobbers;  ///< written at its end; fixed operands may be among them
};
static_assert(sizeof(LInst) == 16);

/// Entry is block 0. Where the function's arguments arrive is said by defs of its first
/// instruction. A block comes after its immediate dominator; a loop's blocks are contiguous but for
/// cold ones.
struct LFunction {
  PlainVector<LBlock> blocks;
  PlainVector<LInst> insts;
  PlainVector<Operand> operands;
  PlainVector<VReg> params;
  PlainVector<LEdge> succs;
  PlainVector<VReg> edge_args;
  PlainVector<VRegInfo> vregs;
  RegSet allocatable;  ///< registers that may be used at all
  /// A vector register that isn't allocatable: copies from slot to slot and swaps of registers go
  /// through it, of either class, when no allocatable one is free.
  Reg scratch = 31;
  /// The same for general registers among themselves, if there is one.
  Reg general_scratch = no_reg;
  std::uint32_t reserved_slots = 0;  ///< 8-byte frame slots that have a meaning already

  Reg scratch_for(RegClass cls) const {
    return cls == RegClass::general && general_scratch != no_reg ? general_scratch : scratch;
  }

  /// The operand that may be exchanged with the one that a def is tied to; no_operand if none.
  static constexpr std::uint32_t no_operand = ~0u;
  std::uint32_t exchangeable(const LInst& inst, std::uint32_t tied) const;
  /// What an instruction writes at its end but what is chosen for it.
  RegSet written_by(const LInst& inst) const;
  /// Whether nothing stays in registers over an instruction.
  bool is_call(const LInst& inst) const { return (allocatable - written_by(inst)).empty(); }
  std::span<const Operand> operands_of(const LInst& inst) const {
    return {operands.data() + inst.first_operand, inst.operand_count};
  }
};

inline RegSet LFunction::written_by(const LInst& inst) const {
  RegSet written = inst.clobbers;
  if (written.empty()) return written;
  for (const Operand& operand : operands_of(inst)) {
    const bool is_def = operand.role == Role::def || operand.role == Role::early_def;
    if (is_def && operand.constraint == Constraint::fixed) written.add(operand.fixed);
  }
  return written;
}

inline std::uint32_t LFunction::exchangeable(const LInst& inst, std::uint32_t tied) const {
  if (!inst.is_commutative) return no_operand;
  std::uint32_t first = 0;
  while (!is_use(operands[inst.first_operand + first].role)) ++first;
  if (tied != first && tied != first + 1) return no_operand;
  return tied == first ? first + 1 : first;
}

/// Where a value is: a register, or 8-byte slots of the frame from a number on.
class Loc {
 public:
  constexpr Loc() = default;
  static constexpr Loc reg(Reg r) { return Loc(r); }
  static constexpr Loc slot(std::uint32_t s) { return Loc(static_cast<std::int32_t>(s) + 32); }
  constexpr bool is_reg() const { return code_ >= 0 && code_ < 32; }
  constexpr bool is_slot() const { return code_ >= 32; }
  constexpr Reg reg() const { return static_cast<Reg>(code_); }
  constexpr std::uint32_t slot() const { return static_cast<std::uint32_t>(code_ - 32); }
  constexpr bool is_none() const { return code_ < 0; }
  /// Dense: registers, then slots.
  constexpr std::uint32_t code() const { return static_cast<std::uint32_t>(code_); }
  friend constexpr bool operator==(Loc, Loc) = default;

 private:
  constexpr explicit Loc(std::int32_t code) : code_(code) {}
  std::int32_t code_ = -1;
};

/// A copy to be made just before instruction `at`: of a vreg's value from one place to another (not
/// from slot to slot; between registers of different classes if one is `scratch`), or of its
/// constant to a register or slot (`from` is none). Moves of one position are in order, one after
/// the other (swaps are resolved already). They must not change the flags if `at` reads them.
struct Move {
  std::uint32_t at = 0;
  Loc from;
  Loc to;
  VReg vreg = 0;
};

struct Allocation {
  std::vector<Loc> operands;  ///< parallel to LFunction::operands
  PlainVector<Move> moves;    ///< by ascending `at`
  std::uint32_t slots = 0;    ///< frame slots in use, reserved ones included
  /// Every value lives in its slot, as the function is too large or its constraints too tight.
  bool is_simple = false;
};

/// Room is reused from call to call. Linear but for sorting. Throws std::bad_alloc.
class RegisterAllocator {
 public:
  RegisterAllocator();
  ~RegisterAllocator();
  RegisterAllocator(const RegisterAllocator&) = delete;
  RegisterAllocator& operator=(const RegisterAllocator&) = delete;

  const Allocation& run(const LFunction& function);
  /// What run() returned last, whose room goes along.
  Allocation take();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace wrun::inline v0::jit
