#include "jit/emit.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;

void CodeEmitter::integer(const Machine& m) {
  switch (m.op) {
    case MOp::move:
      return with_general(1, 8, [&](const auto& from) {
        if (!(from == gp64(reg(0)))) mov(gp64(reg(0)), from);
      });
    case MOp::constant:
      if (m.imm == 0 && m.extra == 0) return xorps(vector(0), vector(0));
      return movaps(vector(0), constant(m.imm, m.extra));
    case MOp::add:
    case MOp::add_scaled:
      return sum(m);
    case MOp::alu:
      alu(m);
      if (static_cast<Alu>(m.which) != Alu::imul) set_flags(m);
      return;
    case MOp::carry:
      return carry(m);
    case MOp::neg:
      return neg(general(0, m.size));
    case MOp::times:
      return lea(general(0, m.size),
                 ptr[gp64(reg(1)) + gp64(reg(1)) * static_cast<int>(m.imm - 1)]);
    case MOp::shift_imm:
    case MOp::shift_var:
      return shift(m, general(0, m.size));
    case MOp::shift_bmi:
      return shift_bmi(m);
    case MOp::rotate:
      return rotate(m);
    case MOp::divide:
      return divide(m);
    case MOp::bits:
      return bits(m);
    case MOp::extend:
      return extend(m);
    case MOp::wide_mul:
      return m.which ? imul(general(3, 8)) : mul(general(3, 8));
    default:
      return wide_add(m);
  }
}

void CodeEmitter::sum(const Machine& m) {
  const Xbyak::Reg to = general(0, m.size);
  const Reg a = reg(1);
  const auto imm = static_cast<int>(static_cast<std::int64_t>(m.imm));
  if (m.op == MOp::add_scaled) return lea(to, ptr[gp64(a) * (1 << m.which) + imm]);
  const bool is_wide = m.size == 8;
  const ModRm lea{.opcode = 0x8d, .is_wide = is_wide};
  if (m.which != 0) return with_memory(lea, reg(0), {a, reg(2), m.which, 0});
  const bool is_second = !m.has_imm && reg(2) == reg(0);
  if (a != reg(0) && !is_second) {
    return with_memory(lea, reg(0),
                       m.has_imm ? Place86{a, no_reg, 0, imm} : Place86{a, reg(2), 0, 0});
  }
  if (m.has_imm) {
    with_immediate(0, is_wide, reg(0), imm);
  } else {
    operation(Alu::add, m.size, reg(0), loc(is_second ? 1 : 2));
  }
  set_flags(m);
}

/// Of any but imul.
void CodeEmitter::operation(Alu which, unsigned size, Reg to, Loc from) {
  const auto code = static_cast<unsigned>(which) << 3;
  ModRm form{.opcode = static_cast<std::uint8_t>(code | 3), .is_wide = size == 8};
  if (from.is_slot()) return with_memory(form, to, slot_place(from));
  form.opcode = static_cast<std::uint8_t>(code | 1);
  with_registers(form, from.reg(), to);
}

void CodeEmitter::alu(const Machine& m, const Xbyak::Reg& to, const Xbyak::Operand& from) {
  const auto which = static_cast<Alu>(m.which);
  if (which == Alu::imul) return imul(to, from);
  operation(which, to, from);
}

void CodeEmitter::alu(const Machine& m) {
  const Xbyak::Reg to = general(0, m.size);
  if (m.address.base == no_operand && !m.has_imm && static_cast<Alu>(m.which) != Alu::imul) {
    operation(static_cast<Alu>(m.which), m.size, reg(0), loc(other_operand()));
  } else if (m.address.base != no_operand) {
    with_place(m, in_memory, m.size, [&](const auto& from) { alu(m, to, from); });
  } else if (m.has_imm) {
    alu_imm(m, to);
  } else {
    with_general(other_operand(), m.size, [&](const auto& from) { alu(m, to, from); });
  }
}

void CodeEmitter::alu_imm(const Machine& m, const Xbyak::Reg& to) {
  const auto imm = static_cast<std::int32_t>(static_cast<std::uint32_t>(m.imm));
  if (static_cast<Alu>(m.which) != Alu::imul)
    return with_immediate(m.which, m.size == 8, reg(0), imm);
  with_general(1, m.size, [&](const auto& from) { imul(to, from, imm); });
}

/// The comparison leaves the carry flag if it holds (below), or if not (above_equal).
void CodeEmitter::carry(const Machine& m) {
  compare(m);
  const bool subtracts = m.which != 0;
  const bool is_below = m.compare.cond == Cond::below;
  const std::uint32_t imm = is_below ? 0 : ~std::uint32_t{0};
  if (subtracts == is_below) {
    sbb(general(0, m.size), imm);
  } else {
    adc(general(0, m.size), imm);
  }
}

