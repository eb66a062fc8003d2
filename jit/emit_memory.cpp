#include <bit>

#include "jit/emit.hpp"
#include "jit/layout.hpp"
#include "jit/vector_ops.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;

/// What comes next is the instruction that accesses the memory.
void CodeEmitter::note_access(const Machine& m) {
  Access made;
  made.offset = static_cast<std::uint32_t>(getSize());
  made.disp = m.address.disp;
  made.base = m.imm != 0 ? scratch_general : reg(m.address.base);
  if (m.address.index != no_operand) made.index = reg(m.address.index);
  made.scale = m.address.scale;
  made.has_address = m.traps == Machine::Traps::with_address;
  out_.accesses.push_back(made);
  out_.sites.push_back({made.offset + 1, m.origin});
}

/// Of an instruction that is more than an access: the distance is always a displacement.
Xbyak::RegExp CodeEmitter::folded_address(const Machine& m) {
  Xbyak::RegExp at = gp64(reg(m.address.base));
  if (m.address.index != no_operand) at = at + gp64(reg(m.address.index)) * (1 << m.address.scale);
  if (m.traps != Machine::Traps::no) note_access(m);
  return at + m.address.disp;
}

/// Comes right before the instruction that has it: that may fault. A distance that is no
/// displacement is added in the scratch register.
Xbyak::RegExp CodeEmitter::address(const Machine& m) {
  Xbyak::RegExp at = gp64(reg(m.address.base));
  if (m.imm != 0) {
    mov(r11, m.imm);
    add(r11, gp64(reg(m.address.base)));
    at = r11;
  }
  if (m.address.index != no_operand) at = at + gp64(reg(m.address.index)) * (1 << m.address.scale);
  if (m.traps != Machine::Traps::no) note_access(m);
  return at + m.address.disp;
}

/// The same, where the distance is a displacement.
Place86 CodeEmitter::place(const Machine& m) {
  Place86 at{reg(m.address.base), no_reg, m.address.scale, m.address.disp};
  if (m.address.index != no_operand) at.index = reg(m.address.index);
  if (m.traps != Machine::Traps::no) note_access(m);
  return at;
}

void CodeEmitter::load(const Machine& m) {
  if (m.size == 0 && is_vector(m.wasm)) return load_vector(m.wasm, address(m));
  if (m.size == 16) return load_plain(0, address(m), m.size, true);
  const ModRm form = encoding_of_load(m);
  if (m.imm == 0) return with_memory(form, reg(0), place(m));
  mov(r11, m.imm);
  add(r11, gp64(reg(m.address.base)));
  Place86 at = place(m);
  at.base = scratch_general;
  with_memory(form, reg(0), at);
}

void CodeEmitter::load_plain(unsigned to, const Xbyak::RegExp& at, unsigned size, bool is_vector) {
  if (!is_vector) return size == 8 ? mov(gp64(reg(to)), ptr[at]) : mov(gp32(reg(to)), ptr[at]);
  switch (size) {
    case 4:
      return movss(vector(to), ptr[at]);
    case 8:
      return movsd(vector(to), ptr[at]);
    default:
      return movups(vector(to), ptr[at]);
  }
}

/// Of what isn't a v128.
ModRm CodeEmitter::encoding_of_load(const Machine& m) {
  using Op = wasm::Op;
  constexpr ModRm f32{.opcode = 0x10, .has_0f = true, .prefix = 0xf3};
  constexpr ModRm f64{.opcode = 0x10, .has_0f = true, .prefix = 0xf2};
  if (m.size != 0 && m.which != 0) return m.size == 8 ? f64 : f32;
  if (m.size != 0) return {.opcode = 0x8b, .is_wide = m.size == 8};
  switch (m.wasm) {
    case Op::i32_load:
    case Op::i64_load32_u:
      return {.opcode = 0x8b};
    case Op::i64_load:
      return {.opcode = 0x8b, .is_wide = true};
    case Op::f32_load:
      return f32;
    case Op::f64_load:
      return f64;
    case Op::i32_load8_s:
      return {.opcode = 0xbe, .has_0f = true};
    case Op::i32_load8_u:
    case Op::i64_load8_u:
      return {.opcode = 0xb6, .has_0f = true};
    case Op::i32_load16_s:
      return {.opcode = 0xbf, .has_0f = true};
    case Op::i32_load16_u:
    case Op::i64_load16_u:
      return {.opcode = 0xb7, .has_0f = true};
    case Op::i64_load8_s:
      return {.opcode = 0xbe, .has_0f = true, .is_wide = true};
    case Op::i64_load16_s:
      return {.opcode = 0xbf, .has_0f = true, .is_wide = true};
    default:
      return {.opcode = 0x63, .is_wide = true};
  }
}

