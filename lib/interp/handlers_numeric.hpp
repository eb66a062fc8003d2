#pragma once

// Tables of numeric handlers, made from opcodes.def and numeric.hpp: for each group of
// instructions (by the type of the first operand) a row per instruction, an entry per form. Each
// group is compiled in a file of its own.

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "lib/interp/bodies_numeric.hpp"
#include "lib/interp/forms.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/interp/op_tables.hpp"
#include "lib/wasm/numeric.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

constexpr bool is_scalar_numeric(const wasm::OpInfo& info) {
  return info.shape == wasm::Shape::numeric && info.results().size() == 1 &&
         info.feature != Feature::simd && info.feature != Feature::relaxed_simd;
}

/// In the group of this letter, with that many operands.
constexpr bool in_group(const wasm::OpInfo& info, char letter, std::size_t operands) {
  return is_scalar_numeric(info) && info.params().size() == operands &&
         info.params().front() == letter;
}

constexpr bool is_comparison(const wasm::OpInfo& info, char letter) {
  return in_group(info, letter, 2) && info.results() == "i" && (letter != 'i' || [&] {
           const std::string_view name = info.text().substr(info.text().find('.') + 1);
           return name == "eq" || name == "ne" || name.starts_with("lt") ||
                  name.starts_with("gt") || name.starts_with("le") || name.starts_with("ge");
         }());
}

using UnaryRow = std::array<Handler, 4>;        // [src * 2 + dst]
using BinaryRow = std::array<Handler, 10>;      // [pair * 2 + dst]
using SlotsRow = std::array<Handler, 2>;        // both operands in slots; the second an immediate
using ComparisonRow = std::array<Handler, 15>;  // [pair], 5 + [pair * 2 + (when or poll)]
inline constexpr std::size_t comparison_branches = static_cast<std::size_t>(Pair::count_);

template <wasm::Op op, std::size_t... form>
constexpr UnaryRow unary_row(std::index_sequence<form...>) {
  return {&handler<
      Unary<wasm::semantics<op>, static_cast<Src>(form / 2), static_cast<Dst>(form % 2)>>...};
}
template <wasm::Op op, std::size_t... form>
constexpr BinaryRow binary_row(std::index_sequence<form...>) {
  return {&handler<
      Binary<wasm::semantics<op>, static_cast<Pair>(form / 2), static_cast<Dst>(form % 2)>>...};
}
template <wasm::Op op>
constexpr Handler slot_handler() {
  return &handler<Unary<wasm::semantics<op>, Src::slot, Dst::store>>;
}
template <wasm::Op op, bool has_imm>
constexpr SlotsRow slots_row() {
  if constexpr (has_imm) {
    return {&handler<Binary<wasm::semantics<op>, Pair::slot_slot, Dst::store>>,
            &handler<Binary<wasm::semantics<op>, Pair::slot_imm, Dst::store>>};
  } else {
    return {&handler<Binary<wasm::semantics<op>, Pair::slot_slot, Dst::store>>, nullptr};
  }
}
/// An integer that isn't less is greater or equal: integers' branches are taken when the comparison
/// holds. Those of floats don't look for interruption.
template <wasm::Op op, bool is_float, std::size_t... pair, std::size_t... branch>
constexpr ComparisonRow comparison_row(std::index_sequence<pair...>,
                                       std::index_sequence<branch...>) {
  return {&handler<Binary<wasm::semantics<op>, static_cast<Pair>(pair), Dst::store>>...,
          &handler<CompareBranch<wasm::semantics<op>, static_cast<Pair>(branch / 2),
                                 !is_float || branch % 2 != 0, !is_float && branch % 2 != 0>>...};
}

/// The tables of one group.
template <char letter>
struct NumericGroup {
  static constexpr bool is_float = letter == 'f' || letter == 'F';
  static constexpr auto unary_ops = select_ops<[](const wasm::OpInfo& info) {
    return in_group(info, letter, 1) && is_common(info);
  }>();
  static constexpr auto rare_unary_ops = select_ops<[](const wasm::OpInfo& info) {
    return in_group(info, letter, 1) && !is_common(info);
  }>();
  static constexpr auto binary_ops = select_ops<[](const wasm::OpInfo& info) {
    return in_group(info, letter, 2) && is_common(info);
  }>();
  static constexpr auto rare_binary_ops = select_ops<[](const wasm::OpInfo& info) {
    return in_group(info, letter, 2) && !is_common(info) && !is_comparison(info, letter);
  }>();
  static constexpr auto compare_ops =
      select_ops<[](const wasm::OpInfo& info) { return is_comparison(info, letter); }>();

  static constexpr auto unary_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{unary_row<unary_ops[i]>(std::make_index_sequence<4>())...};
  }
  (std::make_index_sequence<unary_ops.size()>());
  static constexpr auto rare_unary_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{slot_handler<rare_unary_ops[i]>()...};
  }
  (std::make_index_sequence<rare_unary_ops.size()>());
  static constexpr auto binary_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{binary_row<binary_ops[i]>(std::make_index_sequence<10>())...};
  }
  (std::make_index_sequence<binary_ops.size()>());
  static constexpr auto rare_binary_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{slots_row<rare_binary_ops[i], !is_float>()...};
  }
  (std::make_index_sequence<rare_binary_ops.size()>());
  static constexpr auto compare_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{comparison_row<compare_ops[i], is_float>(
        std::make_index_sequence<comparison_branches>(), std::make_index_sequence<10>())...};
  }
  (std::make_index_sequence<compare_ops.size()>());
};

struct NumericRows {
  RowTable<UnaryRow> unary;
  RowTable<Handler> rare_unary;
  RowTable<BinaryRow> binary;
  RowTable<SlotsRow> rare_binary;
  RowTable<ComparisonRow> compare;
};

template <char letter>
inline constexpr NumericRows rows_of_group{
    row_table<NumericGroup<letter>::unary_ops>(NumericGroup<letter>::unary_rows),
    row_table<NumericGroup<letter>::rare_unary_ops>(NumericGroup<letter>::rare_unary_rows),
    row_table<NumericGroup<letter>::binary_ops>(NumericGroup<letter>::binary_rows),
    row_table<NumericGroup<letter>::rare_binary_ops>(NumericGroup<letter>::rare_binary_rows),
    row_table<NumericGroup<letter>::compare_ops>(NumericGroup<letter>::compare_rows)};

extern const NumericRows i32_rows, i64_rows, f32_rows, f64_rows;

}  // namespace wrun::inline v0::interp
