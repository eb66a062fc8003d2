#pragma once

// Which handlers there are for vectors. Those that compute are compiled for each instruction set
// that CMake chooses (handlers_vector_compute.cpp), as nothing but tables of addresses; which table
// is used is decided when the program runs.

#include <array>

#include "lib/interp/bodies_vector.hpp"
#include "lib/interp/handlers_numeric.hpp"
#include "lib/interp/op_tables.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

constexpr bool is_vector(const wasm::OpInfo& info) {
  return info.feature == Feature::simd || info.feature == Feature::relaxed_simd;
}

template <std::size_t operands>
constexpr bool is_vector_numeric(const wasm::OpInfo& info) {
  return is_vector(info) && info.shape == wasm::Shape::numeric && info.params().size() == operands;
}
constexpr bool is_extract_lane(const wasm::OpInfo& info) {
  return info.shape == wasm::Shape::lane && info.params().size() == 1;
}
constexpr bool is_replace_lane(const wasm::OpInfo& info) {
  return info.shape == wasm::Shape::lane && info.params().size() == 2;
}

inline constexpr auto vector_unary_ops = select_ops<&is_vector_numeric<1>>();
inline constexpr auto vector_binary_ops = select_ops<&is_vector_numeric<2>>();
inline constexpr auto vector_ternary_ops = select_ops<&is_vector_numeric<3>>();
inline constexpr auto replace_lane_ops = select_ops<&is_replace_lane>();

using TernaryRow = std::array<Handler, 8>;      // [acc_of * 2 + dst]
using ReplaceLaneRow = std::array<Handler, 8>;  // [vector * 4 + value * 2 + dst]
using ShuffleRow = std::array<Handler, 6>;      // [pair * 2 + dst]

/// Rows parallel to the lists of instructions above.
struct VectorRows {
  std::array<UnaryRow, vector_unary_ops.size()> unary;
  std::array<BinaryRow, vector_binary_ops.size()> binary;
  std::array<TernaryRow, vector_ternary_ops.size()> ternary;
  std::array<ReplaceLaneRow, replace_lane_ops.size()> replace_lane;
  ShuffleRow shuffle;
};

namespace isa_base {
extern const VectorRows vector_rows;
}
namespace isa_v2 {
extern const VectorRows vector_rows;
}

Handler ternary_handler(wasm::Op op, AccOf acc, Dst dst);
Handler shuffle_handler(Pair pair, Dst dst);
Handler extract_lane_handler(wasm::Op op, Dst dst);
Handler replace_lane_handler(wasm::Op op, Src vector, Src value, Dst dst);

// Of memory 0 with 32-bit addresses, which are in the accumulator or in a slot; of any memory.
Handler load_lane_handler(wasm::Op op, Addr form, Src vector, Dst dst);
Handler load_lane_any_handler(wasm::Op op, bool is_64, Dst dst);
Handler store_lane_handler(wasm::Op op, Addr form);
Handler store_lane_any_handler(wasm::Op op, bool is_64);

}  // namespace wrun::inline v0::interp
