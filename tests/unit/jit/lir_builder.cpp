#include "tests/unit/jit/lir_builder.hpp"

#include <utility>

namespace wrun::inline v0::jit {

Operand use(VReg v, Constraint constraint) {
  return {v, Role::use, constraint, no_reg};
}
Operand late_use(VReg v) {
  return {v, Role::late_use, Constraint::reg, no_reg};
}
Operand use_in(VReg v, Reg reg) {
  return {v, Role::use, Constraint::fixed, reg};
}
Operand def(VReg v, Constraint constraint) {
  return {v, Role::def, constraint, no_reg};
}
Operand def_in(VReg v, Reg reg) {
  return {v, Role::def, Constraint::fixed, reg};
}
Operand def_tied(VReg v, std::uint8_t use) {
  return {v, Role::def, Constraint::tied, use};
}
Operand temporary(VReg v) {
  return {v, Role::early_def, Constraint::reg, no_reg};
}

LirBuilder::LirBuilder() {
  constexpr Reg rsp = 4;
  constexpr Reg rbp = 5;
  constexpr Reg xmm15 = 31;
  function_.allocatable = RegSet(~0u);
  for (const Reg reg : {rsp, rbp, xmm15}) function_.allocatable.remove(reg);
  function_.scratch = xmm15;
}

VReg LirBuilder::vreg(RegClass cls, std::uint8_t bytes) {
  function_.vregs.push_back({cls, bytes, false, -1, 0});
  return static_cast<VReg>(function_.vregs.size() - 1);
}

VReg LirBuilder::constant(std::uint64_t value, RegClass cls) {
  function_.vregs.push_back({cls, 8, true, -1, value});
  return static_cast<VReg>(function_.vregs.size() - 1);
}

std::uint32_t LirBuilder::block(std::uint32_t loop_depth, bool is_cold) {
  Block& block = blocks_.emplace_back();
  block.loop_depth = loop_depth;
  block.is_cold = is_cold;
  return static_cast<std::uint32_t>(blocks_.size() - 1);
}

VReg LirBuilder::param(std::uint32_t b, RegClass cls) {
  blocks_[b].params.push_back(vreg(cls));
  return blocks_[b].params.back();
}

void LirBuilder::inst(std::uint32_t b, std::vector<Operand> operands, RegSet clobbers) {
  LInst inst;
  inst.clobbers = clobbers;
  inst.operand_count = static_cast<std::uint16_t>(operands.size());
  blocks_[b].insts.push_back(inst);
  blocks_[b].operands.push_back(std::move(operands));
}

void LirBuilder::move(std::uint32_t b, VReg to, VReg from) {
  inst(b, {def(to), use(from)});
  blocks_[b].insts.back().is_move = true;
}

void LirBuilder::call(std::uint32_t b, std::vector<Operand> operands) {
  inst(b, std::move(operands), function_.allocatable);
}

void LirBuilder::jump(std::uint32_t b, std::uint32_t to, std::vector<VReg> args) {
  inst(b, {});
  blocks_[b].jumps.push_back({to, std::move(args)});
}

void LirBuilder::branch(std::uint32_t b, std::vector<Operand> operands,
                        std::vector<std::uint32_t> to) {
  inst(b, std::move(operands));
  for (const std::uint32_t target : to) blocks_[b].jumps.push_back({target, {}});
}

void LirBuilder::ret(std::uint32_t b, std::vector<Operand> operands) {
  inst(b, std::move(operands));
}

void LirBuilder::flatten(std::uint32_t b, const std::vector<std::uint32_t>& new_number) {
  const Block& from = blocks_[b];
  const auto size = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
  LBlock to;
  to.first = size(function_.insts);
  for (std::size_t i = 0; i < from.insts.size(); ++i) {
    function_.insts.push_back(from.insts[i]);
    function_.insts.back().first_operand = size(function_.operands);
    for (const Operand& operand : from.operands[i]) function_.operands.push_back(operand);
  }
  to.end = size(function_.insts);
  to.first_param = size(function_.params);
  to.param_count = size(from.params);
  for (const VReg param : from.params) function_.params.push_back(param);
  to.first_succ = size(function_.succs);
  to.succ_count = size(from.jumps);
  for (const Jump& jump : from.jumps) {
    function_.succs.push_back({new_number[jump.to], size(function_.edge_args), size(jump.args)});
    for (const VReg arg : jump.args) function_.edge_args.push_back(arg);
  }
  to.loop_depth = from.loop_depth;
  to.is_loop_header = from.is_loop_header;
  to.is_cold = from.is_cold;
  function_.blocks.push_back(to);
}

LFunction LirBuilder::finish() {
  std::vector<std::uint32_t> order;
  for (const bool cold : {false, true}) {
    for (std::uint32_t b = 0; b < blocks_.size(); ++b) {
      if (blocks_[b].is_cold == cold) order.push_back(b);
    }
  }
  std::vector<std::uint32_t> new_number(blocks_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) new_number[order[i]] = i;
  for (const std::uint32_t b : order) flatten(b, new_number);
  return std::move(function_);
}

}  // namespace wrun::inline v0::jit
