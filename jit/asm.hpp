#pragma once

// xbyak, and what this project's code adds to it: registers by number, memory by base and
// distance.

#include <xbyak/xbyak.h>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

inline Xbyak::Reg32 gp32(Reg r) {
  return Xbyak::Reg32(r);
}
inline Xbyak::Reg64 gp64(Reg r) {
  return Xbyak::Reg64(r);
}
inline Xbyak::Reg8 gp8(Reg r) {
  // Numbers 4 to 7 with a REX prefix: spl and so on.
  return Xbyak::Reg8(r, r >= 4 && r < 8);
}
inline Xbyak::Reg16 gp16(Reg r) {
  return Xbyak::Reg16(r);
}
inline Xbyak::Xmm vec(Reg r) {
  return Xbyak::Xmm(r - 16);
}

}  // namespace wrun::inline v0::jit
