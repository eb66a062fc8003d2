#include "jit/emit.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;

namespace {

/// Equality of floats shows in two flags: ucomis sets equal and parity for what has no order.
bool needs_parity(const Compare& c) {
  return c.kind == Compare::Kind::floats && (c.cond == Cond::equal || c.cond == Cond::not_equal);
}

}  // namespace

void CodeEmitter::compare(const Machine& m) {
  const Compare& c = m.compare;
  switch (c.kind) {
    case Compare::Kind::bits:
      if (!has_flags_of(c))
        with_registers({.opcode = 0x85, .is_wide = c.size == 8}, reg(c.a), reg(c.a));
      return;
    case Compare::Kind::common_bits:
      return compare_common(m);
    case Compare::Kind::integers:
      if (c.size >= 4 && c.a != in_memory && loc(c.a).is_reg() && c.b != in_memory) {
        if (c.b == no_operand) return with_immediate(7, c.size == 8, reg(c.a), c.imm);
        return operation(Alu::cmp, c.size, reg(c.a), loc(c.b));
      }
      if (c.b == in_memory) {
        return with_place(m, c.b, c.size, [&](const auto& b) { cmp(sized(c.a, c.size), b); });
      }
      return with_place(m, c.a, c.size, [&](const auto& a) {
        if (c.b != no_operand) {
          cmp(a, sized(c.b, c.size));
        } else {
          cmp(a, static_cast<std::uint32_t>(c.imm));
        }
      });
    case Compare::Kind::floats:
      return with_vector(c.b, [&](const auto& b) {
        if (c.size == 8) {
          ucomisd(vector(c.a), b);
        } else {
          ucomiss(vector(c.a), b);
        }
      });
    case Compare::Kind::none:
      return;
  }
}

/// What may fault, or reads a constant, is known by where it is.
void CodeEmitter::compare_for_jump(const Machine& m) {
  const std::size_t start = getSize();
  compare(m);
  const Compare& c = m.compare;
  const bool stays = c.a == in_memory || c.b == in_memory || c.kind == Compare::Kind::floats;
  if (!stays && getSize() != start) fuse_from(start);
}

/// Low bits are looked at by the short form, where the sign is 0 either way; but memory as far as
/// the load would have read.
void CodeEmitter::compare_common(const Machine& m) {
  const Compare& c = m.compare;
  const auto imm = static_cast<std::uint32_t>(c.imm);
  const bool is_short = c.b == no_operand && imm < 0x80 && c.a != in_memory;
  with_place(m, c.a, is_short ? 1 : c.size, [&](const auto& a) {
    if (c.b != no_operand) {
      test(a, general(c.b, c.size));
    } else {
      test(a, imm);
    }
  });
}

/// Whether a comparison reads what is in a register.
bool CodeEmitter::compares(const Machine& m, Reg r) const {
  const auto is_it = [&](OperandNo k) {
    return k != no_operand && k != in_memory && loc(k) == Loc::reg(r);
  };
  return is_it(m.compare.a) || is_it(m.compare.b) || is_it(m.address.base) ||
         is_it(m.address.index);
}

/// Zero first: then the byte's register depends on nothing before.
void CodeEmitter::set(const Machine& m) {
  const Reg to = reg(0);
  const bool is_zero = !compares(m, to) && !needs_parity(m.compare);
  const bool has_flags = m.compare.kind == Compare::Kind::bits && has_flags_of(m.compare);
  if (is_zero && has_flags) {
    mov(gp32(to), 0);
  } else if (is_zero) {
    xor_(gp32(to), gp32(to));
  }
  if (!has_flags) compare(m);
  const auto set_if = [&](Cond cond, const Xbyak::Reg8& r) {
    db(r.getIdx() >= 8 ? 0x41 : 0x40);
    db(0x0f);
    db(0x90 | static_cast<unsigned>(cond));
    db(0xc0 | (r.getIdx() & 7));
  };
  set_if(m.compare.cond, gp8(to));
  if (needs_parity(m.compare)) {
    const bool equal = m.compare.cond == Cond::equal;
    set_if(equal ? Cond::no_parity : Cond::parity, gp8(scratch_general));
    if (equal) {
      and_(gp8(to), r11b);
    } else {
      or_(gp8(to), r11b);
    }
  }
  if (!is_zero) movzx(gp32(to), gp8(to));
}

