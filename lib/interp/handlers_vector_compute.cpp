// Compiled once for each instruction set, WRUN_ISA. It defines the table and templates whose names
// differ by WRUN_ISA, nothing else: what it shares with other files is inlined or constant. A test
// looks at the symbols.

#include "lib/interp/handlers_vector.hpp"

namespace wrun::inline v0::interp::WRUN_ISA {

using wasm::Op;

namespace {

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
constexpr BinaryRow vector_binary_row(std::index_sequence<form...>) {
  return {binary_entry<op, static_cast<Pair>(form / 2), static_cast<Dst>(form % 2)>()...};
}

template <Op op, std::size_t... form>
constexpr TernaryRow ternary_row(std::index_sequence<form...>) {
  return {&handler<
      Ternary<wasm::semantics<op>, static_cast<AccOf>(form / 2), static_cast<Dst>(form % 2)>>...};
}

template <Op op, std::size_t... form>
constexpr ReplaceLaneRow replace_lane_row(std::index_sequence<form...>) {
  return {&handler<ReplaceLane<wasm::semantics<op>, static_cast<Src>(form / 4),
                               static_cast<Src>(form / 2 % 2), static_cast<Dst>(form % 2)>>...};
}

template <std::size_t... form>
constexpr ShuffleRow shuffle_row(std::index_sequence<form...>) {
  return {&handler<Shuffle<wasm::semantics<Op::i8x16_shuffle>, static_cast<Pair>(form / 2),
                           static_cast<Dst>(form % 2)>>...};
}

template <std::size_t... i>
constexpr auto unary_rows(std::index_sequence<i...>) {
  return std::array{unary_row<vector_unary_ops[i]>(std::make_index_sequence<4>())...};
}
template <std::size_t... i>
constexpr auto binary_rows(std::index_sequence<i...>) {
  return std::array{vector_binary_row<vector_binary_ops[i]>(std::make_index_sequence<10>())...};
}
template <std::size_t... i>
constexpr auto ternary_rows(std::index_sequence<i...>) {
  return std::array{ternary_row<vector_ternary_ops[i]>(std::make_index_sequence<8>())...};
}
template <std::size_t... i>
constexpr auto replace_lane_rows(std::index_sequence<i...>) {
  return std::array{replace_lane_row<replace_lane_ops[i]>(std::make_index_sequence<8>())...};
}

}  // namespace

constinit const VectorRows vector_rows{
    unary_rows(std::make_index_sequence<vector_unary_ops.size()>()),
    binary_rows(std::make_index_sequence<vector_binary_ops.size()>()),
    ternary_rows(std::make_index_sequence<vector_ternary_ops.size()>()),
    replace_lane_rows(std::make_index_sequence<replace_lane_ops.size()>()),
    shuffle_row(std::make_index_sequence<6>())};

}  // namespace wrun::inline v0::interp::WRUN_ISA
