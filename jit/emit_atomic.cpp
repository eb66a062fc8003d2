#include "jit/emit.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;

void CodeEmitter::atomic(const Machine& m) {
  if (m.op == MOp::atomic_fence) return mfence();
  const Xbyak::Address at = ptr[address(m)];
  switch (m.op) {
    case MOp::atomic_cmpxchg:
      lock();
      cmpxchg(at, sized(2, m.size));
      break;
    case MOp::atomic_combine:
      atomic_combine(m, at);
      break;
    default:
      if (m.which != 0) {
        lock();
        xadd(at, sized(0, m.size));
      } else {
        xchg(at, sized(0, m.size));
      }
  }
  extend_unsigned(gp32(reg(0)), m.size);
}

/// What was there stays in rax; it is tried until nobody came between.
void CodeEmitter::atomic_combine(const Machine& m, const Xbyak::Address& at) {
  Xbyak::Label again;
  mov(sized(0, m.size), at);
  L(again);
  mov(gp64(reg(1)), gp64(reg(0)));
  switch (static_cast<Alu>(m.which)) {
    case Alu::and_:
      and_(gp64(reg(1)), gp64(reg(2)));
      break;
    case Alu::or_:
      or_(gp64(reg(1)), gp64(reg(2)));
      break;
    default:
      xor_(gp64(reg(1)), gp64(reg(2)));
  }
  lock();
  cmpxchg(at, sized(1, m.size));
  jne(again);
}

void CodeEmitter::extend_unsigned(const Xbyak::Reg32& r, unsigned size) {
  const auto number = static_cast<Reg>(r.getIdx());
  if (size == 1) movzx(r, gp8(number));
  if (size == 2) movzx(r, gp16(number));
  if (size == 4) mov(r, r);
}

Xbyak::Reg CodeEmitter::sized(unsigned operand, unsigned size) const {
  switch (size) {
    case 1:
      return gp8(reg(operand));
    case 2:
      return gp16(reg(operand));
    case 4:
      return gp32(reg(operand));
    default:
      return gp64(reg(operand));
  }
}

}  // namespace wrun::inline v0::jit
