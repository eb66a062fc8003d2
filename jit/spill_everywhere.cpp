#include "jit/spill_everywhere.hpp"

#include <cassert>

namespace wrun::inline v0::jit {

namespace {

constexpr bool is_early(Role role) {
  return role != Role::def;
}
constexpr bool is_late(Role role) {
  return role != Role::use;
}
}  // namespace

void SpillEverywhere::assign_slots() {
  slots_.resize(function_->vregs.size());
  out_->slots = function_->reserved_slots;
  for (VReg v = 0; v < slots_.size(); ++v) {
    const VRegInfo& info = function_->vregs[v];
    if (info.is_constant) continue;
    slots_[v] = info.home >= 0 ? static_cast<std::uint32_t>(info.home) : out_->slots;
    if (info.home < 0) out_->slots += info.bytes / 8;
  }
}

Loc SpillEverywhere::slot_of(VReg vreg) const {
  return function_->vregs[vreg].is_constant ? Loc() : Loc::slot(slots_[vreg]);
}

void SpillEverywhere::take(Role role, Reg reg) {
  if (is_early(role)) early_.add(reg);
  if (is_late(role)) late_.add(reg);
}

void SpillEverywhere::place(std::uint32_t operand, Loc loc) {
  out_->operands[operand] = loc;
  if (loc.is_reg()) take(function_->operands[operand].role, loc.reg());
}

RegSet SpillEverywhere::free_for(const Operand& operand) const {
  RegSet free = function_->allocatable & registers_of(function_->vregs[operand.vreg].cls);
  if (is_early(operand.role)) free = free - early_;
  if (is_late(operand.role)) free = free - late_;
  return free;
}

Reg SpillEverywhere::choose(const Operand& operand) const {
  const RegSet free = free_for(operand);
  assert(!free.empty() && "more operands than registers");
  return free.first();
}

void SpillEverywhere::place_fixed(const LInst& inst) {
  early_ = {};
  late_ = inst.clobbers;
  for (std::uint32_t i = 0; i < inst.operand_count; ++i) {
    const Operand& operand = function_->operands[inst.first_operand + i];
    if (operand.constraint == Constraint::fixed) {
      place(inst.first_operand + i, Loc::reg(operand.fixed));
    }
  }
}

void SpillEverywhere::place_tied(const LInst& inst) {
  for (std::uint32_t i = 0; i < inst.operand_count; ++i) {
    const Operand& operand = function_->operands[inst.first_operand + i];
    if (operand.constraint != Constraint::tied) continue;
    Loc& use = out_->operands[inst.first_operand + operand.fixed];
    if (use.is_none()) {
      Operand both = operand;
      both.role = Role::early_def;
      use = Loc::reg(choose(both));
      early_.add(use.reg());
    }
    place(inst.first_operand + i, use);
  }
}

void SpillEverywhere::place_others(const LInst& inst) {
  // What needs a register from start to end has fewer to choose from.
  for (const bool both : {true, false}) {
    for (std::uint32_t i = inst.first_operand; i < inst.first_operand + inst.operand_count; ++i) {
      const Operand& operand = function_->operands[i];
      if (!out_->operands[i].is_none() || both != (is_early(operand.role) && is_late(operand.role)))
        continue;
      if (operand.constraint != Constraint::any) {
        place(i, Loc::reg(choose(operand)));
      } else if (!function_->vregs[operand.vreg].is_constant) {
        place(i, slot_of(operand.vreg));
      } else if (!free_for(operand).empty()) {
        place(i, Loc::reg(choose(operand)));
      }
    }
  }
}

void SpillEverywhere::load_uses(std::uint32_t index) {
  const LInst& inst = function_->insts[index];
  for (std::uint32_t i = inst.first_operand; i < inst.first_operand + inst.operand_count; ++i) {
    const Operand& operand = function_->operands[i];
    const Loc to = out_->operands[i];
    if (is_use(operand.role) && to.is_reg()) {
      out_->moves.push_back({index, slot_of(operand.vreg), to, operand.vreg});
    }
  }
}

void SpillEverywhere::store_defs(const LInst& inst) {
  for (std::uint32_t i = inst.first_operand; i < inst.first_operand + inst.operand_count; ++i) {
    const Operand& operand = function_->operands[i];
    const bool is_stored = out_->operands[i].is_slot() || function_->vregs[operand.vreg].home >= 0;
    if (is_use(operand.role) || is_stored) continue;
    stores_.push_back({out_->operands[i].reg(), operand.vreg});
  }
}

void SpillEverywhere::pass_args(const LBlock& block) {
  if (block.succ_count != 1) return;
  const LEdge& edge = function_->succs[block.first_succ];
  const LBlock& target = function_->blocks[edge.to];
  for (std::uint32_t i = 0; i < edge.arg_count; ++i) {
    const VReg arg = function_->edge_args[edge.first_arg + i];
    const VReg param = function_->params[target.first_param + i];
    moves_.add(slot_of(arg), slot_of(param), arg);
  }
  moves_.resolve(*function_, block.end - 1, function_->allocatable, out_->slots, out_->moves);
}

void SpillEverywhere::run(const LFunction& function, Allocation& out) {
  function_ = &function;
  out_ = &out;
  out.operands.assign(function.operands.size(), Loc());
  out.moves.clear();
  assign_slots();
  for (const LBlock& block : function.blocks) {
    stores_.clear();
    for (std::uint32_t i = block.first; i < block.end; ++i) {
      const LInst& inst = function.insts[i];
      for (const Store& store : stores_) {
        out.moves.push_back({i, Loc::reg(store.from), slot_of(store.vreg), store.vreg});
      }
      stores_.clear();
      place_fixed(inst);
      place_tied(inst);
      place_others(inst);
      load_uses(i);
      store_defs(inst);
    }
    pass_args(block);
  }
}

}  // namespace wrun::inline v0::jit
