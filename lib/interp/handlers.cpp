#include "lib/interp/handlers.hpp"

#include "lib/interp/handlers_numeric.hpp"
#include "lib/interp/scalar_forms.hpp"

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

const NumericRows* rows_of(Op op) {
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
  const NumericRows* group = rows_of(op);
  if (group == nullptr) return vector_unary_handlers(op);
  if (const UnaryRow* row = group->unary.find(op)) {
    const Handler* forms = row->data() + static_cast<std::size_t>(src) * 2;
    return {forms[0], forms[1]};
  }
  const Handler* rare = group->rare_unary.find(op);
  return rare ? ResultHandlers{*rare, *rare} : ResultHandlers{};
}

ResultHandlers binary_handlers(Op op, Pair pair) {
  const NumericRows* group = rows_of(op);
  if (group == nullptr) {
    return {vector_binary_handler(op, pair, Dst::acc), vector_binary_handler(op, pair, Dst::store)};
  }
  if (const BinaryRow* row = group->binary.find(op)) {
    const Handler* forms = row->data() + static_cast<std::size_t>(pair) * 2;
    return {forms[0], forms[1]};
  }
  Handler only = nullptr;
  if (const ComparisonRow* row = group->compare.find(op)) {
    only = (*row)[static_cast<std::size_t>(pair)];
  } else if (const SlotsRow* rare = group->rare_binary.find(op)) {
    only = (*rare)[second(pair) == Src::imm ? 1 : 0];
  }
  return {only, only};
}

const AccessRows& access_rows() {
  static const AccessRows rows = [] {
    AccessRows found;
    for (std::size_t i = 0; i < AccessRows::loads; ++i) {
      const auto op = static_cast<Op>(AccessRows::first_load + i);
      for (std::size_t form = 0; form < AccessRows::forms; ++form) {
        const ResultHandlers handlers = load_handlers(op, static_cast<Addr>(form));
        found.load[i][form * 2] = handlers.in_acc;
        found.load[i][form * 2 + 1] = handlers.storing;
      }
    }
    for (std::size_t i = 0; i < AccessRows::stores; ++i) {
      const auto op = static_cast<Op>(AccessRows::first_store + i);
      for (std::size_t form = 0; form < 3 * AccessRows::forms; ++form)
        found.store[i][form] =
            store_handler(op, static_cast<Addr>(form / 3), static_cast<Src>(form % 3));
    }
    return found;
  }();
  return rows;
}

const ScalarRows& scalar_rows() {
  static const ScalarRows rows = [] {
    ScalarRows found{};
    for (std::size_t i = 0; i < scalar_count; ++i) {
      const auto op = static_cast<Op>(first_scalar + i);
      const NumericRows* group = rows_of(op);
      const ScalarForm& form = scalar_forms[i];
      if (form.table == ScalarForm::Table::unary) found[i] = group->unary.find(op)->data();
      if (form.table == ScalarForm::Table::binary) found[i] = group->binary.find(op)->data();
      if (form.table == ScalarForm::Table::compare) found[i] = group->compare.find(op)->data();
    }
    return found;
  }();
  return rows;
}

const BranchRows& branch_rows() {
  static const BranchRows rows = [] {
    BranchRows found{};
    for (std::size_t i = 0; i < comparison_count; ++i) {
      if (!scalar_forms[i].is_comparison) continue;
      const auto op = static_cast<Op>(first_scalar + i);
      found[i] = rows_of(op)->compare.find(op)->data() + comparison_branches;
    }
    return found;
  }();
  return rows;
}

bool may_poll(Op op) {
  const char letter = groups[static_cast<std::size_t>(op)];
  return letter == 'i' || letter == 'I';
}

}  // namespace wrun::inline v0::interp
