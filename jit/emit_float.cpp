#include "jit/emit.hpp"

#include "lib/wasm/numeric_float.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;

namespace {

constexpr std::uint64_t sign_32 = 0x8000'0000'8000'0000, magnitude_32 = ~sign_32;
constexpr std::uint64_t sign_64 = 0x8000'0000'0000'0000, magnitude_64 = ~sign_64;
/// 2 to the 63rd, as f32 and as f64.
constexpr std::uint64_t two_63_f32 = 0x5f00'0000, two_63_f64 = 0x43e0'0000'0000'0000;

std::uint64_t sign_mask(const Machine& m) {
  return m.size == 8 ? sign_64 : sign_32;
}
std::uint64_t magnitude_mask(const Machine& m) {
  return m.size == 8 ? magnitude_64 : magnitude_32;
}

}  // namespace

void CodeEmitter::floating(const Machine& m) {
  switch (m.op) {
    case MOp::float_alu:
      return float_alu(m);
    case MOp::float_sqrt:
    case MOp::float_round:
    case MOp::float_convert:
      return with_vector(1, [&](const auto& from) { float_unary(m, from); });
    case MOp::float_min_max:
      return float_min_max(m);
    case MOp::float_canonical:
      return float_canonical(m);
    case MOp::float_sign:
      return float_sign(m);
    case MOp::float_copysign:
      return float_copysign(m);
    case MOp::bit_cast:
      return bit_cast(m);
    case MOp::int_to_float:
      return int_to_float(m);
    default:
      return float_to_int(m);
  }
}

/// These write a part of the register only. Of a register, AVX's take the rest from there, too, and
/// don't wait for whoever wrote the result's register before.
void CodeEmitter::float_unary(const Machine& m, const Xbyak::Xmm& from) {
  const bool is_double = m.size == 8;
  const Xbyak::Xmm to = vector(0);
  const auto mode = static_cast<std::uint8_t>(m.imm);
  if (!cpu_.has_avx) return float_unary(m, static_cast<const Xbyak::Operand&>(from));
  switch (m.op) {
    case MOp::float_sqrt:
      return is_double ? vsqrtsd(to, from, from) : vsqrtss(to, from, from);
    case MOp::float_round:
      return is_double ? vroundsd(to, from, from, mode) : vroundss(to, from, from, mode);
    default:
      return is_double ? vcvtsd2ss(to, from, from) : vcvtss2sd(to, from, from);
  }
}

void CodeEmitter::float_unary(const Machine& m, const Xbyak::Operand& from) {
  const bool is_double = m.size == 8;
  const Xbyak::Xmm to = vector(0);
  const auto mode = static_cast<std::uint8_t>(m.imm);
  switch (m.op) {
    case MOp::float_sqrt:
      return scalar(0x51, is_double, to, from);
    case MOp::float_round:
      return is_double ? roundsd(to, from, mode) : roundss(to, from, mode);
    default:
      return is_double ? cvtsd2ss(to, from) : cvtss2sd(to, from);
  }
}

void CodeEmitter::float_alu(const Machine& m) {
  const bool is_double = m.size == 8;
  const auto apply = [&](const Xbyak::Operand& from) {
    if (cpu_.has_avx) return scalar_avx(m.which, is_double, from);
    scalar(m.which, is_double, vector(0), from);
  };
  if (m.address.base == no_operand) return with_vector(cpu_.has_avx ? 2 : other_operand(), apply);
  const Xbyak::RegExp at = folded_address(m);
  apply(is_double ? qword[at] : dword[at]);
}

/// Of operand 1 and another one.
void CodeEmitter::scalar_avx(std::uint8_t opcode, bool is_double, const Xbyak::Operand& from) {
  const Xbyak::Xmm to = vector(0);
  const Xbyak::Xmm a = vector(1);
  switch (opcode) {
    case 0x58:
      return is_double ? vaddsd(to, a, from) : vaddss(to, a, from);
    case 0x59:
      return is_double ? vmulsd(to, a, from) : vmulss(to, a, from);
    case 0x5c:
      return is_double ? vsubsd(to, a, from) : vsubss(to, a, from);
    default:
      return is_double ? vdivsd(to, a, from) : vdivss(to, a, from);
  }
}