void CodeEmitter::store(const Machine& m) {
  if (m.imm == 0 && !m.has_imm && m.which == 0) {
    ModRm form{.opcode = 0x89, .is_wide = m.size == 8};
    if (m.size == 1) form = {.opcode = 0x88, .has_byte_register = true};
    if (m.size == 2) form.prefix = 0x66;
    return with_memory(form, reg(0), place(m));
  }
  const Xbyak::RegExp at = address(m);
  if (m.has_imm) {
    switch (m.size) {
      case 1:
        return mov(byte[at], m.compare.imm & 0xff);
      case 2:
        return mov(word[at], m.compare.imm & 0xffff);
      case 4:
        return mov(dword[at], static_cast<std::uint32_t>(m.compare.imm));
      default:
        return mov(qword[at], static_cast<std::size_t>(static_cast<std::int64_t>(m.compare.imm)));
    }
  }
  if (m.which != 0) {
    if (m.size == 16) return movups(ptr[at], vector(0));
    return m.size == 8 ? movsd(ptr[at], vector(0)) : movss(ptr[at], vector(0));
  }
  switch (m.size) {
    case 1:
      return mov(ptr[at], gp8(reg(0)));
    case 2:
      return mov(ptr[at], gp16(reg(0)));
    case 4:
      return mov(ptr[at], gp32(reg(0)));
    default:
      return mov(ptr[at], gp64(reg(0)));
  }
}

void CodeEmitter::update(const Machine& m) {
  with_place(m, in_memory, m.size, [&](const auto& to) {
    const auto which = static_cast<Alu>(m.which);
    if (m.has_imm) return operation(which, to, static_cast<std::uint32_t>(m.compare.imm));
    operation(which, to, sized(0, m.size));
  });
}

/// Operand 1 and operand 2 times m.imm.
void CodeEmitter::lea_scaled(const Machine& m) {
  const Xbyak::Reg64 base = gp64(reg(1));
  const Xbyak::Reg64 scaled = gp64(reg(2));
  if (m.imm == 1 || m.imm == 2 || m.imm == 4 || m.imm == 8)
    return lea(gp64(reg(0)), ptr[base + scaled * static_cast<int>(m.imm) + m.address.disp]);
  imul(r11, scaled, static_cast<int>(m.imm));
  lea(gp64(reg(0)), ptr[base + r11 + m.address.disp]);
}

/// The end of the access goes to the scratch register, where the rare path finds it.
void CodeEmitter::bounds_check(const Machine& m) {
  Rare rare;
  rare.kind = m.which != 0 ? Rare::Kind::trap : Rare::Kind::out_of_bounds;
  rare.trap = TrapCode::out_of_bounds_memory_access;
  rare.origin = origin_;
  rare.imm = m.imm - m.extra;
  if (m.size == 4 && m.imm <= max_disp) {
    lea(r11, ptr[gp64(reg(0)) + static_cast<int>(m.imm)]);
  } else {
    mov(r11, m.imm);
    add(r11, gp64(reg(0)));
    if (m.size == 8) {
      rare.jump = jump_if_rare(Cond::below);
      rare_.push_back(rare);
    }
  }
  const std::size_t start = getSize();
  with_general(1, 8, [&](const auto& limit) { cmp(r11, limit); });
  fuse_from(start);
  rare.jump = jump_if_rare(Cond::above);
  rare_.push_back(rare);
}

void CodeEmitter::charge(const Machine& m) {
  Rare rare;
  rare.kind = Rare::Kind::out_of_fuel;
  rare.origin = origin_;
  rare.imm = m.imm;
  sub(gp64(fuel_reg), static_cast<std::uint32_t>(m.imm));
  fuse_from(start_);
  // What is left is never negative, and CPUs take a subtraction and this jump as one.
  rare.jump = jump_if_rare(Cond::below);
  rare_.push_back(rare);
}

/// What is asked for or taken, but not given back, may turn out to be more than there is.
void CodeEmitter::charge_stack(const Machine& m) {
  if (!loc(0).is_reg()) load_state(0);
  const Xbyak::Reg64 state = loc(0).is_reg() ? gp64(reg(0)) : gp64(scratch_general);
  const Xbyak::Address left = qword[state + layout::state_stack_left];
  const auto bytes = static_cast<std::uint32_t>(m.imm);
  switch (m.op) {
    case MOp::check_stack:
      cmp(left, bytes);
      break;
    case MOp::take_stack:
      sub(left, bytes);
      break;
    default:
      return add(left, bytes);
  }
  rare_if(Cond::less, TrapCode::stack_exhausted);
}

void CodeEmitter::poll(const Machine&) {
  Rare rare;
  rare.kind = Rare::Kind::limit_in_loop;
  rare.origin = origin_;
  if (loc(0).is_reg()) {
    cmp(rsp, ptr[gp64(reg(0)) + layout::native_limit]);
  } else {
    load_state(0);
    cmp(rsp, ptr[r11 + layout::native_limit]);
  }
  fuse_from(start_);
  rare.jump = jump_if_rare(Cond::below);
  rare.back = getSize();
  rare_.push_back(rare);
}

}  // namespace wrun::inline v0::jit
