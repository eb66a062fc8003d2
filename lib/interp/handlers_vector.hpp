#pragma once

// Which handlers there are for vectors. Those that compute are compiled for each instruction set
// that CMake chooses (handlers_vector_compute.cpp), as nothing but tables of addresses; which table
// is used is decided when the program runs.

#include <array>

#include "lib/interp/bodies_vector.hpp"
#include "lib/interp/forms.hpp"
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
inline constexpr auto common_vector_ops = select_ops<[](const wasm::OpInfo& info) {
  return is_vector_numeric<2>(info) && is_common(info);
}>();

/// Tables parallel to the lists of instructions above.
struct VectorRows {
  const BinaryRow* common;  ///< null where all instructions find their operands in slots
  std::array<Handler, vector_unary_ops.size()> unary;
  std::array<Handler, vector_binary_ops.size()> binary;
  std::array<Handler, vector_ternary_ops.size()> ternary;
  std::array<Handler, replace_lane_ops.size()> replace_lane;
  Handler shuffle;
};

namespace isa_base {
extern const VectorRows vector_rows;
}
namespace isa_v2 {
extern const VectorRows vector_rows;
}

/// Whether is_common() holds for vector instructions on the machine that this runs on.
bool has_common_vectors();
// Their operands are in slots, and so are those of all others but the common ones of two operands.
Handler ternary_handler(wasm::Op op);
Handler shuffle_handler();
Handler extract_lane_handler(wasm::Op op);
Handler replace_lane_handler(wasm::Op op);
// Of any memory.
Handler load_lane_handler(wasm::Op op);
Handler store_lane_handler(wasm::Op op);

}  // namespace wrun::inline v0::interp