/// addsd and its like, by their opcode byte.
void CodeEmitter::scalar(std::uint8_t opcode, bool is_double, const Xbyak::Xmm& to,
                         const Xbyak::Operand& from) {
  switch (opcode) {
    case 0x51:
      return is_double ? sqrtsd(to, from) : sqrtss(to, from);
    case 0x58:
      return is_double ? addsd(to, from) : addss(to, from);
    case 0x59:
      return is_double ? mulsd(to, from) : mulss(to, from);
    case 0x5c:
      return is_double ? subsd(to, from) : subss(to, from);
    case 0x5d:
      return is_double ? minsd(to, from) : minss(to, from);
    case 0x5e:
      return is_double ? divsd(to, from) : divss(to, from);
    default:
      return is_double ? maxsd(to, from) : maxss(to, from);
  }
}

void CodeEmitter::compare_scalars(bool is_double, const Xbyak::Xmm& a, const Xbyak::Operand& b) {
  if (is_double) {
    ucomisd(a, b);
  } else {
    ucomiss(a, b);
  }
}

/// minsd returns its second operand of zeros and of what has no order; WebAssembly wants the lesser
/// zero, and a NaN if there is one.
void CodeEmitter::float_min_max(const Machine& m) {
  const bool is_double = m.size == 8;
  const Xbyak::Xmm to = vector(0);
  const Xbyak::Xmm other = vector(2);
  Xbyak::Label differ;
  Xbyak::Label done;
  Xbyak::Label nan;
  compare_scalars(is_double, to, other);
  jne(differ);
  jp(nan);
  if (m.which) {
    andps(to, other);
  } else {
    orps(to, other);
  }
  jmp(done);
  L(nan);
  scalar(0x58, is_double, to, other);
  jmp(done);
  L(differ);
  scalar(m.which ? 0x5f : 0x5d, is_double, to, other);
  L(done);
}

/// Nearly nothing is a NaN.
void CodeEmitter::float_canonical(const Machine& m) {
  compare_scalars(m.size == 8, vector(0), vector(0));
  Rare rare;
  rare.kind = Rare::Kind::nan;
  rare.payload = payload_;
  rare.places = places_;
  rare.origin = origin_;
  rare.jump = jump_if_rare(Cond::parity);
  rare.back = getSize();
  rare_.push_back(rare);
}

void CodeEmitter::make_canonical(const Machine& m) {
  load_constant(reg(0), m.size == 8 ? wasm::FloatNumerics::canonical_nan<double>
                                    : wasm::FloatNumerics::canonical_nan<float>);
}

void CodeEmitter::float_sign(const Machine& m) {
  if (m.which) {
    xorps(vector(0), constant(sign_mask(m), sign_mask(m)));
  } else {
    andps(vector(0), constant(magnitude_mask(m), magnitude_mask(m)));
  }
}

void CodeEmitter::float_copysign(const Machine& m) {
  const Xbyak::Xmm sign = vec(scratch_vector);
  movaps(sign, vector(2));
  andps(sign, constant(sign_mask(m), sign_mask(m)));
  andps(vector(0), constant(magnitude_mask(m), magnitude_mask(m)));
  orps(vector(0), sign);
}

void CodeEmitter::bit_cast(const Machine& m) {
  if (m.which) return m.size == 8 ? movq(vector(0), gp64(reg(1))) : movd(vector(0), gp32(reg(1)));
  return m.size == 8 ? movq(gp64(reg(0)), vector(1)) : movd(gp32(reg(0)), vector(1));
}

void CodeEmitter::int_to_float(const Machine& m) {
  const Xbyak::Xmm to = vector(0);
  const bool is_unsigned = m.which != 0;
  const auto convert = [&](const Xbyak::Reg& from) {
    if (m.size == 8) {
      cvtsi2sd(to, from);
    } else {
      cvtsi2ss(to, from);
    }
  };
  // The conversion writes a part of the register only: waits for nobody who wrote the rest.
  xorps(to, to);
  if (m.imm == 4) return convert(is_unsigned ? Xbyak::Reg(gp64(reg(1))) : Xbyak::Reg(gp32(reg(1))));
  const Xbyak::Reg64 from = gp64(reg(1));
  if (!is_unsigned) return convert(from);
  Xbyak::Label large;
  Xbyak::Label done;
  test(from, from);
  js(large);
  convert(from);
  jmp(done);
  L(large);
  // Half of it, with the bit that falls out kept for rounding.
  const Xbyak::Reg64 half = gp64(reg(2));
  mov(half, from);
  shr(half, 1);
  mov(r11, from);
  and_(r11d, 1);
  or_(half, r11);
  convert(half);
  scalar(0x58, m.size == 8, to, to);
  L(done);
}

