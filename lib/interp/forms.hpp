#pragma once

// Which instructions have handlers for all places that operands may come from. The others find
// their operands in slots, and there is one handler for each: what programs seldom run isn't worth
// ten times the code.

#include <array>
#include <cstddef>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;

/// What kernels and guests run often, as bench/sequences counts.
inline constexpr Op common_list[] = {
    Op::i32_eqz, Op::i32_eq, Op::i32_ne, Op::i32_lt_s, Op::i32_lt_u, Op::i32_gt_s, Op::i32_gt_u,
    Op::i32_le_s, Op::i32_le_u, Op::i32_ge_s, Op::i32_ge_u, Op::i64_eqz, Op::i32_add, Op::i32_sub,
    Op::i32_mul, Op::i32_and, Op::i32_or, Op::i32_xor, Op::i32_shl, Op::i32_shr_s, Op::i32_shr_u,
    Op::i32_rotl, Op::i64_add, Op::i64_sub, Op::i64_mul, Op::i64_and, Op::i64_or, Op::i64_xor,
    Op::i64_shl, Op::i64_shr_s, Op::i64_shr_u, Op::i64_rotl,
    // Floats and conversions
    Op::f32_abs, Op::f32_neg, Op::f32_sqrt, Op::f32_add, Op::f32_sub, Op::f32_mul, Op::f32_div,
    Op::f64_abs, Op::f64_neg, Op::f64_sqrt, Op::f64_add, Op::f64_sub, Op::f64_mul, Op::f64_div,
    Op::i32_wrap_i64, Op::i64_extend_i32_s, Op::i64_extend_i32_u, Op::f64_convert_i32_s,
    Op::f64_convert_i32_u, Op::i64_reinterpret_f64, Op::f64_reinterpret_i64,
    // Loads and stores
    Op::i32_load, Op::i64_load, Op::f32_load, Op::f64_load, Op::i32_load8_s, Op::i32_load8_u,
    Op::i32_load16_s, Op::i32_load16_u, Op::i64_load8_u, Op::i64_load32_u, Op::v128_load,
    Op::i32_store, Op::i64_store, Op::f32_store, Op::f64_store, Op::i32_store8, Op::i32_store16,
    Op::i64_store8, Op::i64_store32, Op::v128_store,
    // Vectors
    Op::v128_and, Op::v128_or, Op::v128_xor, Op::i8x16_add, Op::i16x8_add, Op::i16x8_mul,
    Op::i32x4_shl, Op::i32x4_shr_u, Op::i32x4_add, Op::i32x4_sub, Op::i32x4_mul, Op::i64x2_add,
    Op::f32x4_add, Op::f32x4_sub, Op::f32x4_mul, Op::f64x2_add, Op::f64x2_sub, Op::f64x2_mul};

/// By instruction.
inline constexpr auto common = [] {
  std::array<bool, wasm::op_count> is_common{};
  for (const Op op : common_list) is_common[static_cast<std::size_t>(op)] = true;
  return is_common;
}();

constexpr bool is_common(Op op) {
  return common[static_cast<std::size_t>(op)];
}
/// Of the instruction of a row of the table.
constexpr bool is_common(const wasm::OpInfo& info) {
  return common[static_cast<std::size_t>(&info - wasm::op_table.data())];
}

/// Whether an instruction's operands may be elsewhere than in slots: common ones', and those of
/// comparisons of two numbers, which branches take over.
constexpr bool has_all_forms(Op op) {
  return is_common(op) || (op >= Op::i32_eq && op <= Op::f64_ge);
}

/// Whether it is one that depends on has_common_vectors().
constexpr bool is_vector_op(Op op) {
  return op >= Op::i8x16_swizzle;
}

}  // namespace wrun::inline v0::interp