void CodeEmitter::select(const Machine& m) {
  compare(m);
  const auto move_if = [&](Cond cond, const Xbyak::Operand& from) {
    const Xbyak::Reg to = general(0, m.size);
    switch (cond) {
      case Cond::below:
        return cmovb(to, from);
      case Cond::above_equal:
        return cmovae(to, from);
      case Cond::equal:
        return cmove(to, from);
      case Cond::not_equal:
        return cmovne(to, from);
      case Cond::below_equal:
        return cmovbe(to, from);
      case Cond::above:
        return cmova(to, from);
      case Cond::less:
        return cmovl(to, from);
      case Cond::greater_equal:
        return cmovge(to, from);
      case Cond::less_equal:
        return cmovle(to, from);
      case Cond::greater:
        return cmovg(to, from);
      default:
        return cmovp(to, from);
    }
  };
  with_general(2, m.size, [&](const auto& if_true) {
    if (!needs_parity(m.compare)) return move_if(m.compare.cond, if_true);
    if (m.compare.cond == Cond::not_equal) {
      move_if(Cond::not_equal, if_true);
      return move_if(Cond::parity, if_true);
    }
    const Xbyak::Reg kept = m.size == 8 ? Xbyak::Reg(r11) : Xbyak::Reg(r11d);
    mov(kept, general(0, m.size));
    mov(general(0, m.size), if_true);
    move_if(Cond::not_equal, kept);
    move_if(Cond::parity, kept);
  });
}

void CodeEmitter::float_select(const Machine& m) {
  Xbyak::Label take;
  Xbyak::Label done;
  compare(m);
  if (needs_parity(m.compare)) {
    const bool equal = m.compare.cond == Cond::equal;
    jp(equal ? done : take);
    if (equal) {
      jne(done);
    } else {
      je(done);
    }
    L(take);
  } else {
    db(0x70 | static_cast<unsigned>(negate(m.compare.cond)));
    db(0);
  }
  const std::size_t skip = getSize();
  const bool is_slot = loc(2).is_slot();
  if (!is_slot) {
    movaps(vector(0), vector(2));
  } else if (m.size == 16) {
    movups(vector(0), slot(loc(2), 16));
  } else {
    movsd(vector(0), slot(loc(2)));
  }
  if (!needs_parity(m.compare)) rewrite(skip - 1, getSize() - skip, 1);
  L(done);
}

void CodeEmitter::branch(const Machine& m) {
  const LBlock& block = function_->lir.blocks[block_];
  const std::uint32_t taken = function_->lir.succs[block.first_succ].to;
  const std::uint32_t other = function_->lir.succs[block.first_succ + 1].to;
  compare_for_jump(m);
  if (needs_parity(m.compare)) {
    const bool equal = m.compare.cond == Cond::equal;
    jump_if(Cond::parity, equal ? other : taken);
    jump_if(Cond::not_equal, equal ? other : taken);
    return jump_block(equal ? taken : other);
  }
  std::uint32_t next = block_ + 1;
  while (next < targets_.size() && targets_[next] != next) ++next;
  if (targets_[taken] == next) return jump_if(negate(m.compare.cond), other);
  jump_if(m.compare.cond, taken);
  jump_block(other);
}

void CodeEmitter::trap_if(const Machine& m) {
  compare_for_jump(m);
  const auto code = static_cast<TrapCode>(m.imm);
  if (!needs_parity(m.compare)) return rare_if(m.compare.cond, code);
  if (m.compare.cond == Cond::not_equal) {
    rare_if(Cond::parity, code);
    return rare_if(Cond::not_equal, code);
  }
  Xbyak::Label fine;
  jp(fine);
  rare_if(Cond::equal, code);
  L(fine);
}

/// By a table of distances from itself, but for indices that are too large, where there can be any.
void CodeEmitter::switch_(const Machine& m) {
  const LBlock& block = function_->lir.blocks[block_];
  const std::uint32_t last = block.succ_count - 1;
  tables_.emplace_back().block = block_;
  if (!m.has_imm) {
    const std::size_t start = getSize();
    cmp(gp32(reg(0)), last);
    fuse_from(start);
    jump_if(Cond::above_equal, function_->lir.succs[block.first_succ + last].to);
  }
  lea(gp64(reg(1)), ptr[rip + tables_.back().label]);
  movsxd(r11, dword[gp64(reg(1)) + gp64(reg(0)) * 4]);
  add(r11, gp64(reg(1)));
  jmp(r11);
}

/// The tables of the function's switches.
void CodeEmitter::write_tables() {
  if (!tables_.empty()) align(4);
  for (SwitchTable& table : tables_) {
    L(table.label);
    const std::size_t start = getSize();
    const LBlock& block = function_->lir.blocks[table.block];
    for (std::uint32_t i = 0; i + 1 < block.succ_count; ++i) {
      const std::uint32_t to = targets_[function_->lir.succs[block.first_succ + i].to];
      dd(static_cast<std::uint32_t>(starts_[to] - start));
    }
  }
}

}  // namespace wrun::inline v0::jit