void CodeEmitter::convert_to_int(const Xbyak::Reg64& to, const Xbyak::Xmm& from, bool is_double) {
  if (is_double) {
    cvttsd2si(to, from);
  } else {
    cvttss2si(to, from);
  }
}

/// Converts, and goes to `outside` with what doesn't fit. Conversion itself gives the least number
/// for that.
void CodeEmitter::truncate(const Machine& m, bool is_signed, Xbyak::Label& outside) {
  const Xbyak::Reg64 to = gp64(reg(0));
  const bool from_double = m.imm == 8;
  if (m.size == 8 && !is_signed) return truncate_u64(m, outside);
  convert_to_int(to, vector(1), from_double);
  if (m.size == 8) {
    Xbyak::Label fine;
    cmp(to, 1);
    jno(fine);
    // It may be the least number.
    if (from_double) {
      ucomisd(vector(1), constant(two_63_f64 | sign_64, 0));
    } else {
      ucomiss(vector(1), constant(two_63_f32 | 0x8000'0000, 0));
    }
    jne(outside, T_NEAR);
    jp(outside, T_NEAR);
    L(fine);
    return;
  }
  if (is_signed) {
    movsxd(r11, gp32(reg(0)));
  } else {
    mov(r11d, gp32(reg(0)));
  }
  cmp(r11, to);
  jne(outside, T_NEAR);
  mov(gp32(reg(0)), gp32(reg(0)));
}

void CodeEmitter::truncate_u64(const Machine& m, Xbyak::Label& outside) {
  const Xbyak::Reg64 to = gp64(reg(0));
  const Xbyak::Xmm from = vector(1);
  const Xbyak::Xmm rest = vector(2);
  const bool is_double = m.imm == 8;
  Xbyak::Label large;
  Xbyak::Label done;
  const Xbyak::Address limit = constant(is_double ? two_63_f64 : two_63_f32, 0);
  compare_scalars(is_double, from, limit);
  jae(large);
  convert_to_int(to, from, is_double);
  test(to, to);
  js(outside, T_NEAR);
  jmp(done);
  L(large);
  movaps(rest, from);
  scalar(0x5c, is_double, rest, limit);
  convert_to_int(to, rest, is_double);
  test(to, to);
  js(outside, T_NEAR);
  btc(to, 63);
  L(done);
}

void CodeEmitter::float_to_int(const Machine& m) {
  const auto which = static_cast<FloatToInt>(m.which);
  const bool is_signed = which == FloatToInt::trap_s || which == FloatToInt::sat_s;
  const bool traps = which == FloatToInt::trap_s || which == FloatToInt::trap_u;
  Xbyak::Label outside;
  Xbyak::Label done;
  truncate(m, is_signed, outside);
  jmp(done, T_NEAR);
  L(outside);
  compare_scalars(m.imm == 8, vector(1), vector(1));
  if (traps) {
    rare_if(Cond::parity, TrapCode::invalid_conversion_to_integer);
    rare_if(Cond::no_parity, TrapCode::integer_overflow);
  } else {
    saturate(m, is_signed);
  }
  L(done);
}

/// What was compared with itself is not a number, or outside the range.
void CodeEmitter::saturate(const Machine& m, bool is_signed) {
  Xbyak::Label done;
  Xbyak::Label above;
  const Xbyak::Reg64 to = gp64(reg(0));
  const std::uint64_t least = !is_signed ? 0 : m.size == 8 ? sign_64 : 0x8000'0000;
  const std::uint64_t most = (m.size == 8 ? ~std::uint64_t{0} : 0xffff'ffff) >> (is_signed ? 1 : 0);
  mov(to, 0);
  jp(done);
  xorps(vector(2), vector(2));
  compare_scalars(m.imm == 8, vector(1), vector(2));
  ja(above);
  mov(to, least);
  jmp(done);
  L(above);
  mov(to, most);
  L(done);
}

}  // namespace wrun::inline v0::jit
