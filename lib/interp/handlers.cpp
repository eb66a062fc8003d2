#include "lib/interp/handlers.hpp"

#include "lib/interp/handlers_numeric.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;

namespace {

/// By instruction: the letter of its group, or none.
constexpr auto groups = [] {
  std::array<char, wasm::op_count> letters{};
  for (std::size_t i = 0; i < wasm::op_count; ++i)
    if (is_scalar_numeric(wasm::op_table[i])) letters[i] = wasm::op_table[i].params().front();
  return letters;
}();

const NumericRows* rows(Op op) {
  switch (groups[static_cast<std::size_t>(op)]) {
    case 'i':
      return &i32_rows;
    case 'I':
      return &i64_rows;
    case 'f':
      return &f32_rows;
    case 'F':
      return &f64_rows;
    default:
      return nullptr;
  }
}

}  // namespace

Handler unary_handler(Op op, Src src, Dst dst) {
  const NumericRows* group = rows(op);
  const UnaryRow* row = group ? group->unary(op) : nullptr;
  if (group == nullptr) return vector_unary_handler(op, src, dst);
  return row ? (*row)[static_cast<std::size_t>(src) * 2 + static_cast<std::size_t>(dst)] : nullptr;
}

Handler binary_handler(Op op, Pair pair, Dst dst) {
  const NumericRows* group = rows(op);
  const BinaryRow* row = group ? group->binary(op) : nullptr;
  if (group == nullptr) return vector_binary_handler(op, pair, dst);
  return row ? (*row)[static_cast<std::size_t>(pair) * 2 + static_cast<std::size_t>(dst)] : nullptr;
}

Handler compare_branch_handler(Op op, Pair pair, bool when, bool poll) {
  const NumericRows* group = rows(op);
  const CompareRow* row = group ? group->compare(op) : nullptr;
  return row ? (*row)[static_cast<std::size_t>(pair) * 4 + (when ? 2 : 0) + (poll ? 1 : 0)]
             : nullptr;
}

bool is_comparison(Op op) {
  const NumericRows* group = rows(op);
  return group != nullptr && group->compare(op) != nullptr;
}

bool is_commutative(Op op) {
  switch (op) {
    case Op::i32_eq:
    case Op::i32_ne:
    case Op::i64_eq:
    case Op::i64_ne:
    case Op::i32_add:
    case Op::i32_mul:
    case Op::i32_and:
    case Op::i32_or:
    case Op::i32_xor:
    case Op::i64_add:
    case Op::i64_mul:
    case Op::i64_and:
    case Op::i64_or:
    case Op::i64_xor:
      return true;
    default:
      return false;  // floats too: the first operand's NaN payload comes out
  }
}

}  // namespace wrun::inline v0::interp
