// Compiled once for each instruction set, WRUN_ISA. It defines the table and templates whose names
// differ by WRUN_ISA, nothing else: what it shares with other files is inlined or constant. A test
// looks at the symbols.

#include "lib/interp/handlers_vector.hpp"

namespace wrun::inline v0::interp::WRUN_ISA {

using wasm::Op;

namespace {

#if !defined(WRUN_X86_64_V2)
/// Immediates are for shifts only.
template <Op op, Pair pair, Dst dst>
constexpr Handler binary_entry() {
  if constexpr (second(pair) == Src::imm && wasm::info(op).params() != "vi") {
    return nullptr;
  } else {
    return &handler<Binary<wasm::semantics<op>, pair, dst>>;
  }
}

template <Op op, std::size_t... form>
constexpr BinaryRow common_row(std::index_sequence<form...>) {
  return {binary_entry<op, static_cast<Pair>(form / 2), static_cast<Dst>(form % 2)>()...};
}

constexpr auto common_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{common_row<common_vector_ops[i]>(std::make_index_sequence<10>())...};
}
(std::make_index_sequence<common_vector_ops.size()>());
constexpr const BinaryRow* common_table = common_rows.data();
#else
// Few processors have no more than this: they get by with a handler for each instruction.
constexpr const BinaryRow* common_table = nullptr;
#endif

template <std::size_t... i>
constexpr std::array<Handler, sizeof...(i)> unary(std::index_sequence<i...>) {
  return {&handler<Unary<wasm::semantics<vector_unary_ops[i]>, Src::slot, Dst::store>>...};
}
template <std::size_t... i>
constexpr std::array<Handler, sizeof...(i)> binary(std::index_sequence<i...>) {
  return {&handler<Binary<wasm::semantics<vector_binary_ops[i]>, Pair::slot_slot, Dst::store>>...};
}
template <std::size_t... i>
constexpr std::array<Handler, sizeof...(i)> ternary(std::index_sequence<i...>) {
  return {&handler<Ternary<wasm::semantics<vector_ternary_ops[i]>>>...};
}
template <std::size_t... i>
constexpr std::array<Handler, sizeof...(i)> replace_lane(std::index_sequence<i...>) {
  return {&handler<ReplaceLane<wasm::semantics<replace_lane_ops[i]>>>...};
}

}  // namespace

constinit const VectorRows vector_rows{
    common_table,
    unary(std::make_index_sequence<vector_unary_ops.size()>()),
    binary(std::make_index_sequence<vector_binary_ops.size()>()),
    ternary(std::make_index_sequence<vector_ternary_ops.size()>()),
    replace_lane(std::make_index_sequence<replace_lane_ops.size()>()),
    &handler<Shuffle<wasm::semantics<Op::i8x16_shuffle>>>};

}  // namespace wrun::inline v0::interp::WRUN_ISA
