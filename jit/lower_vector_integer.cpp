// Vectors of integers: what is no single instruction of x86.

#include "jit/lower_vector.hpp"

#include "jit/sse_constants.hpp"

namespace wrun::inline v0::jit {

using enum VectorOp;

VReg VectorLowering::integer() {
  const Op op = wasm_op(inst_.op);
  switch (op) {
    case Op::v128_not:
      return inverted(arg(0));
    case Op::v128_bitselect:
      return binary(por, binary(pand, arg(0), arg(2)), binary(pandn, arg(2), arg(1)));
    case Op::v128_any_true:
      return test(arg(0), Cond::not_equal);
    case Op::i8x16_all_true:
      return test(binary(pcmpeqb, arg(0), Bits{}), Cond::equal);
    case Op::i16x8_all_true:
      return test(binary(pcmpeqw, arg(0), Bits{}), Cond::equal);
    case Op::i32x4_all_true:
      return test(binary(pcmpeqd, arg(0), Bits{}), Cond::equal);
    case Op::i64x2_all_true:
      return test(binary(pcmpeqq, arg(0), Bits{}), Cond::equal);
    case Op::i8x16_bitmask:
      return mask(arg(0), 1);
    case Op::i16x8_bitmask:
      return mask(binary(packsswb, arg(0), Bits{}), 1);
    case Op::i32x4_bitmask:
      return mask(arg(0), 4);
    case Op::i64x2_bitmask:
      return mask(arg(0), 8);
    case Op::i8x16_neg:
      return negated(psubb);
    case Op::i16x8_neg:
      return negated(psubw);
    case Op::i32x4_neg:
      return negated(psubd);
    case Op::i64x2_neg:
      return negated(psubq);
    case Op::i64x2_abs:
      return abs64();
    case Op::i64x2_mul:
      return multiplied64();
    case Op::i8x16_popcnt:
      return popcnt();
    case Op::i8x16_swizzle:
      // The instruction looks at a number's top bit and its lowest four.
      return binary(pshufb, arg(0), binary(paddusb, arg(1), lanes8(0x70)));
    case Op::i16x8_q15mulr_sat_s:
      return q15mulr();
    case Op::i16x8_relaxed_dot_i8x16_i7x16_s:
      return dot_bytes();
    default:
      return wasm::info(op).params() == "vi" ? shifted() : widened();
  }
}

/// Instructions whose lanes are twice as wide as those of their operands.
VReg VectorLowering::widened() {
  switch (wasm_op(inst_.op)) {
    case Op::i16x8_extend_high_i8x16_s:
      return unary(pmovsxbw, upper_half(arg(0)));
    case Op::i16x8_extend_high_i8x16_u:
      return unary(pmovzxbw, upper_half(arg(0)));
    case Op::i32x4_extend_high_i16x8_s:
      return unary(pmovsxwd, upper_half(arg(0)));
    case Op::i32x4_extend_high_i16x8_u:
      return unary(pmovzxwd, upper_half(arg(0)));
    case Op::i64x2_extend_high_i32x4_s:
      return unary(pmovsxdq, upper_half(arg(0)));
    case Op::i64x2_extend_high_i32x4_u:
      return unary(pmovzxdq, upper_half(arg(0)));
    case Op::i16x8_extadd_pairwise_i8x16_s:
      return binary(pmaddubsw, constant(lanes8(1)), arg(0));
    case Op::i16x8_extadd_pairwise_i8x16_u:
      return binary(pmaddubsw, arg(0), lanes8(1));
    case Op::i32x4_extadd_pairwise_i16x8_s:
      return binary(pmaddwd, arg(0), lanes16(1));
    case Op::i32x4_extadd_pairwise_i16x8_u:
      return extadd16_u();
    case Op::i16x8_extmul_low_i8x16_s:
      return extmul8(pmovsxbw, false);
    case Op::i16x8_extmul_high_i8x16_s:
      return extmul8(pmovsxbw, true);
    case Op::i16x8_extmul_low_i8x16_u:
      return extmul8(pmovzxbw, false);
    case Op::i16x8_extmul_high_i8x16_u:
      return extmul8(pmovzxbw, true);
    case Op::i32x4_extmul_low_i16x8_s:
      return extmul16(pmulhw, false);
    case Op::i32x4_extmul_high_i16x8_s:
      return extmul16(pmulhw, true);
    case Op::i32x4_extmul_low_i16x8_u:
      return extmul16(pmulhuw, false);
    case Op::i32x4_extmul_high_i16x8_u:
      return extmul16(pmulhuw, true);
    case Op::i64x2_extmul_low_i32x4_s:
      return extmul32(pmuldq, false);
    case Op::i64x2_extmul_high_i32x4_s:
      return extmul32(pmuldq, true);
    case Op::i64x2_extmul_low_i32x4_u:
      return extmul32(pmuludq, false);
    case Op::i64x2_extmul_high_i32x4_u:
      return extmul32(pmuludq, true);
    default:
      return floating();
  }
}

VReg VectorLowering::test(VReg a, Cond cond) {
  const VReg to = to_general(MOp::vector_test, a);
  machine().compare.cond = cond;
  return to;
}

VReg VectorLowering::mask(VReg a, unsigned size) {
  const VReg to = to_general(MOp::vector_mask, a);
  machine().size = static_cast<std::uint8_t>(size);
  return to;
}

VReg VectorLowering::upper_half(VReg a) {
  return unary(pshufd, a, upper_two);
}

VReg VectorLowering::negated(VectorOp subtraction) {
  return binary(subtraction, constant({}), arg(0));
}

VReg VectorLowering::abs64() {
  const VReg sign = binary(pcmpgtq, constant({}), arg(0));
  return binary(psubq, binary(pxor, arg(0), sign), sign);
}

/// The lower halves' product, and the sum of both products of a lower and an upper half above it.
VReg VectorLowering::multiplied64() {
  const VReg a_by_b = binary(pmuludq, shift(psrlq_imm, arg(0), 32), arg(1));
  const VReg b_by_a = binary(pmuludq, shift(psrlq_imm, arg(1), 32), arg(0));
  const VReg above = shift(psllq_imm, binary(paddq, a_by_b, b_by_a), 32);
  return binary(paddq, binary(pmuludq, arg(0), arg(1)), above);
}

/// Of either half of a byte, from a table.
VReg VectorLowering::popcnt() {
  const VReg table = constant({0x0302'0201'0201'0100, 0x0403'0302'0302'0201});
  const VReg low = binary(pand, arg(0), lanes8(0x0f));
  const VReg high = binary(pand, shift(psrlw_imm, arg(0), 4), lanes8(0x0f));
  return binary(paddb, binary(pshufb, table, low), binary(pshufb, table, high));
}

VReg VectorLowering::shifted() {
  const Op op = wasm_op(inst_.op);
  switch (op) {
    case Op::i16x8_shl:
      return shifted(psllw, psllw_imm, 16);
    case Op::i16x8_shr_s:
      return shifted(psraw, psraw_imm, 16);
    case Op::i16x8_shr_u:
      return shifted(psrlw, psrlw_imm, 16);
    case Op::i32x4_shl:
      return shifted(pslld, pslld_imm, 32);
    case Op::i32x4_shr_s:
      return shifted(psrad, psrad_imm, 32);
    case Op::i32x4_shr_u:
      return shifted(psrld, psrld_imm, 32);
    case Op::i64x2_shl:
      return shifted(psllq, psllq_imm, 64);
    case Op::i64x2_shr_u:
      return shifted(psrlq, psrlq_imm, 64);
    case Op::i64x2_shr_s:
      return shifted64_s();
    default:
      return shifted8(op);
  }
}

std::optional<unsigned> VectorLowering::constant_count(unsigned bits) const {
  const Inst& count = lowering_.at(value(1));
  if (count.op != Opcode::constant) return std::nullopt;
  return static_cast<unsigned>(count.imm & (bits - 1));
}

VReg VectorLowering::shifted(VectorOp by_vector, VectorOp by_imm, unsigned bits) {
  if (const auto by = constant_count(bits)) return shift(by_imm, arg(0), *by);
  return binary(by_vector, arg(0), shift_count(bits - 1));
}

/// The count, modulo the width of a lane, in a vector register, and something added.
VReg VectorLowering::shift_count(unsigned mask, unsigned more) {
  const VReg count = from_general(arg(1), 4);
  const VReg masked = binary(pand, count, Bits{mask, 0});
  return more == 0 ? masked : binary(paddd, masked, Bits{more, 0});
}

/// x86 has no shifts of bytes: they shift as parts of words, and what came from the neighbour is
/// cleared; signed ones shift in the upper halves of words.
VReg VectorLowering::shifted8(Op op) {
  if (const auto by = constant_count(8)) return shifted8_by_constant(op, *by);
  if (op == Op::i8x16_shr_s) {
    const VReg by = shift_count(7, 8);
    const VReg low = binary(psraw, binary(punpcklbw, arg(0), arg(0)), by);
    const VReg high = binary(psraw, binary(punpckhbw, arg(0), arg(0)), by);
    return binary(packsswb, low, high);
  }
  const bool is_left = op == Op::i8x16_shl;
  const VectorOp shift_words = is_left ? psllw : psrlw;
  const VReg by = shift_count(7);
  // In a word of ones that is shifted, the byte that is shifted into from outside has the zeros.
  const VReg ones = binary(shift_words, constant(lanes64(~std::uint64_t{0})), by);
  const VReg kept = binary(pshufb, ones, lanes8(is_left ? 0 : 1));
  return binary(pand, binary(shift_words, arg(0), by), kept);
}

VReg VectorLowering::shifted8_by_constant(Op op, unsigned by) {
  if (op == Op::i8x16_shr_s) {
    const VReg low = shift(psraw_imm, binary(punpcklbw, arg(0), arg(0)), by + 8);
    const VReg high = shift(psraw_imm, binary(punpckhbw, arg(0), arg(0)), by + 8);
    return binary(packsswb, low, high);
  }
  if (op == Op::i8x16_shl) {
    const auto kept = static_cast<std::uint8_t>(0xffu << by);
    return binary(pand, shift(psllw_imm, arg(0), by), lanes8(kept));
  }
  const auto kept = static_cast<std::uint8_t>(0xffu >> by);
  return binary(pand, shift(psrlw_imm, arg(0), by), lanes8(kept));
}

/// The sign is spread by a subtraction.
VReg VectorLowering::shifted64_s() {
  constexpr std::uint64_t sign = 0x8000'0000'0000'0000;
  if (const auto by = constant_count(64)) {
    const VReg moved = binary(pxor, shift(psrlq_imm, arg(0), *by), lanes64(sign >> *by));
    return binary(psubq, moved, lanes64(sign >> *by));
  }
  const VReg by = shift_count(63);
  const VReg moved_sign = binary(psrlq, constant(lanes64(sign)), by);
  return binary(psubq, binary(pxor, binary(psrlq, arg(0), by), moved_sign), moved_sign);
}

/// As signed ones, moved by half their range.
VReg VectorLowering::extadd16_u() {
  const VReg moved = binary(pxor, arg(0), lanes16(0x8000));
  return binary(paddd, binary(pmaddwd, moved, lanes16(1)), lanes32(0x1'0000));
}

VReg VectorLowering::extmul8(VectorOp widen, bool high) {
  const VReg a = unary(widen, high ? upper_half(arg(0)) : arg(0));
  const VReg b = unary(widen, high ? upper_half(arg(1)) : arg(1));
  return binary(pmullw, a, b);
}

VReg VectorLowering::extmul16(VectorOp upper, bool high) {
  const VReg low_bits = binary(pmullw, arg(0), arg(1));
  const VReg high_bits = binary(upper, arg(0), arg(1));
  return binary(high ? punpckhwd : punpcklwd, low_bits, high_bits);
}

VReg VectorLowering::extmul32(VectorOp multiply, bool high) {
  const std::uint8_t lanes = high ? high_doubled : low_doubled;
  const VReg a = unary(pshufd, arg(0), lanes);
  const VReg b = unary(pshufd, arg(1), lanes);
  return binary(multiply, a, b);
}

/// The instruction wraps where both are the least number; nothing else gives that result.
VReg VectorLowering::q15mulr() {
  const VReg product = binary(pmulhrsw, arg(0), arg(1));
  return binary(pxor, product, binary(pcmpeqw, product, lanes16(0x8000)));
}

VReg VectorLowering::dot_bytes() {
  const auto even = [this](VReg a) { return shift(psraw_imm, shift(psllw_imm, a, 8), 8); };
  const auto odd = [this](VReg a) { return shift(psraw_imm, a, 8); };
  const VReg evens = binary(pmullw, even(arg(0)), even(arg(1)));
  const VReg odds = binary(pmullw, odd(arg(0)), odd(arg(1)));
  return binary(paddw, evens, odds);
}

}  // namespace wrun::inline v0::jit
