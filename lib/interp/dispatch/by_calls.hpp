#pragma once

// What the dispatch policies have in common that call one handler after the other.

#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

using Handler = void (*)(Regs& r);

/// Goes on at the handler whose address is at c.
inline void far_handler(Regs& r) {
  operand<Handler>(r.pc, at_c)(r);
}

/// A handler as instructions name it.
inline Word word_of(Handler handler) {
  return distance_of(handler, &far_handler);
}
inline Handler handler_at(const Word* pc) {
  return at_distance<Handler>(*pc, reinterpret_cast<std::uintptr_t>(&far_handler));
}

/// A body does what an exit does itself.
inline constexpr bool has_exits = false;

/// The handler of an instruction whose meaning is Body::run(Regs&), which leaves pc at the next
/// instruction.
template <class Body>
void handler(Regs& r) {
  Body::run(r);
}

/// The handler that leaves the interpreter.
inline void stop_handler(Regs& r) {
  r.pc = nullptr;
}

}  // namespace wrun::inline v0::interp
