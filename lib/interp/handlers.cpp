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

ResultHandlers unary_handlers(Op op, Src src) {
  const NumericRows* group = rows(op);
  if (group == nullptr) {
    return {vector_unary_handler(op, src, Dst::acc), vector_unary_handler(op, src, Dst::store)};
  }
  const UnaryRow* row = group->unary.find(op);
  if (row == nullptr) return {};
  const Handler* forms = row->data() + static_cast<std::size_t>(src) * 2;
  return {forms[0], forms[1]};
}

ResultHandlers binary_handlers(Op op, Pair pair) {
  const NumericRows* group = rows(op);
  if (group == nullptr) {
    return {vector_binary_handler(op, pair, Dst::acc), vector_binary_handler(op, pair, Dst::store)};
  }
  const BinaryRow* row = group->binary.find(op);
  if (row == nullptr) return {};
  const Handler* forms = row->data() + static_cast<std::size_t>(pair) * 2;
  return {forms[0], forms[1]};
}

Handler compare_branch_handler(Op op, Pair pair, bool when, bool poll) {
  const NumericRows* group = rows(op);
  const CompareRow* row = group ? group->compare.find(op) : nullptr;
  return row ? (*row)[static_cast<std::size_t>(pair) * 4 + (when ? 2 : 0) + (poll ? 1 : 0)]
             : nullptr;
}

bool is_comparison(Op op) {
  const NumericRows* group = rows(op);
  return group != nullptr && group->compare.find(op) != nullptr;
}

}  // namespace wrun::inline v0::interp
