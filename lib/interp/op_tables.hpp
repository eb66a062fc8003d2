#pragma once

// Tables with a row for each of some instructions: dense, made at compile time, found by search.

#include <algorithm>
#include <array>
#include <cstddef>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

/// The instructions that satisfy a predicate: dense positions for tables.
template <class Predicate>
constexpr std::size_t count_ops(Predicate predicate) {
  std::size_t count = 0;
  for (const auto& info : wasm::op_table) count += predicate(info);
  return count;
}

template <auto predicate>
constexpr auto select_ops() {
  std::array<wasm::Op, count_ops(predicate)> ops{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < wasm::op_count; ++i)
    if (predicate(wasm::op_table[i])) ops[at++] = static_cast<wasm::Op>(i);
  return ops;
}

/// Finds `op`'s row in a table parallel to `ops`, which is ascending; null if it isn't there.
template <class Ops, class Rows>
const typename Rows::value_type* find_row(const Ops& ops, const Rows& rows, wasm::Op op) {
  const auto at = std::lower_bound(ops.begin(), ops.end(), op);
  return at != ops.end() && *at == op ? &rows[static_cast<std::size_t>(at - ops.begin())] : nullptr;
}

}  // namespace wrun::inline v0::interp