void CodeEmitter::shift(const Machine& m, const Xbyak::Reg& to) {
  const auto apply = [&](auto count) {
    switch (static_cast<Shift>(m.which)) {
      case Shift::rol:
        return rol(to, count);
      case Shift::ror:
        return ror(to, count);
      case Shift::shl:
        return shl(to, count);
      case Shift::shr:
        return shr(to, count);
      case Shift::sar:
        return sar(to, count);
    }
  };
  if (m.op == MOp::shift_imm) return apply(static_cast<int>(m.imm));
  apply(cl);
}

/// Right, which the form with two registers does.
void CodeEmitter::rotate(const Machine& m) {
  const auto count = static_cast<std::uint8_t>(m.imm);
  with_general(1, m.size, [&](const auto& from) {
    if (from == general(0, m.size)) return ror(general(0, m.size), count);
    if (m.size == 8) return rorx(gp64(reg(0)), from, count);
    rorx(gp32(reg(0)), from, count);
  });
}

void CodeEmitter::shift_bmi(const Machine& m) {
  const auto apply = [&](const auto& to, const auto& from, const auto& count) {
    switch (static_cast<Shift>(m.which)) {
      case Shift::shl:
        return shlx(to, from, count);
      case Shift::shr:
        return shrx(to, from, count);
      default:
        return sarx(to, from, count);
    }
  };
  with_general(1, m.size, [&](const auto& from) {
    if (m.size == 8) {
      apply(gp64(reg(0)), from, gp64(reg(2)));
    } else {
      apply(gp32(reg(0)), from, gp32(reg(2)));
    }
  });
}

/// The quotient of the least number by -1 doesn't exist; its remainder is 0, but idiv traps.
void CodeEmitter::divide(const Machine& m) {
  const auto which = static_cast<Division>(m.which);
  const bool is_signed = which == Division::div_s || which == Division::rem_s;
  const Xbyak::Reg by = general(2, m.size);
  const Xbyak::Reg low = m.size == 8 ? Xbyak::Reg(rax) : Xbyak::Reg(eax);
  const bool checks = m.extra == 0;
  if (checks) {
    test(by, by);
    rare_if(Cond::equal, TrapCode::integer_divide_by_zero);
  }
  if (!is_signed) {
    xor_(edx, edx);
    return div(by);
  }
  Xbyak::Label done;
  if (checks) {
    Xbyak::Label common;
    cmp(by, -1);
    jne(common);
    if (which == Division::div_s) {
      neg(low);
      rare_if(Cond::overflow, TrapCode::integer_overflow);
    } else {
      xor_(edx, edx);
    }
    jmp(done);
    L(common);
  }
  if (m.size == 8) {
    cqo();
  } else {
    cdq();
  }
  idiv(by);
  L(done);
}

void CodeEmitter::bits(const Machine& m) {
  const Xbyak::Reg to = general(0, m.size);
  const Xbyak::Reg from = general(1, m.size);
  const int width = 8 * m.size;
  switch (static_cast<Bits>(m.which)) {
    case Bits::popcnt:
      return popcnt(to, from);
    case Bits::clz:
      if (cpu_.has_lzcnt) return lzcnt(to, from);
      // 2 * width - 1 is what gives width below.
      mov(r11d, 2 * width - 1);
      bsr(to, from);
      cmove(to, m.size == 8 ? Xbyak::Reg(r11) : Xbyak::Reg(r11d));
      return xor_(to, width - 1);
    case Bits::ctz:
      if (cpu_.has_bmi1) return tzcnt(to, from);
      mov(r11d, width);
      bsf(to, from);
      return cmove(to, m.size == 8 ? Xbyak::Reg(r11) : Xbyak::Reg(r11d));
  }
}

void CodeEmitter::extend(const Machine& m) {
  const Xbyak::Reg to = general(0, m.size);
  switch (static_cast<Extend>(m.which)) {
    case Extend::s8:
      return with_general(1, 1, [&](const auto& from) { movsx(to, from); });
    case Extend::s16:
      return with_general(1, 2, [&](const auto& from) { movsx(to, from); });
    case Extend::s32:
      return with_general(1, 4, [&](const auto& from) { movsxd(gp64(reg(0)), from); });
    case Extend::u8:
      return with_general(1, 1, [&](const auto& from) { movzx(gp32(reg(0)), from); });
    case Extend::u16:
      return with_general(1, 2, [&](const auto& from) { movzx(gp32(reg(0)), from); });
    case Extend::u32:
      return with_general(1, 4, [&](const auto& from) { mov(gp32(reg(0)), from); });
  }
}

void CodeEmitter::wide_add(const Machine& m) {
  const bool subtracts = m.which != 0;
  with_general(4, 8, [&](const auto& from) {
    if (subtracts) {
      sub(gp64(reg(0)), from);
    } else {
      add(gp64(reg(0)), from);
    }
  });
  with_general(5, 8, [&](const auto& from) {
    if (subtracts) {
      sbb(gp64(reg(1)), from);
    } else {
      adc(gp64(reg(1)), from);
    }
  });
}

}  // namespace wrun::inline v0::jit
