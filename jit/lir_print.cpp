#include "jit/lir_print.hpp"

#include <array>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

std::string reg_name(Reg reg) {
  constexpr std::array<const char*, 16> general = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
                                                   "rsi", "rdi", "r8",  "r9",  "r10", "r11",
                                                   "r12", "r13", "r14", "r15"};
  return reg < 16 ? general[reg] : compose("xmm{}", reg - 16);
}

std::string loc_name(Loc loc) {
  if (loc.is_none()) return "?";
  return loc.is_reg() ? reg_name(loc.reg()) : compose("[{}]", loc.slot());
}

class LirPrinter {
 public:
  LirPrinter(const LFunction& function, const Allocation* allocation, const LInstText& text)
      : f_(function), a_(allocation), names_(text) {}

  std::string run() {
    for (std::uint32_t b = 0; b < f_.blocks.size(); ++b) print_block(b);
    return std::move(text_);
  }

 private:
  void print_block(std::uint32_t b) {
    const LBlock& block = f_.blocks[b];
    text_ += compose("block {}", b);
    print_list({f_.params.data() + block.first_param, block.param_count});
    if (block.is_loop_header) text_ += " loop";
    if (block.loop_depth > 0) text_ += compose(" depth {}", block.loop_depth);
    if (block.is_cold) text_ += " cold";
    text_ += '\n';
    for (std::uint32_t i = block.first; i < block.end; ++i) {
      print_moves(i);
      text_ += compose("  {:3} {}", i, opcode_name(f_.insts[i]));
      print_operands(f_.insts[i]);
      if (i + 1 == block.end) print_edges(block);
      if (names_.details) text_ += names_.details(f_.insts[i]);
      text_ += '\n';
    }
  }

  std::string opcode_name(const LInst& inst) const {
    return names_.name ? names_.name(inst) : compose("op{}", inst.op);
  }

  void print_list(std::span<const VReg> vregs) {
    if (vregs.empty()) return;
    text_ += '(';
    for (const VReg& v : vregs) text_ += compose("{}v{}", &v == vregs.data() ? "" : " ", v);
    text_ += ')';
  }

  void print_edges(const LBlock& block) {
    if (block.succ_count > 0) text_ += " ->";
    for (std::uint32_t s = 0; s < block.succ_count; ++s) {
      const LEdge& edge = f_.succs[block.first_succ + s];
      text_ += compose(" {}", edge.to);
      print_list({f_.edge_args.data() + edge.first_arg, edge.arg_count});
    }
  }

  void print_moves(std::uint32_t at) {
    if (a_ == nullptr) return;
    for (; move_ < a_->moves.size() && a_->moves[move_].at == at; ++move_) {
      const Move& move = a_->moves[move_];
      const std::string from = move.from.is_none() ? compose("{:#x}", f_.vregs[move.vreg].constant)
                                                   : loc_name(move.from);
      text_ += compose("      {} = {}  ; v{}\n", loc_name(move.to), from, move.vreg);
    }
  }

  void print_operands(const LInst& inst) {
    for (std::uint32_t k = 0; k < inst.operand_count; ++k) print_operand(inst.first_operand + k);
    if (f_.is_call(inst)) {
      text_ += " clobbers all";
    } else if (!inst.clobbers.empty()) {
      text_ += " clobbers";
      for (RegSet left = inst.clobbers; !left.empty(); left.remove(left.first())) {
        text_ += ' ' + reg_name(left.first());
      }
    }
  }

  void print_operand(std::uint32_t index) {
    constexpr std::array<const char*, 4> roles = {"", "late ", "=", "early="};
    const Operand& operand = f_.operands[index];
    text_ += compose(" {}v{}", roles[static_cast<unsigned>(operand.role)], operand.vreg);
    if (operand.constraint == Constraint::fixed) text_ += ':' + reg_name(operand.fixed);
    if (operand.constraint == Constraint::tied) text_ += compose(":{}", operand.fixed);
    if (operand.constraint == Constraint::any) text_ += ":any";
    if (a_ != nullptr) text_ += '@' + loc_name(a_->operands[index]);
  }

  const LFunction& f_;
  const Allocation* a_;
  const LInstText& names_;
  std::string text_;
  std::size_t move_ = 0;
};

}  // namespace

std::string print(const LFunction& function, const Allocation* allocation, const LInstText& text) {
  return LirPrinter(function, allocation, text).run();
}

}  // namespace wrun::inline v0::jit
