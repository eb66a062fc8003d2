#pragma once

// Tables with a row for each of some instructions: dense, made at compile time.

#include <array>
#include <cstddef>
#include <cstdint>

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

/// By the distance from the first one: the position of an instruction in `ops`, which is ascending,
/// or 255.
template <const auto& ops>
inline constexpr auto positions = [] {
  static_assert(ops.size() < 255);
  constexpr auto first = static_cast<std::size_t>(ops.front());
  std::array<std::uint8_t, static_cast<std::size_t>(ops.back()) - first + 1> at{};
  at.fill(255);
  for (std::size_t i = 0; i < ops.size(); ++i)
    at[static_cast<std::size_t>(ops[i]) - first] = static_cast<std::uint8_t>(i);
  return at;
}();

/// `op`'s row in a table parallel to `ops`; null if it isn't there.
template <const auto& ops, class Rows>
const typename Rows::value_type* find_row(const Rows& rows, wasm::Op op) {
  const std::size_t distance = static_cast<std::size_t>(op) - static_cast<std::size_t>(ops.front());
  if (distance >= positions<ops>.size()) return nullptr;
  const std::uint8_t position = positions<ops>[distance];
  return position < ops.size() ? &rows[position] : nullptr;
}

/// A table of rows with the positions of instructions in it, for those who don't know its size.
template <class Row>
struct RowTable {
  const Row* rows;
  const std::uint8_t* positions;
  std::size_t first;  ///< instruction
  std::size_t count;  ///< of positions

  /// Null if there is none for `op`.
  const Row* find(wasm::Op op) const {
    const std::size_t distance = static_cast<std::size_t>(op) - first;
    if (distance >= count || positions[distance] == 255) return nullptr;
    return &rows[positions[distance]];
  }
};

template <const auto& ops, class Rows>
constexpr auto row_table(const Rows& rows) {
  return RowTable<typename Rows::value_type>{rows.data(), positions<ops>.data(),
                                             static_cast<std::size_t>(ops.front()),
                                             positions<ops>.size()};
}

}  // namespace wrun::inline v0::interp
