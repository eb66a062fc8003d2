#include "jit/register_scan.hpp"

namespace wrun::inline v0::jit {

std::uint32_t RegisterScan::add_piece(VReg v, Reg r, Piece::Origin origin, std::uint32_t source) {
  out_->pieces.push_back({v, at_, source, r, origin, false});
  return static_cast<std::uint32_t>(out_->pieces.size() - 1);
}

void RegisterScan::take(VReg v, Reg r, std::uint32_t piece) {
  held_[r] = piece;
  held_vreg_[r] = v;
  free_.remove(r);
  values_[v].piece = piece;
  values_[v].reg = r;
}

void RegisterScan::drop(Reg r) {
  values_[held_vreg_[r]].piece = none;
  free_.add(r);
}

void RegisterScan::drop_all() {
  for (RegSet left = function_->allocatable - free_; !left.empty(); left.remove(left.first()))
    drop(left.first());
}

void RegisterScan::demand(VReg v) {
  if (!is_constant(v)) out_->demands.push_back({v, block_});
}

void RegisterScan::set_place(std::uint32_t k, Reg r) {
  places_[k] = Loc::reg(r);
  const Role role = ops_[k].role;
  if (role != Role::def) early_.add(r);
  if (role != Role::use) late_.add(r);
}

void RegisterScan::place_in_slot(std::uint32_t k) {
  out_->slot_operands.push_back(first_operand_ + k);
  demand(ops_[k].vreg);
}

// What is fixed

void RegisterScan::note_fixed() {
  const LInst& inst = function_->insts[at_];
  is_call_ = function_->is_call(inst);
  fixed_ = {};
  clobbered_ = inst.clobbers & function_->allocatable;
  has_tied_ = false;
  has_temporaries_ = false;
  for (const Operand& operand : ops_) {
    if (operand.role == Role::early_def) has_temporaries_ = true;
    if (operand.constraint == Constraint::tied) {
      has_tied_ = true;
      if (ops_[operand.fixed].constraint == Constraint::fixed) {
        clobbered_.add(ops_[operand.fixed].fixed);
      }
    }
    if (operand.constraint != Constraint::fixed) continue;
    if (operand.role != Role::def) fixed_.add(operand.fixed);
    if (!is_use(operand.role)) clobbered_.add(operand.fixed);
    if (operand.role == Role::late_use) late_.add(operand.fixed);
  }
  early_ = fixed_;
  late_ = late_ | clobbered_;
}

bool RegisterScan::is_fixed_here(VReg v, Reg r) const {
  for (const Operand& operand : ops_) {
    if (operand.vreg == v && operand.constraint == Constraint::fixed && operand.fixed == r) {
      return is_use(operand.role);
    }
  }
  return false;
}

bool RegisterScan::is_used_here(VReg v) const {
  for (const Operand& operand : ops_) {
    if (operand.vreg == v && is_use(operand.role) && operand.constraint != Constraint::fixed) {
      return true;
    }
  }
  return false;
}

/// To a register that the instruction leaves alone, if there is a free one.
bool RegisterScan::relocate(Reg r) {
  const VReg v = held_vreg_[r];
  const Reg to = choose_free(v, class_regs(v) - fixed_ - late_);
  if (to == no_reg) return false;
  const std::uint32_t from = held_[r];
  drop(r);
  const std::uint32_t piece = add_piece(v, to, Piece::Origin::copied, from);
  take(v, to, piece);
  out_->moves.push_back({at_, from, piece, v, to, {}});
  return true;
}

/// Makes room in registers that the instruction has its own use for. What is only clobbered may
/// still be read by the instruction and is dropped at its end.
void RegisterScan::vacate() {
  for (RegSet left = (fixed_ | clobbered_) - free_; !left.empty(); left.remove(left.first())) {
    const Reg r = left.first();
    if (!function_->allocatable.has(r)) continue;
    const VReg v = held_vreg_[r];
    const bool is_wanted_after = lives_on(v) && !is_call_ && !crosses_call(v);
    const bool stays = !fixed_.has(r) || is_fixed_here(v, r);
    if (stays && !clobbered_.has(r)) continue;
    const bool is_wanted = is_wanted_after || (!stays && is_used_here(v));
    if ((is_wanted && relocate(r)) || stays) continue;
    vacated_.push_back({v, held_[r]});
    drop(r);
  }
}

/// The piece that holds a value before the copies at this instruction are made.
std::uint32_t RegisterScan::source_of(VReg v) const {
  std::uint32_t piece = values_[v].piece;
  for (const Vacated& vacated : vacated_) {
    if (piece == none && vacated.vreg == v) piece = vacated.piece;
  }
  if (piece == none) return none;
  const Piece& p = out_->pieces[piece];
  const bool is_new =
      p.at == at_ && (p.origin == Piece::Origin::copied || p.origin == Piece::Origin::reloaded);
  return is_new ? p.source : piece;
}

void RegisterScan::copy_for_inst(VReg v, Reg r) {
  const std::uint32_t source = source_of(v);
  if (source == none) {
    demand(v);
  } else {
    need(source);
    if (out_->pieces[source].reg == r) return;
  }
  out_->moves.push_back({at_, source, none, v, r, {}});
}

/// A value gets a register from here on.
void RegisterScan::load(VReg v, Reg r) {
  const std::uint32_t source = source_of(v);
  const std::uint32_t piece =
      add_piece(v, r, source == none ? Piece::Origin::reloaded : Piece::Origin::copied, source);
  take(v, r, piece);
  out_->moves.push_back({at_, source, piece, v, r, {}});
}

// Uses

void RegisterScan::place_fixed_use(std::uint32_t k) {
  const VReg v = ops_[k].vreg;
  const Reg r = ops_[k].fixed;
  set_place(k, r);
  if (values_[v].piece == none && source_of(v) == none && lives_on(v) && !late_.has(r) &&
      free_.has(r)) {
    load(v, r);
    need(values_[v].piece);
  } else {
    copy_for_inst(v, r);
  }
}

void RegisterScan::place_fixed_uses() {
  for (std::uint32_t k = 0; k < ops_.size(); ++k) {
    if (ops_[k].constraint == Constraint::fixed && is_use(ops_[k].role)) place_fixed_use(k);
  }
}

/// Nothing may be put over what the instruction reads where it is.
void RegisterScan::lock_uses() {
  for (const Operand& operand : ops_) {
    if (!is_use(operand.role) || values_[operand.vreg].piece == none) continue;
    if (operand.constraint == Constraint::fixed) continue;
    const Reg r = values_[operand.vreg].reg;
    early_.add(r);
    if (operand.role == Role::late_use) late_.add(r);
  }
}

/// A tied def may take the register of its use if the value isn't needed, or is the one to leave.
bool RegisterScan::take_over(VReg v, VReg def) {
  if (values_[v].piece == none) return false;
  const Reg r = values_[v].reg;
  if (late_.has(r) || class_of(r) != values_[def].cls) return false;
  if (!lives_on(v) || crosses_call(v)) return true;
  const RegSet allowed = class_regs(def) - early_ - late_;
  if (!(free_ & allowed).empty()) return false;
  const Reg other = farthest(allowed);
  return other == no_reg || cost_to_keep(v) >= cost_to_keep(held_vreg_[other]);
}

/// Of two that may be exchanged, the one whose register can be had.
std::uint32_t RegisterScan::use_to_tie(std::uint32_t def) {
  const std::uint32_t use = ops_[def].fixed;
  const std::uint32_t other = function_->exchangeable(function_->insts[at_], use);
  if (other == LFunction::no_operand || !places_[use].is_none()) return use;
  const bool is_possible = places_[other].is_none() && ops_[other].role == Role::use;
  if (!is_possible || take_over(ops_[use].vreg, ops_[def].vreg)) return use;
  return take_over(ops_[other].vreg, ops_[def].vreg) ? other : use;
}

void RegisterScan::place_tied() {
  if (!has_tied_) return;
  for (std::uint32_t k = 0; k < ops_.size(); ++k) {
    if (ops_[k].constraint != Constraint::tied) continue;
    const std::uint32_t use = use_to_tie(k);
    const VReg v = ops_[use].vreg;
    if (!places_[use].is_none()) {
      set_place(k, places_[use].reg());
      continue;
    }
    Reg r;
    if (take_over(v, ops_[k].vreg)) {
      r = values_[v].reg;
      need(values_[v].piece);
      clobbered_.add(r);
    } else {
      r = obtain(ops_[k].vreg, class_regs(ops_[k].vreg) - early_ - late_);
      copy_for_inst(v, r);
    }
    set_place(use, r);
    set_place(k, r);
  }
}

void RegisterScan::place_resident_use(std::uint32_t k) {
  const VReg v = ops_[k].vreg;
  const Reg r = values_[v].reg;
  if (ops_[k].role == Role::late_use && clobbered_.has(r)) {
    const RegSet allowed = class_regs(v) - early_ - late_;
    if (ops_[k].constraint == Constraint::any && (allowed & free_).empty()) {
      return is_constant(v) ? void() : place_in_slot(k);
    }
    const Reg copy = obtain(v, allowed);
    copy_for_inst(v, copy);
    return set_place(k, copy);
  }
  need(values_[v].piece);
  set_place(k, r);
}

/// A register that has the value only for this instruction.
Reg RegisterScan::copy_here(VReg v, bool is_late) const {
  for (std::uint32_t k = 0; k < ops_.size(); ++k) {
    if (ops_[k].vreg != v || !is_use(ops_[k].role) || !places_[k].is_reg()) continue;
    if (!is_late || !late_.has(places_[k].reg())) return places_[k].reg();
  }
  return no_reg;
}

/// Rather than to be read from memory, where both can be.
bool RegisterScan::is_worth_loading(VReg v) {
  constexpr std::uint32_t near = 200;
  if (is_constant(v)) return true;
  if ((free_ & (class_regs(v) - early_ - late_)).empty()) return false;
  return source_of(v) != none || (lives_on(v) && distance(v) <= near);
}

void RegisterScan::place_absent_use(std::uint32_t k) {
  const Operand& operand = ops_[k];
  const VReg v = operand.vreg;
  if (operand.constraint == Constraint::any && !is_worth_loading(v)) return place_in_slot(k);
  const bool is_late = operand.role == Role::late_use;
  const Reg copy = copy_here(v, is_late);
  if (copy != no_reg) return set_place(k, copy);
  RegSet allowed = class_regs(v) - early_;
  if (is_late) allowed = allowed - late_;
  if (allowed.empty() && operand.constraint == Constraint::any && is_constant(v)) return;
  const RegSet better = allowed - clobbered_;
  const bool has_free = !(better & free_).empty() || (allowed & free_).empty();
  const Reg r = obtain(v, has_free && !better.empty() && lives_on(v) ? better : allowed);
  load(v, r);
  need(values_[v].piece);
  set_place(k, r);
}

void RegisterScan::place_uses() {
  for (std::uint32_t k = 0; k < ops_.size(); ++k) {
    if (!is_use(ops_[k].role) || !places_[k].is_none()) continue;
    if (ops_[k].constraint == Constraint::fixed) continue;
    if (values_[ops_[k].vreg].piece != none) {
      place_resident_use(k);
    } else {
      place_absent_use(k);
    }
  }
}

void RegisterScan::place_temporaries() {
  if (!has_temporaries_) return;
  for (std::uint32_t k = 0; k < ops_.size(); ++k) {
    if (ops_[k].role != Role::early_def) continue;
    const VReg v = ops_[k].vreg;
    set_place(k, ops_[k].constraint == Constraint::fixed
                     ? ops_[k].fixed
                     : obtain(v, class_regs(v) - early_ - late_));
  }
}

void RegisterScan::finish_uses() {
  for (const Operand& operand : ops_) {
    const VReg v = operand.vreg;
    if (is_use(operand.role) && values_[v].piece != none && !lives_on(v)) drop(values_[v].reg);
  }
  for (RegSet left = clobbered_ - free_; !left.empty(); left.remove(left.first())) {
    if (function_->allocatable.has(left.first())) drop(left.first());
  }
}

// Defs

void RegisterScan::define(std::uint32_t k, Reg r) {
  set_place(k, r);
  const VReg v = ops_[k].vreg;
  const std::uint32_t piece = add_piece(v, r, Piece::Origin::defined, none);
  out_->first_piece[v] = piece;
  take(v, r, piece);
}

void RegisterScan::place_def(std::uint32_t k) {
  const Operand& operand = ops_[k];
  const VReg v = operand.vreg;
  const bool may_be_slot = operand.constraint == Constraint::any;
  const RegSet allowed = class_regs(v) - late_;
  const auto is_slot_good = [&] {
    const bool is_far = next_use(v) != never && crosses_call(v);
    return function_->vregs[v].home >= 0 || is_far || (free_ & allowed).empty();
  };
  if (may_be_slot && is_slot_good()) return place_in_slot(k);
  Reg wish = no_reg;
  if (function_->insts[at_].is_move && places_[1].is_reg()) wish = places_[1].reg();
  define(k, obtain(v, allowed, wish));
}

void RegisterScan::place_defs() {
  for (std::uint32_t k = 0; k < ops_.size(); ++k) {
    if (is_use(ops_[k].role)) continue;
    if (!places_[k].is_none()) {
      define(k, places_[k].reg());
    } else if (ops_[k].constraint == Constraint::fixed) {
      define(k, ops_[k].fixed);
    }
  }
  for (std::uint32_t k = 0; k < ops_.size(); ++k) {
    if (ops_[k].role == Role::def && places_[k].is_none()) place_def(k);
  }
}

void RegisterScan::finish_defs() {
  for (const Operand& operand : ops_) {
    const VReg v = operand.vreg;
    if (!is_use(operand.role) && values_[v].piece != none && !lives_on(v)) drop(values_[v].reg);
  }
}

void RegisterScan::scan_inst(std::uint32_t at) {
  const LInst& inst = function_->insts[at];
  at_ = at;
  from_ = at + 1;
  if (inst.operand_count == 0 && inst.clobbers.empty()) return;
  first_operand_ = inst.first_operand;
  ops_ = function_->operands_of(inst);
  places_ = {operands_->data() + inst.first_operand, inst.operand_count};
  vacated_.clear();
  late_ = {};
  const std::size_t first_move = out_->moves.size();
  const RegSet free_before = free_;
  note_fixed();
  if (!(fixed_ | clobbered_).empty()) {
    vacate();
    place_fixed_uses();
  }
  lock_uses();
  place_tied();
  place_uses();
  place_temporaries();
  if (failed_) return;
  const RegSet free = (free_before & free_) - early_ - late_;
  for (std::size_t m = first_move; m < out_->moves.size(); ++m) out_->moves[m].free = free;
  finish_uses();
  place_defs();
  finish_defs();
}

void RegisterScan::scan_block() {
  const LBlock& block = function_->blocks[block_];
  for (std::uint32_t i = block.first; i < block.end && !failed_; ++i) scan_inst(i);
}

void RegisterScan::start_values() {
  values_.assign(function_->vregs.size(), {});
  counts_.assign(function_->vregs.size(), {});
  for (VReg v = 0; v < values_.size(); ++v) {
    const VRegInfo& info = function_->vregs[v];
    values_[v].cursor = uses_->first(v);
    values_[v].uses_end = uses_->first(v + 1);
    values_[v].is_constant = info.is_constant;
    values_[v].cls = info.cls;
  }
}

bool RegisterScan::run(const Input& input, Residence& out, std::vector<Loc>& operands) {
  function_ = &input.function;
  flow_ = &input.flow;
  uses_ = &input.uses;
  liveness_ = &input.liveness;
  dispatch_loops_ = &input.dispatch_loops;
  out_ = &out;
  operands_ = &operands;
  failed_ = false;
  out.clear(*function_);
  operands.assign(function_->operands.size(), Loc());
  held_.fill(none);
  free_ = function_->allocatable;
  left_ = none;
  last_state_ = {};
  start_values();
  fixed_cursor_.fill(0);
  call_cursor_ = 0;
  find_loop_values();
  for (std::uint32_t b = 0; b < function_->blocks.size() && !failed_; ++b) {
    enter(b);
    scan_block();
    leave();
  }
  return !failed_;
}

}  // namespace wrun::inline v0::jit
