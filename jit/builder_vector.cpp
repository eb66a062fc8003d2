// Vectors. Relaxed instructions become those that docs/relaxed-simd.md names; only where they are
// fused, multiplications with additions stay what they are.

#include <cstring>

#include "jit/builder.hpp"
#include "jit/types.hpp"
#include "jit/vector_ops.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

using wasm::Op;

namespace {

/// The instruction that a relaxed one does the same as, or itself.
Op deterministic(Op op) {
  switch (op) {
    case Op::i8x16_relaxed_swizzle:
      return Op::i8x16_swizzle;
    case Op::i32x4_relaxed_trunc_f32x4_s:
      return Op::i32x4_trunc_sat_f32x4_s;
    case Op::i32x4_relaxed_trunc_f32x4_u:
      return Op::i32x4_trunc_sat_f32x4_u;
    case Op::i32x4_relaxed_trunc_f64x2_s_zero:
      return Op::i32x4_trunc_sat_f64x2_s_zero;
    case Op::i32x4_relaxed_trunc_f64x2_u_zero:
      return Op::i32x4_trunc_sat_f64x2_u_zero;
    case Op::i8x16_relaxed_laneselect:
    case Op::i16x8_relaxed_laneselect:
    case Op::i32x4_relaxed_laneselect:
    case Op::i64x2_relaxed_laneselect:
      return Op::v128_bitselect;
    case Op::f32x4_relaxed_min:
      return Op::f32x4_min;
    case Op::f32x4_relaxed_max:
      return Op::f32x4_max;
    case Op::f64x2_relaxed_min:
      return Op::f64x2_min;
    case Op::f64x2_relaxed_max:
      return Op::f64x2_max;
    case Op::i16x8_relaxed_q15mulr_s:
      return Op::i16x8_q15mulr_sat_s;
    default:
      return op;
  }
}

}  // namespace

Value Builder::vector(Op op, std::initializer_list<Value> args) {
  return emit_.pure(deterministic(op), type_of(wasm::walk_row(op).results[0]), 0, 0,
                    std::span(args.begin(), args.size()));
}

/// A product and a sum.
Value Builder::unfused_madd(Op op, Value a, Value b, Value c) {
  switch (op) {
    case Op::f32x4_relaxed_madd:
      return vector(Op::f32x4_add, {vector(Op::f32x4_mul, {a, b}), c});
    case Op::f32x4_relaxed_nmadd:
      return vector(Op::f32x4_sub, {c, vector(Op::f32x4_mul, {a, b})});
    case Op::f64x2_relaxed_madd:
      return vector(Op::f64x2_add, {vector(Op::f64x2_mul, {a, b}), c});
    default:
      return vector(Op::f64x2_sub, {c, vector(Op::f64x2_mul, {a, b})});
  }
}

/// By a function for each half of the vectors.
Value Builder::called_madd(Op op, Value a, Value b, Value c) {
  const bool is_single = op == Op::f32x4_relaxed_madd || op == Op::f32x4_relaxed_nmadd;
  const bool negates = op == Op::f32x4_relaxed_nmadd || op == Op::f64x2_relaxed_nmadd;
  if (negates) a = vector(is_single ? Op::f32x4_neg : Op::f64x2_neg, {a});
  const auto half = [&](unsigned i) {
    const auto part = [&](Value v) {
      return emit_.pure(Op::i64x2_extract_lane, Type::i64, i, 0, std::span(&v, 1));
    };
    const Value args[] = {instance_, part(a), part(b), part(c)};
    return emit_.helper(is_single ? Helper::fma_f32x2 : Helper::fma_f64, Type::i64, args);
  };
  const Value low = vector(Op::i64x2_splat, {half(0)});
  const Value both[] = {low, half(1)};
  return emit_.pure(Op::i64x2_replace_lane, Type::v128, 1, 0, both);
}

Value Builder::madd(Op op, Value a, Value b, Value c) {
  switch (options_.madd) {
    case Madd::fused:
      return vector(op, {a, b, c});
    case Madd::called:
      return called_madd(op, a, b, c);
    default:
      return unfused_madd(op, a, b, c);
  }
}

Value Builder::numeric(Walker&, Op op, Value a, Value b, Value c) {
  if (is_madd(op)) return canonical(op, madd(op, a, b, c));
  if (op != Op::i32x4_relaxed_dot_i8x16_i7x16_add_s) return vector(op, {a, b, c});
  const Value dot = vector(Op::i16x8_relaxed_dot_i8x16_i7x16_s, {a, b});
  return vector(Op::i32x4_add, {vector(Op::i32x4_extadd_pairwise_i16x8_s, {dot}), c});
}

Value Builder::lane(Walker&, Op op, std::uint8_t lane, Operands args) {
  values_.clear();
  for (const Operand& arg : args) values_.push_back(arg.value);
  return emit_.pure(op, type_of(wasm::walk_row(op).results[0]), lane, 0, values_);
}

Value Builder::shuffle(Walker&, const wasm::Lanes& lanes, Value a, Value b) {
  std::uint64_t numbers[2];
  std::memcpy(numbers, lanes.lane, sizeof(numbers));
  const Value args[] = {a, b};
  return emit_.pure(Op::i8x16_shuffle, Type::v128, numbers[0], numbers[1], args);
}

Value Builder::load_lane(Walker&, Op op, const wasm::MemArg& arg, std::uint8_t lane, Value address,
                         Value vector) {
  const Access a = access(op, arg, address);
  return emit_.load_lane(op, a.base, a.index, vector, a.offset, lane_of_memory(arg, lane), a.flags);
}

void Builder::store_lane(Walker&, Op op, const wasm::MemArg& arg, std::uint8_t lane, Value address,
                         Value vector) {
  const Access a = access(op, arg, address);
  emit_.store(op, a.base, a.index, vector, a.offset, lane_of_memory(arg, lane), a.flags);
}

}  // namespace wrun::inline v0::jit
