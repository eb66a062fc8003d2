#include "jit/upper_bound.hpp"

#include <algorithm>
#include <bit>

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;

/// All bits up to the highest one.
std::uint64_t filled(std::uint64_t value) {
  return value == 0 ? 0 : ~std::uint64_t{0} >> std::countl_zero(value);
}

class UpperBound {
 public:
  UpperBound(const Graph& graph, const Inst& inst, unsigned depth)
      : graph_(graph), inst_(inst), depth_(depth), most_(most_of(inst.type)) {}

  std::uint64_t run() const {
    if (inst_.op == Opcode::constant) return inst_.imm & most_;
    if (inst_.op == Opcode::param && inst_.imm2 != 0) return std::min(inst_.imm2 - 1, most_);
    if (!is_wasm(inst_.op) || depth_ == 0) return most_;
    return std::min(computed(), most_);
  }

 private:
  std::uint64_t of(unsigned i) const {
    return upper_bound(graph_, graph_.args(inst_)[i], depth_ - 1);
  }
  const Inst& arg(unsigned i) const { return graph_.at(graph_.args(inst_)[i]); }
  bool has_constant() const { return arg(1).op == Opcode::constant; }
  unsigned count() const {
    return static_cast<unsigned>(arg(1).imm & (8 * size_of(inst_.type) - 1));
  }

  std::uint64_t computed() const {
    switch (wasm_op(inst_.op)) {
      case Op::i32_load8_u:
      case Op::i64_load8_u:
        return 0xff;
      case Op::i32_load16_u:
      case Op::i64_load16_u:
        return 0xffff;
      case Op::i64_load32_u:
        return 0xffff'ffff;
      case Op::i32_and:
      case Op::i64_and:
        return std::min(of(0), of(1));
      case Op::i32_or:
      case Op::i64_or:
      case Op::i32_xor:
      case Op::i64_xor:
        return filled(of(0) | of(1));
      case Op::i32_add:
      case Op::i64_add:
        return sum(of(0), of(1));
      case Op::i32_shl:
      case Op::i64_shl:
        return has_constant() ? shifted(of(0), count()) : most_;
      case Op::i32_shr_u:
      case Op::i64_shr_u:
        return has_constant() ? of(0) >> count() : of(0);
      case Op::i32_rem_u:
      case Op::i64_rem_u:
        return std::min(of(0), of(1));
      case Op::i32_div_u:
      case Op::i64_div_u:
        return of(0);
      case Op::i64_extend_i32_u:
        return of(0);
      case Op::i32_wrap_i64:
        return of(0);
      case Op::select:
        return std::max(of(0), of(1));
      default:
        return most_;
    }
  }

  std::uint64_t sum(std::uint64_t a, std::uint64_t b) const {
    return a <= most_ - b ? a + b : most_;
  }
  std::uint64_t shifted(std::uint64_t value, unsigned by) const {
    return value <= most_ >> by ? value << by : most_;
  }

  const Graph& graph_;
  const Inst& inst_;
  unsigned depth_;
  std::uint64_t most_;
};

}  // namespace

std::uint64_t upper_bound(const Graph& graph, Value v, unsigned depth) {
  return UpperBound(graph, graph.at(v), depth).run();
}

}  // namespace wrun::inline v0::jit
