// Vectors of floats: what is no single instruction of x86.

#include <bit>

#include "jit/lower_vector.hpp"

#include "jit/sse_constants.hpp"
#include "lib/wasm/numeric_float.hpp"

namespace wrun::inline v0::jit {

using enum VectorOp;

namespace {

constexpr std::uint64_t sign_of_64 = 0x8000'0000'0000'0000;
constexpr std::uint32_t sign_of_32 = 0x8000'0000;

constexpr std::uint32_t bits_of(float x) {
  return std::bit_cast<std::uint32_t>(x);
}
constexpr std::uint64_t bits_of(double x) {
  return std::bit_cast<std::uint64_t>(x);
}

}  // namespace

VReg VectorLowering::floating() {
  switch (wasm_op(inst_.op)) {
    case Op::f32x4_abs:
      return binary(andps, arg(0), lanes32(~sign_of_32));
    case Op::f64x2_abs:
      return binary(andps, arg(0), lanes64(~sign_of_64));
    case Op::f32x4_neg:
      return binary(xorps, arg(0), lanes32(sign_of_32));
    case Op::f64x2_neg:
      return binary(xorps, arg(0), lanes64(sign_of_64));
    case Op::f32x4_min:
      return min_max(minps, orps, false);
    case Op::f32x4_max:
      return min_max(maxps, andps, false);
    case Op::f64x2_min:
      return min_max(minpd, orps, true);
    case Op::f64x2_max:
      return min_max(maxpd, andps, true);
    case Op::i32x4_trunc_sat_f32x4_s:
      return trunc32_s();
    case Op::i32x4_trunc_sat_f32x4_u:
      return trunc32_u();
    case Op::i32x4_trunc_sat_f64x2_s_zero:
      return trunc64_s();
    case Op::i32x4_trunc_sat_f64x2_u_zero:
      return trunc64_u();
    case Op::f32x4_convert_i32x4_u:
      return convert32_u();
    default: {  // f64x2.convert_low_i32x4_u: as the lower halves of doubles that begin at 2^52
      const VReg doubles = binary(punpckldq, arg(0), lanes32(0x4330'0000));
      return binary(subpd, doubles, lanes64(bits_of(0x1p52)));
    }
  }
}

void VectorLowering::canonical_nan() {
  const bool is_double = inst_.imm == 8;
  const VReg nans = binary(is_double ? cmppd : cmpps, arg(0), arg(0), unordered);
  const VReg numbers = binary(andnps, nans, arg(0));
  const VReg canonical = binary(andps, nans,
                                is_double ? lanes64(wasm::FloatNumerics::canonical_nan<double>)
                                          : lanes32(wasm::FloatNumerics::canonical_nan<float>));
  lowering_.vregs_[index(value_)] = binary(orps, numbers, canonical);
}

/// Both orders give the same but for zeros of different signs, which are joined, and NaNs, for
/// which all bits are set and then those of the payload cleared.
VReg VectorLowering::min_max(VectorOp op, VectorOp join, bool is_double) {
  const VReg one = binary(op, arg(0), arg(1));
  const VReg other = binary(op, arg(1), arg(0));
  const VReg nans = binary(is_double ? cmppd : cmpps, arg(0), arg(1), unordered);
  const VReg payload = is_double ? shift(psrlq_imm, nans, 13) : shift(psrld_imm, nans, 10);
  return binary(andnps, payload, binary(orps, binary(join, one, other), nans));
}

/// Conversion gives the least number for all that doesn't fit; its complement is the greatest.
VReg VectorLowering::trunc32_s() {
  const VReg number = binary(andps, arg(0), binary(cmpps, arg(0), arg(0), equal));
  const VReg above = binary(cmpps, number, lanes32(bits_of(0x1p31f)), not_less);
  return binary(pxor, unary(cvttps2dq, number), above);
}

/// Those from 2^31 on are converted with 2^31 taken off.
VReg VectorLowering::trunc32_u() {
  const VReg number = binary(maxps, arg(0), Bits{});
  const VReg upper = binary(cmpps, number, lanes32(bits_of(0x1p31f)), not_less);
  const VReg taken = binary(andps, upper, lanes32(bits_of(0x1p31f)));
  const VReg rest = unary(cvttps2dq, binary(subps, number, taken));
  const VReg whole = binary(pxor, rest, shift(pslld_imm, upper, 31));
  return binary(por, whole, binary(cmpps, number, lanes32(bits_of(0x1p32f)), not_less));
}

/// A NaN becomes the greatest number by the minimum, and 0 by the mask.
VReg VectorLowering::trunc64_s() {
  const VReg least = binary(minpd, arg(0), lanes64(bits_of(0x1.fffffffcp30)));
  const VReg number = binary(andps, least, binary(cmppd, arg(0), arg(0), equal));
  return unary(cvttpd2dq, number);
}

/// Beyond 2^52, a double's lowest bits are an integer.
VReg VectorLowering::trunc64_u() {
  constexpr std::uint8_t even_lanes = 0x88;
  const VReg positive = binary(maxpd, arg(0), Bits{});
  const VReg number = binary(minpd, positive, lanes64(bits_of(0x1.fffffffep31)));
  const VReg moved = binary(addpd, unary(roundpd, number, to_zero), lanes64(bits_of(0x1p52)));
  return binary(shufps, moved, Bits{}, even_lanes);
}

/// Which operand may be in memory. Else it is the factor that other instructions need, too, so that
/// the result may replace the other factor as well as the addend.
unsigned VectorLowering::last_of_fused() const {
  for (const unsigned i : {0u, 1u, 2u})
    if (lowering_.is_folded_load(value(i))) return i;
  if (lowering_.at(value(2)).op == Opcode::constant) return 2;
  return lowering_.uses_[index(value(0))] > 1 ? 0 : 1;
}

/// One rounding.
VReg VectorLowering::fused() {
  const Op op = wasm_op(inst_.op);
  const bool is_double = op == Op::f64x2_relaxed_madd || op == Op::f64x2_relaxed_nmadd;
  const bool negates = op == Op::f32x4_relaxed_nmadd || op == Op::f64x2_relaxed_nmadd;
  const unsigned last = last_of_fused();
  const VReg to = lowering_.new_vreg(RegClass::vector, 16);
  Machine& made = lowering_.begin(MOp::vector_fma, inst_);
  made.size = is_double ? 8 : 4;
  made.which = (last == 2 ? Fma::adds_last : 0) | (negates ? Fma::negates : 0);
  lowering_.add_operand(to, Role::def, Constraint::tied, 1);
  lowering_.add_operand(arg(last == 2 ? 0 : 2), Role::use, Constraint::reg);
  lowering_.add_operand(arg(last == 1 ? 0 : 1), Role::use, Constraint::reg);
  lowering_.current().is_commutative = true;
  use_last_of(last);
  return to;
}

/// The halves are exact, and their sum is rounded once.
VReg VectorLowering::convert32_u() {
  const VReg low = unary(cvtdq2ps, binary(pand, arg(0), lanes32(0xffff)));
  const VReg high = unary(cvtdq2ps, shift(psrld_imm, arg(0), 16));
  return binary(addps, binary(mulps, high, lanes32(bits_of(0x1p16f))), low);
}

}  // namespace wrun::inline v0::jit
