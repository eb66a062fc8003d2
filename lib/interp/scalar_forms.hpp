#pragma once

// What translating asks of a scalar number instruction, in one place: most of a program is these.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/interp/forms.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/wasm/identities.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::interp {

constexpr AccClass class_of(wasm::Kind type) {
  switch (type) {
    case wasm::Kind::f32:
      return AccClass::f32;
    case wasm::Kind::f64:
      return AccClass::f64;
    case wasm::Kind::v128:
      return AccClass::v128;
    default:
      return AccClass::integer;
  }
}

/// Of an instruction that has handlers for all places of its operands.
struct alignas(8) ScalarForm {
  /// Which table has its handlers; `other`: it isn't one of these.
  enum class Table : std::uint8_t { other, unary, binary, compare };
  Table table = Table::other;
  AccClass in = AccClass::integer;  ///< of its operands
  AccClass out = AccClass::integer;
  wasm::Kind result = wasm::Kind::i32;
  bool is_commutative = false;
  bool is_comparison = false;
  bool is_wide = false;  ///< operands are of more than 32 bits

  constexpr bool is_pair() const { return table >= Table::binary; }
};

inline constexpr auto first_scalar = static_cast<std::size_t>(Op::i32_eqz);
inline constexpr std::size_t scalar_count =
    static_cast<std::size_t>(Op::i64_extend32_s) - first_scalar + 1;

/// Comparisons come first.
inline constexpr std::size_t comparison_count =
    static_cast<std::size_t>(Op::f64_ge) - first_scalar + 1;

inline constexpr auto scalar_forms = [] {
  std::array<ScalarForm, scalar_count> forms{};
  for (std::size_t i = 0; i < scalar_count; ++i) {
    const auto op = static_cast<Op>(first_scalar + i);
    const wasm::WalkRow& row = wasm::walk_row(op);
    if (row.shape != wasm::Shape::numeric || !has_all_forms(op)) continue;
    ScalarForm& form = forms[i];
    form.table = row.param_count == 1 ? ScalarForm::Table::unary
                 : is_common(op)      ? ScalarForm::Table::binary
                                      : ScalarForm::Table::compare;
    form.is_comparison = row.param_count == 2 && op >= Op::i32_eq && op <= Op::f64_ge;
    form.in = class_of(row.params[0]);
    form.out = class_of(row.results[0]);
    form.result = row.results[0];
    form.is_commutative = wasm::is_commutative(op) || wasm::exchanged(op) == op;
    form.is_wide = row.params[0] == wasm::Kind::i64 || row.params[0] == wasm::Kind::f64;
  }
  return forms;
}();

/// Its form; that of another instruction has the table `other`.
inline ScalarForm scalar_form(Op op) {
  const std::size_t i = static_cast<std::size_t>(op) - first_scalar;
  return i < scalar_count ? scalar_forms[i] : ScalarForm();
}

/// The handlers of those instructions, by distance from the first one: a row each.
///   unary    [src * 2 + dst]
///   binary   [pair * 2 + dst]
///   compare  [pair], which store their result
using ScalarRows = std::array<const Handler*, scalar_count>;
const ScalarRows& scalar_rows();

/// By distance from the first scalar: what holds when a comparison of integers doesn't.
inline constexpr auto opposites = [] {
  std::array<Op, comparison_count> ops{};
  for (std::size_t i = 0; i < comparison_count; ++i)
    ops[i] = wasm::opposite(static_cast<Op>(first_scalar + i));
  return ops;
}();

/// The handlers of branches on comparisons, likewise; null for what isn't one. Those of integers
/// are taken when the comparison holds.
///   integers  [pair * 2 + poll]
///   floats    [pair * 2 + when], which don't look for interruption
using BranchRows = std::array<const Handler*, comparison_count>;
const BranchRows& branch_rows();

/// The handlers of loads and stores of scalars by 32-bit addresses in memory 0.
struct AccessRows {
  static constexpr auto first_load = static_cast<std::size_t>(Op::i32_load);
  static constexpr auto first_store = static_cast<std::size_t>(Op::i32_store);
  static constexpr std::size_t loads = first_store - first_load;
  static constexpr std::size_t stores = static_cast<std::size_t>(Op::i64_store32) - first_store + 1;
  static constexpr auto forms = static_cast<std::size_t>(Addr::count_);

  std::array<std::array<Handler, 2 * forms>, loads> load{};    ///< [form * 2 + dst]
  std::array<std::array<Handler, 3 * forms>, stores> store{};  ///< [form * 3 + src]
};
const AccessRows& access_rows();

}  // namespace wrun::inline v0::interp
