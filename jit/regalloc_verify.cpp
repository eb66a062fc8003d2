#include "jit/regalloc_verify.hpp"

#include "jit/regalloc_state.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

std::string name(Loc loc) {
  if (loc.is_none()) return "nowhere";
  return loc.is_reg() ? compose("r{}", loc.reg()) : compose("slot {}", loc.slot());
}

/// Whether two places have a byte in common.
bool overlap(Loc a, unsigned a_bytes, Loc b, unsigned b_bytes) {
  if (a.is_reg() || b.is_reg()) return a == b;
  return a.slot() < b.slot() + b_bytes / 8 && b.slot() < a.slot() + a_bytes / 8;
}

class AllocationVerifier {
 public:
  AllocationVerifier(const LFunction& function, const Allocation& allocation)
      : f_(function), a_(allocation), in_(function.blocks.size()) {}

  std::string run() {
    check_shape();
    for (std::uint32_t i = 0; error_.empty() && i < f_.insts.size(); ++i) check_places(i);
    if (!error_.empty()) return error_;
    index_moves();
    find_states();
    for (std::uint32_t b = 0; error_.empty() && b < f_.blocks.size(); ++b) {
      if (in_[b]) walk(b, true);
    }
    return error_;
  }

 private:
  template <typename... Args>
  void fail(Pattern<Args...> text, const Args&... args) {
    if (error_.empty()) error_ = compose(text, args...);
  }

  void check_shape() {
    std::vector<std::uint32_t> preds(f_.blocks.size());
    for (const LEdge& edge : f_.succs) ++preds[edge.to];
    for (std::uint32_t b = 0; b < f_.blocks.size(); ++b) {
      const LBlock& block = f_.blocks[b];
      if (block.first >= block.end) return fail("block {}: empty", b);
      check_end(b);
      for (std::uint32_t s = 0; s < block.succ_count; ++s) {
        const LEdge& edge = f_.succs[block.first_succ + s];
        check_args(b, edge);
        if (block.succ_count > 1 && (preds[edge.to] > 1 || edge.arg_count > 0)) {
          fail("block {}: critical edge to block {}", b, edge.to);
        }
      }
    }
    if (preds[0] > 0 || f_.blocks[0].param_count > 0) fail("the entry is jumped to");
    if (f_.allocatable.has(f_.scratch) || f_.allocatable.has(f_.scratch_for(RegClass::general)))
      fail("scratch is allocatable");
    if (a_.operands.size() != f_.operands.size()) fail("operands are missing");
  }

  void check_args(std::uint32_t b, const LEdge& edge) {
    const LBlock& target = f_.blocks[edge.to];
    if (edge.arg_count != target.param_count) return fail("block {}: wrong number of args", b);
    for (std::uint32_t i = 0; i < edge.arg_count; ++i) {
      const VRegInfo& arg = f_.vregs[f_.edge_args[edge.first_arg + i]];
      const VRegInfo& param = f_.vregs[f_.params[target.first_param + i]];
      if (arg.cls != param.cls || arg.bytes != param.bytes) fail("block {}: arg {}", b, i);
      if (param.home >= 0 || param.is_constant) fail("block {}: a param can't be that", edge.to);
    }
  }

  void check_end(std::uint32_t b) {
    const LBlock& block = f_.blocks[b];
    const LInst& end = f_.insts[block.end - 1];
    if (block.succ_count == 1 && (end.operand_count > 0 || !end.clobbers.empty())) {
      fail("block {}: its jump has operands", b);
    }
    for (const Operand& operand : f_.operands_of(end)) {
      if (operand.role == Role::def && block.succ_count > 0) fail("block {}: end defines", b);
    }
  }

  Loc loc(const LInst& inst, std::uint32_t operand) const {
    return a_.operands[inst.first_operand + operand];
  }

