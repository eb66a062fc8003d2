#include "jit/extension_verify.hpp"

#include <span>
#include <vector>

#include "jit/types.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Assumes that all registers are zero-extended, and takes back what doesn't follow.
class Extension {
 public:
  explicit Extension(const MachineFunction& function)
      : function_(function), lir_(function.lir), is_extended_(lir_.vregs.size(), true) {}

  std::string run() {
    for (std::size_t v = 0; v < lir_.vregs.size(); ++v)
      if (lir_.vregs[v].is_constant) is_extended_[v] = lir_.vregs[v].constant >> 32 == 0;
    do {
      changed_ = false;
      for (const LInst& inst : lir_.insts) definitions(inst);
      for (const LBlock& block : lir_.blocks) edges(block);
    } while (changed_);
    for (const LInst& inst : lir_.insts)
      if (std::string wrong = uses(inst); !wrong.empty()) return wrong;
    return {};
  }

 private:
  void take_back(VReg v) {
    if (!is_extended_[v]) return;
    is_extended_[v] = false;
    changed_ = true;
  }

  void definitions(const LInst& inst) {
    Machine room;
    const Machine& m = function_.machine_of(inst, room);
    const auto operands = lir_.operands_of(inst);
    for (const Operand& operand : operands) {
      const bool is_def = operand.role == Role::def || operand.role == Role::early_def;
      if (is_def && !extends(m, operands, operand.vreg)) take_back(operand.vreg);
    }
  }

  void edges(const LBlock& block) {
    for (std::uint32_t s = 0; s < block.succ_count; ++s) {
      const LEdge& edge = lir_.succs[block.first_succ + s];
      for (std::uint32_t i = 0; i < edge.arg_count; ++i) {
        const VReg param = lir_.params[lir_.blocks[edge.to].first_param + i];
        if (!is_extended_[lir_.edge_args[edge.first_arg + i]]) take_back(param);
      }
    }
  }

  bool extends(const Machine& m, std::span<const Operand> operands, VReg def) const {
    switch (m.op) {
      case MOp::move:
        return is_extended_[operands[1].vreg];
      case MOp::extend:
        return m.size == 4 || static_cast<Extend>(m.which) >= Extend::u8;
      case MOp::add:
      case MOp::add_scaled:
      case MOp::carry:
      case MOp::neg:
      case MOp::shift_var:
      case MOp::shift_bmi:
      case MOp::rotate:
      case MOp::times:
      case MOp::divide:
      case MOp::bits:
      case MOp::select:
      case MOp::float_to_int:
      case MOp::bit_cast:
      case MOp::vector_extract:
        return m.size <= 4;
      case MOp::alu:
        return m.size <= 4 || (m.has_imm && static_cast<Alu>(m.which) == Alu::and_ &&
                               static_cast<std::int64_t>(m.imm) >= 0);
      case MOp::shift_imm:
        return m.size <= 4 || (static_cast<Shift>(m.which) == Shift::shr && m.imm >= 32);
      case MOp::set:
      case MOp::vector_test:
      case MOp::vector_mask:
        return true;
      case MOp::atomic_exchange:
      case MOp::atomic_combine:
      case MOp::atomic_cmpxchg:
        return m.size <= 4;
      case MOp::load:
        return m.size == 0 ? loads_extended(m.wasm) : m.size == 4;
      case MOp::arguments:
      case MOp::load_argument:
      case MOp::load_result:
      case MOp::call_local:
      case MOp::call_reference:
      case MOp::call_helper:
        // Whoever gives it extends it.
        return function_.types[def] == Type::i32;
      default:
        return false;
    }
  }

  static bool loads_extended(wasm::Op op) {
    using wasm::Op;
    return type_of(wasm::walk_row(op).results[0]) == Type::i32 || op == Op::i64_load8_u ||
           op == Op::i64_load16_u || op == Op::i64_load32_u;
  }

  std::string uses(const LInst& inst) const {
    Machine room;
    const Machine& m = function_.machine_of(inst, room);
    const bool is_checked = m.op == MOp::bounds_check && m.size == 4;
    if (m.traps == Machine::Traps::no && !is_checked) return {};
    const OperandNo index = is_checked ? OperandNo{0} : m.address.index;
    if (index == no_operand || is_extended_[lir_.operands_of(inst)[index].vreg]) return {};
    return compose("v{} is an address at {:#x}, and not known to be zero-extended",
                   lir_.operands_of(inst)[index].vreg, m.origin.offset);
  }

  const MachineFunction& function_;
  const LFunction& lir_;
  std::vector<bool> is_extended_;
  bool changed_ = false;
};

}  // namespace

std::string verify_extension(const MachineFunction& function) {
  return Extension(function).run();
}

}  // namespace wrun::inline v0::jit
