#pragma once

// Tables of numeric handlers, made from opcodes.def and numeric.hpp: for each group of
// instructions (by the type of the first operand) a row per instruction, an entry per form. Each
// group is compiled in a file of its own.

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "lib/interp/bodies_numeric.hpp"
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
           const std::string_view name = info.text.substr(info.text.find('.') + 1);
           return name == "eq" || name == "ne" || name.starts_with("lt") ||
                  name.starts_with("gt") || name.starts_with("le") || name.starts_with("ge");
         }());
}

using UnaryRow = std::array<Handler, 4>;     // [src * 2 + dst]
using BinaryRow = std::array<Handler, 10>;   // [pair * 2 + dst]
using CompareRow = std::array<Handler, 20>;  // [pair * 4 + when * 2 + poll]

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
template <wasm::Op op, std::size_t... form>
constexpr CompareRow compare_row(std::index_sequence<form...>) {
  return {&handler<CompareBranch<wasm::semantics<op>, static_cast<Pair>(form / 4),
                                 (form / 2) % 2 != 0, form % 2 != 0>>...};
}

/// The tables of one group.
template <char letter>
struct NumericGroup {
  static constexpr auto unary_ops =
      select_ops<[](const wasm::OpInfo& info) { return in_group(info, letter, 1); }>();
  static constexpr auto binary_ops =
      select_ops<[](const wasm::OpInfo& info) { return in_group(info, letter, 2); }>();
  static constexpr auto compare_ops =
      select_ops<[](const wasm::OpInfo& info) { return is_comparison(info, letter); }>();

  static constexpr auto unary_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{unary_row<unary_ops[i]>(std::make_index_sequence<4>())...};
  }
  (std::make_index_sequence<unary_ops.size()>());
  static constexpr auto binary_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{binary_row<binary_ops[i]>(std::make_index_sequence<10>())...};
  }
  (std::make_index_sequence<binary_ops.size()>());
  static constexpr auto compare_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{compare_row<compare_ops[i]>(std::make_index_sequence<20>())...};
  }
  (std::make_index_sequence<compare_ops.size()>());
};

struct NumericRows {
  RowTable<UnaryRow> unary;
  RowTable<BinaryRow> binary;
  RowTable<CompareRow> compare;
};

template <char letter>
inline constexpr NumericRows rows_of_group{
    row_table<NumericGroup<letter>::unary_ops>(NumericGroup<letter>::unary_rows),
    row_table<NumericGroup<letter>::binary_ops>(NumericGroup<letter>::binary_rows),
    row_table<NumericGroup<letter>::compare_ops>(NumericGroup<letter>::compare_rows)};

extern const NumericRows i32_rows, i64_rows, f32_rows, f64_rows;

}  // namespace wrun::inline v0::interp