  void check_places(std::uint32_t i) {
    const LInst& inst = f_.insts[i];
    for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
      check_place(i, k);
      for (std::uint32_t other = 0; other < k; ++other) check_pair(i, k, other);
    }
  }

  void check_place(std::uint32_t i, std::uint32_t k) {
    const LInst& inst = f_.insts[i];
    const Operand& operand = f_.operands_of(inst)[k];
    const VRegInfo& info = f_.vregs[operand.vreg];
    const Loc at = loc(inst, k);
    if (at.is_none() && is_constant_itself(operand)) return;
    if (at.is_none()) return fail("{}: operand {} is nowhere", i, k);
    if (at.is_slot()) {
      if (operand.constraint != Constraint::any) fail("{}: operand {} isn't in a register", i, k);
      if (operand.role == Role::def || operand.role == Role::early_def) check_target(i, at, info);
      return;
    }
    const Reg reg = at.reg();
    if (class_of(reg) != info.cls) fail("{}: operand {} is in the wrong class", i, k);
    if (operand.constraint == Constraint::fixed) {
      if (reg != operand.fixed) fail("{}: operand {} isn't where it must be", i, k);
      if (!f_.allocatable.has(reg)) fail("{}: operand {} is fixed in {}", i, k, name(at));
      return;
    }
    if (operand.constraint == Constraint::tied) {
      const std::uint32_t other = f_.exchangeable(inst, operand.fixed);
      const bool is_exchanged = other != LFunction::no_operand && loc(inst, other) == at;
      if (loc(inst, operand.fixed) != at && !is_exchanged) fail("{}: operand {} isn't tied", i, k);
      if (is_fixed_use(inst, operand.fixed)) return;
    }
    if (!f_.allocatable.has(reg)) fail("{}: operand {} is in {}", i, k, name(at));
    if (operand.role != Role::use && inst.clobbers.has(reg)) {
      fail("{}: operand {} is clobbered in {}", i, k, name(at));
    }
  }

  /// A constant that the emitter makes.
  bool is_constant_itself(const Operand& operand) const {
    return operand.role == Role::late_use && operand.constraint == Constraint::any &&
           f_.vregs[operand.vreg].is_constant;
  }

  bool is_fixed_use(const LInst& inst, std::uint32_t k) const {
    return f_.operands_of(inst)[k].constraint == Constraint::fixed;
  }

  /// Operands of an instruction that are at work at the same time.
  void check_pair(std::uint32_t i, std::uint32_t k, std::uint32_t other) {
    const LInst& inst = f_.insts[i];
    const Operand& a = f_.operands_of(inst)[k];
    const Operand& b = f_.operands_of(inst)[other];
    const bool both_early = a.role != Role::def && b.role != Role::def;
    const bool both_late = a.role != Role::use && b.role != Role::use;
    if ((!both_early && !both_late) || (is_use(a.role) && is_use(b.role))) return;
    const Loc at = loc(inst, k);
    const Loc also = loc(inst, other);
    if (at.is_none() || also.is_none()) return;
    if (overlap(at, f_.vregs[a.vreg].bytes, also, f_.vregs[b.vreg].bytes)) {
      fail("{}: operands {} and {} share {}", i, other, k, name(at));
    }
  }

  void index_moves() {
    first_move_.assign(f_.insts.size() + 1, static_cast<std::uint32_t>(a_.moves.size()));
    std::uint32_t m = 0;
    for (std::uint32_t i = 0; i <= f_.insts.size(); ++i) {
      first_move_[i] = m;
      while (m < a_.moves.size() && a_.moves[m].at == i) ++m;
    }
    if (m != a_.moves.size()) fail("moves are out of order");
  }

  void find_states() {
    in_[0].emplace();
    std::vector<std::uint32_t> todo{0};
    std::vector<bool> queued(f_.blocks.size());
    while (!todo.empty()) {
      const std::uint32_t b = todo.back();
      todo.pop_back();
      queued[b] = false;
      const PlaceState out = walk(b, false);
      const LBlock& block = f_.blocks[b];
      for (std::uint32_t s = 0; s < block.succ_count; ++s) {
        const LEdge& edge = f_.succs[block.first_succ + s];
        if (flow(out, edge) && !queued[edge.to]) {
          queued[edge.to] = true;
          todo.push_back(edge.to);
        }
      }
    }
  }

  /// Whether the target's state changes.
  bool flow(PlaceState out, const LEdge& edge) {
    std::vector<std::pair<VReg, VReg>> renames;
    for (std::uint32_t i = 0; i < edge.arg_count; ++i) {
      renames.emplace_back(f_.edge_args[edge.first_arg + i],
                           f_.params[f_.blocks[edge.to].first_param + i]);
    }
    out.rename(renames);
    std::optional<PlaceState>& in = in_[edge.to];
    if (in) return in->meet(out);
    in = std::move(out);
    return true;
  }

  PlaceState walk(std::uint32_t b, bool check) {
    PlaceState state = *in_[b];
    for (std::uint32_t i = f_.blocks[b].first; i < f_.blocks[b].end; ++i) {
      for (std::uint32_t m = first_move_[i]; m < first_move_[i + 1]; ++m) {
        apply(a_.moves[m], state, check);
      }
      apply(i, state, check);
    }
    return state;
  }

  bool is_scratch(Reg r) const { return r == f_.scratch || r == f_.scratch_for(RegClass::general); }

  void check_target(std::uint32_t at, Loc to, const VRegInfo& info) {
    if (to.is_reg()) {
      if (!f_.allocatable.has(to.reg()) && !is_scratch(to.reg())) {
        fail("{}: {} is not to be written", at, name(to));
      }
      return;
    }
    const bool is_home = info.home >= 0 && to == Loc::slot(static_cast<std::uint32_t>(info.home));
    if (to.slot() < f_.reserved_slots && !is_home) fail("{}: {} is reserved", at, name(to));
    if (!is_home && to.slot() + info.bytes / 8 > a_.slots) fail("{}: too few slots", at);
  }

  void apply(const Move& move, PlaceState& state, bool check) {
    const VRegInfo& info = f_.vregs[move.vreg];
    if (check) check_move(move, state);
    if (move.from.is_none()) {
      state.kill(move.to, info.bytes);
      state.put(move.to, move.vreg);
    } else {
      state.copy(f_, move.from, move.to, info.bytes);
    }
  }

  void check_move(const Move& move, const PlaceState& state) {
    const VRegInfo& info = f_.vregs[move.vreg];
    if (move.from.is_none() ? !info.is_constant : !state.holds(move.from, move.vreg)) {
      fail("{}: v{} isn't in {} to be moved", move.at, move.vreg, name(move.from));
    }
    if (move.from.is_slot() && move.to.is_slot()) fail("{}: from slot to slot", move.at);
    for (const Loc at : {move.from, move.to}) {
      if (at.is_reg() && !is_scratch(at.reg()) && class_of(at.reg()) != info.cls) {
        fail("{}: v{} is moved in the wrong class", move.at, move.vreg);
      }
    }
    check_target(move.at, move.to, info);
  }

  void apply(std::uint32_t i, PlaceState& state, bool check) {
    const LInst& inst = f_.insts[i];
    const auto operands = f_.operands_of(inst);
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      const bool is_read = is_use(operands[k].role) && !loc(inst, k).is_none();
      if (check && is_read && !state.holds(loc(inst, k), operands[k].vreg)) {
        fail("{}: operand {} reads {}, which doesn't hold v{}", i, k, name(loc(inst, k)),
             operands[k].vreg);
      }
    }
    for (std::uint32_t r = 0; r < 32; ++r) {
      if (inst.clobbers.has(static_cast<Reg>(r))) state.kill(Loc::reg(static_cast<Reg>(r)), 8);
    }
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      if (!is_use(operands[k].role)) state.kill(loc(inst, k), f_.vregs[operands[k].vreg].bytes);
    }
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      if (!is_use(operands[k].role)) define(operands[k].vreg, loc(inst, k), state);
    }
  }

  void define(VReg vreg, Loc at, PlaceState& state) const {
    const VRegInfo& info = f_.vregs[vreg];
    state.forget(vreg);
    state.put(at, vreg);
    if (info.home < 0) return;
    const Loc home = Loc::slot(static_cast<std::uint32_t>(info.home));
    state.kill(home, info.bytes);
    state.put(home, vreg);
  }

  const LFunction& f_;
  const Allocation& a_;
  std::vector<std::optional<PlaceState>> in_;
  std::vector<std::uint32_t> first_move_;
  std::string error_;
};

}  // namespace

std::string verify_allocation(const LFunction& function, const Allocation& allocation) {
  return AllocationVerifier(function, allocation).run();
}

}  // namespace wrun::inline v0::jit
