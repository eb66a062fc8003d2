#include "jit/vector_ops.hpp"

#include "jit/sse_constants.hpp"

#include <array>

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;
using enum VectorOp;
using enum VectorForm;

struct Entry {
  Op op;
  VectorRow row;
};

constexpr Entry entries[] = {
    {Op::v128_and, {binary, pand}},
    {Op::v128_andnot, {swapped, pandn}},
    {Op::v128_or, {binary, por}},
    {Op::v128_xor, {binary, pxor}},

    {Op::i8x16_eq, {binary, pcmpeqb}},
    {Op::i8x16_ne, {inverted, pcmpeqb}},
    {Op::i8x16_lt_s, {swapped, pcmpgtb}},
    {Op::i8x16_lt_u, {changes, pmaxub, pcmpeqb}},
    {Op::i8x16_gt_s, {binary, pcmpgtb}},
    {Op::i8x16_gt_u, {changes, pminub, pcmpeqb}},
    {Op::i8x16_le_s, {keeps, pminsb, pcmpeqb}},
    {Op::i8x16_le_u, {keeps, pminub, pcmpeqb}},
    {Op::i8x16_ge_s, {keeps, pmaxsb, pcmpeqb}},
    {Op::i8x16_ge_u, {keeps, pmaxub, pcmpeqb}},
    {Op::i16x8_eq, {binary, pcmpeqw}},
    {Op::i16x8_ne, {inverted, pcmpeqw}},
    {Op::i16x8_lt_s, {swapped, pcmpgtw}},
    {Op::i16x8_lt_u, {changes, pmaxuw, pcmpeqw}},
    {Op::i16x8_gt_s, {binary, pcmpgtw}},
    {Op::i16x8_gt_u, {changes, pminuw, pcmpeqw}},
    {Op::i16x8_le_s, {keeps, pminsw, pcmpeqw}},
    {Op::i16x8_le_u, {keeps, pminuw, pcmpeqw}},
    {Op::i16x8_ge_s, {keeps, pmaxsw, pcmpeqw}},
    {Op::i16x8_ge_u, {keeps, pmaxuw, pcmpeqw}},
    {Op::i32x4_eq, {binary, pcmpeqd}},
    {Op::i32x4_ne, {inverted, pcmpeqd}},
    {Op::i32x4_lt_s, {swapped, pcmpgtd}},
    {Op::i32x4_lt_u, {changes, pmaxud, pcmpeqd}},
    {Op::i32x4_gt_s, {binary, pcmpgtd}},
    {Op::i32x4_gt_u, {changes, pminud, pcmpeqd}},
    {Op::i32x4_le_s, {keeps, pminsd, pcmpeqd}},
    {Op::i32x4_le_u, {keeps, pminud, pcmpeqd}},
    {Op::i32x4_ge_s, {keeps, pmaxsd, pcmpeqd}},
    {Op::i32x4_ge_u, {keeps, pmaxud, pcmpeqd}},
    {Op::i64x2_eq, {binary, pcmpeqq}},
    {Op::i64x2_ne, {inverted, pcmpeqq}},
    {Op::i64x2_lt_s, {swapped, pcmpgtq}},
    {Op::i64x2_gt_s, {binary, pcmpgtq}},
    {Op::i64x2_le_s, {inverted, pcmpgtq}},
    {Op::i64x2_ge_s, {swapped_inverted, pcmpgtq}},
    {Op::f32x4_eq, {binary, cmpps, {}, equal}},
    {Op::f32x4_ne, {binary, cmpps, {}, not_equal}},
    {Op::f32x4_lt, {binary, cmpps, {}, less}},
    {Op::f32x4_gt, {swapped, cmpps, {}, less}},
    {Op::f32x4_le, {binary, cmpps, {}, less_equal}},
    {Op::f32x4_ge, {swapped, cmpps, {}, less_equal}},
    {Op::f64x2_eq, {binary, cmppd, {}, equal}},
    {Op::f64x2_ne, {binary, cmppd, {}, not_equal}},
    {Op::f64x2_lt, {binary, cmppd, {}, less}},
    {Op::f64x2_gt, {swapped, cmppd, {}, less}},
    {Op::f64x2_le, {binary, cmppd, {}, less_equal}},
    {Op::f64x2_ge, {swapped, cmppd, {}, less_equal}},

    {Op::i8x16_abs, {unary, pabsb}},
    {Op::i8x16_add, {binary, paddb}},
    {Op::i8x16_add_sat_s, {binary, paddsb}},
    {Op::i8x16_add_sat_u, {binary, paddusb}},
    {Op::i8x16_sub, {binary, psubb}},
    {Op::i8x16_sub_sat_s, {binary, psubsb}},
    {Op::i8x16_sub_sat_u, {binary, psubusb}},
    {Op::i8x16_min_s, {binary, pminsb}},
    {Op::i8x16_min_u, {binary, pminub}},
    {Op::i8x16_max_s, {binary, pmaxsb}},
    {Op::i8x16_max_u, {binary, pmaxub}},
    {Op::i8x16_avgr_u, {binary, pavgb}},
    {Op::i16x8_abs, {unary, pabsw}},
    {Op::i16x8_add, {binary, paddw}},
    {Op::i16x8_add_sat_s, {binary, paddsw}},
    {Op::i16x8_add_sat_u, {binary, paddusw}},
    {Op::i16x8_sub, {binary, psubw}},
    {Op::i16x8_sub_sat_s, {binary, psubsw}},
    {Op::i16x8_sub_sat_u, {binary, psubusw}},
    {Op::i16x8_mul, {binary, pmullw}},
    {Op::i16x8_min_s, {binary, pminsw}},
    {Op::i16x8_min_u, {binary, pminuw}},
    {Op::i16x8_max_s, {binary, pmaxsw}},
    {Op::i16x8_max_u, {binary, pmaxuw}},
    {Op::i16x8_avgr_u, {binary, pavgw}},
    {Op::i32x4_abs, {unary, pabsd}},
    {Op::i32x4_add, {binary, paddd}},
    {Op::i32x4_sub, {binary, psubd}},
    {Op::i32x4_mul, {binary, pmulld}},
    {Op::i32x4_min_s, {binary, pminsd}},
    {Op::i32x4_min_u, {binary, pminud}},
    {Op::i32x4_max_s, {binary, pmaxsd}},
    {Op::i32x4_max_u, {binary, pmaxud}},
    {Op::i32x4_dot_i16x8_s, {binary, pmaddwd}},
    {Op::i64x2_add, {binary, paddq}},
    {Op::i64x2_sub, {binary, psubq}},

    {Op::i8x16_narrow_i16x8_s, {binary, packsswb}},
    {Op::i8x16_narrow_i16x8_u, {binary, packuswb}},
    {Op::i16x8_narrow_i32x4_s, {binary, packssdw}},
    {Op::i16x8_narrow_i32x4_u, {binary, packusdw}},
    {Op::i16x8_extend_low_i8x16_s, {unary, pmovsxbw}},
    {Op::i16x8_extend_low_i8x16_u, {unary, pmovzxbw}},
    {Op::i32x4_extend_low_i16x8_s, {unary, pmovsxwd}},
    {Op::i32x4_extend_low_i16x8_u, {unary, pmovzxwd}},
    {Op::i64x2_extend_low_i32x4_s, {unary, pmovsxdq}},
    {Op::i64x2_extend_low_i32x4_u, {unary, pmovzxdq}},

    {Op::f32x4_ceil, {unary, roundps, {}, up}},
    {Op::f32x4_floor, {unary, roundps, {}, down}},
    {Op::f32x4_trunc, {unary, roundps, {}, to_zero}},
    {Op::f32x4_nearest, {unary, roundps, {}, to_nearest}},
    {Op::f32x4_sqrt, {unary, sqrtps}},
    {Op::f32x4_add, {binary, addps}},
    {Op::f32x4_sub, {binary, subps}},
    {Op::f32x4_mul, {binary, mulps}},
    {Op::f32x4_div, {binary, divps}},
    // With zeros, and what has no order, minps gives its second operand: here that is a.
    {Op::f32x4_pmin, {swapped, minps}},
    {Op::f32x4_pmax, {swapped, maxps}},
    {Op::f64x2_ceil, {unary, roundpd, {}, up}},
    {Op::f64x2_floor, {unary, roundpd, {}, down}},
    {Op::f64x2_trunc, {unary, roundpd, {}, to_zero}},
    {Op::f64x2_nearest, {unary, roundpd, {}, to_nearest}},
    {Op::f64x2_sqrt, {unary, sqrtpd}},
    {Op::f64x2_add, {binary, addpd}},
    {Op::f64x2_sub, {binary, subpd}},
    {Op::f64x2_mul, {binary, mulpd}},
    {Op::f64x2_div, {binary, divpd}},
    {Op::f64x2_pmin, {swapped, minpd}},
    {Op::f64x2_pmax, {swapped, maxpd}},
    {Op::f32x4_convert_i32x4_s, {unary, cvtdq2ps}},
    {Op::f64x2_convert_low_i32x4_s, {unary, cvtdq2pd}},
    {Op::f32x4_demote_f64x2_zero, {unary, cvtpd2ps}},
    {Op::f64x2_promote_low_f32x4, {unary, cvtps2pd}},
};

constexpr auto rows = [] {
  std::array<VectorRow, wasm::op_count> table{};
  for (const Entry& entry : entries) table[static_cast<std::size_t>(entry.op)] = entry.row;
  return table;
}();

}  // namespace

const VectorRow& vector_row(Op op) {
  return rows[static_cast<std::size_t>(op)];
}

}  // namespace wrun::inline v0::jit
