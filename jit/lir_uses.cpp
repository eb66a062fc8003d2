#include "jit/lir_uses.hpp"

namespace wrun::inline v0::jit {

void LirUses::count(const LFunction& function) {
  first_use_.assign(function.vregs.size() + 2, 0);
  for (const Operand& operand : function.operands) {
    first_use_[operand.vreg + 2] += is_use(operand.role) ? 1 : 0;
  }
  for (const VReg arg : function.edge_args) ++first_use_[arg + 2];
  for (std::size_t v = 2; v < first_use_.size(); ++v) first_use_[v] += first_use_[v - 1];
  uses_.resize(first_use_.back());
}

inline void LirUses::add_use(VReg v, std::uint32_t at, LirUse::Kind kind, std::uint32_t about) {
  LirUse& use = uses_[first_use_[v + 1]++];
  use.at = at;
  use.kind = kind;
  use.about = about;
}

inline void LirUses::add_operand(const Operand& operand, std::uint32_t at, std::uint32_t block) {
  const bool is_fixed = operand.constraint == Constraint::fixed;
  if (is_fixed) fixed_[operand.fixed].push_back(at);
  if (is_use(operand.role)) {
    const LirUse::Kind other =
        operand.constraint == Constraint::any ? LirUse::memory : LirUse::plain;
    add_use(operand.vreg, at, is_fixed ? LirUse::fixed : other, is_fixed ? operand.fixed : 0u);
  } else {
    definitions_[operand.vreg] = {at, block, false};
  }
}

void LirUses::add_inst(const LFunction& function, std::uint32_t at, std::uint32_t block) {
  const LInst& inst = function.insts[at];
  const bool is_call = !inst.clobbers.empty() && function.is_call(inst);
  if (is_call) calls_.push_back(at);
  bool is_passing = inst.is_move;
  for (const Operand& operand : function.operands_of(inst)) {
    add_operand(operand, at, block);
    is_passing |= operand.constraint == Constraint::tied;
  }
  if (is_passing) note_passed(function, inst);
  if (is_call || inst.clobbers.empty()) return;
  for (RegSet left = inst.clobbers; !left.empty(); left.remove(left.first())) {
    fixed_[left.first()].push_back(at);
  }
}

/// Values that a tied def or a copy hands on.
void LirUses::note_passed(const LFunction& function, const LInst& inst) {
  for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
    const Operand& operand = function.operands[inst.first_operand + k];
    if (operand.constraint != Constraint::tied && !(inst.is_move && k == 0)) continue;
    const std::uint32_t from = operand.constraint == Constraint::tied ? operand.fixed : 1;
    const VReg source = function.operands[inst.first_operand + from].vreg;
    LirUse& use = uses_[first_use_[source + 1] - 1];
    if (use.kind == LirUse::fixed) continue;
    use.kind = LirUse::passed;
    use.about = operand.vreg & 0x3fffffffu;
  }
}

void LirUses::add_edges(const LFunction& function, const LBlock& block) {
  for (std::uint32_t s = 0; s < block.succ_count; ++s) {
    const LEdge& edge = function.succs[block.first_succ + s];
    for (std::uint32_t i = 0; i < edge.arg_count; ++i) {
      const VReg param = function.params[function.blocks[edge.to].first_param + i];
      add_use(function.edge_args[edge.first_arg + i], block.end - 1, LirUse::passed,
              param & 0x3fffffffu);
    }
  }
}

void LirUses::analyse(const LFunction& function) {
  count(function);
  definitions_.assign(function.vregs.size(), {});
  for (auto& positions : fixed_) positions.clear();
  calls_.clear();
  for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
    const LBlock& block = function.blocks[b];
    for (std::uint32_t p = 0; p < block.param_count; ++p) {
      definitions_[function.params[block.first_param + p]] = {block.first, b, true};
    }
    for (std::uint32_t i = block.first; i < block.end; ++i) add_inst(function, i, b);
    add_edges(function, block);
  }
}

}  // namespace wrun::inline v0::jit
