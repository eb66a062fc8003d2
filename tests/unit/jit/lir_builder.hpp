#pragma once

// Builds functions for the register allocator, block by block in any order.

#include <initializer_list>
#include <vector>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

// As instructions encode them.
inline constexpr Reg rax = 0;
inline constexpr Reg rcx = 1;
inline constexpr Reg rdx = 2;
inline constexpr Reg rsi = 6;
inline constexpr Reg rdi = 7;

Operand use(VReg v, Constraint constraint = Constraint::reg);
Operand late_use(VReg v);
Operand use_in(VReg v, Reg reg);
Operand def(VReg v, Constraint constraint = Constraint::reg);
Operand def_in(VReg v, Reg reg);
Operand def_tied(VReg v, std::uint8_t use);
Operand temporary(VReg v);

class LirBuilder {
 public:
  struct Jump {
    std::uint32_t to;
    std::vector<VReg> args;
  };
  struct Block {
    std::vector<LInst> insts;
    std::vector<std::vector<Operand>> operands;
    std::vector<VReg> params;
    std::vector<Jump> jumps;
    std::uint32_t loop_depth = 0;
    bool is_loop_header = false;
    bool is_cold = false;
  };

  LirBuilder();

  VReg vreg(RegClass cls = RegClass::general, std::uint8_t bytes = 8);
  VReg constant(std::uint64_t value, RegClass cls = RegClass::general);
  std::uint32_t block(std::uint32_t loop_depth = 0, bool is_cold = false);
  VReg param(std::uint32_t block, RegClass cls = RegClass::general);
  void inst(std::uint32_t block, std::vector<Operand> operands, RegSet clobbers = RegSet());
  /// Copies a value: an instruction with is_move.
  void move(std::uint32_t block, VReg to, VReg from);
  /// Calls clobber everything.
  void call(std::uint32_t block, std::vector<Operand> operands);
  /// Ends a block.
  void jump(std::uint32_t block, std::uint32_t to, std::vector<VReg> args = {});
  void branch(std::uint32_t block, std::vector<Operand> operands, std::vector<std::uint32_t> to);
  void ret(std::uint32_t block, std::vector<Operand> operands = {});

  Block& at(std::uint32_t b) { return blocks_[b]; }
  RegClass class_of_vreg(VReg v) const { return function_.vregs[v].cls; }
  VRegInfo& info(VReg v) { return function_.vregs[v]; }
  LFunction& function() { return function_; }
  RegSet allocatable() const { return function_.allocatable; }

  /// Cold blocks last, otherwise in the order of block().
  LFunction finish();

 private:
  void flatten(std::uint32_t b, const std::vector<std::uint32_t>& new_number);

  LFunction function_;
  std::vector<Block> blocks_;
};

}  // namespace wrun::inline v0::jit
