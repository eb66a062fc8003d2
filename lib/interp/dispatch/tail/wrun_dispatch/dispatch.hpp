#pragma once

// Dispatch by tail calls: each handler ends in a jump to the next one, and the registers stay in
// machine registers. Chosen by CMake where a probe shows that the build's flags give real jumps.

#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

using Handler = void (*)(const Word* pc, Slot* fp, std::uint8_t* mem, std::uint64_t mem_size,
                         Instance* inst, std::uint64_t i, float f, double d, Vector v);

#if defined(__clang__)
#define WRUN_TAIL_CALL [[clang::musttail]] return
#else
#define WRUN_TAIL_CALL return
#endif

/// Goes on at the handler whose address is at c.
inline void far_handler(const Word* pc, Slot* fp, std::uint8_t* mem, std::uint64_t mem_size,
                        Instance* inst, std::uint64_t i, float f, double d, Vector v) {
  WRUN_TAIL_CALL operand<Handler>(pc, at_c)(pc, fp, mem, mem_size, inst, i, f, d, v);
}

/// A handler as instructions name it.
inline Word word_of(Handler handler) {
  return distance_of(handler, &far_handler);
}
/// The instance has far_handler's address, which costs a handler one instruction less, and six
/// bytes, than computing it.
inline Handler handler_at(const Word* pc, const Instance* inst) {
  return at_distance<Handler>(*pc, inst->handlers);
}

/// An exit is a handler, which others jump to (exits.hpp).
inline constexpr bool has_exits = true;
template <Exit exit>
void exit_handler(const Word* pc, Slot* fp, std::uint8_t* mem, std::uint64_t mem_size,
                  Instance* inst, std::uint64_t i, float f, double d, Vector v);

/// The handler of an instruction whose meaning is Body::run(Regs&), which leaves pc at the next
/// instruction. Which exit a body takes is known on each way through it, so no handler asks. The
/// registers' lifetime ends before the jump: a body that isn't inlined has seen their address, and
/// g++ makes a call of a jump while they live. Flattened, since a body is to be inlined whatever
/// its size, with what it is made of, unless it says that it isn't.
template <class Body>
[[gnu::flatten]] void handler(const Word* pc, Slot* fp, std::uint8_t* mem, std::uint64_t mem_size,
                              Instance* inst, std::uint64_t i, float f, double d, Vector v) {
  Exit exit;
  {
    Regs r{pc, fp, mem, mem_size, inst, i, f, d, v};
    Body::run(r);
    exit = r.exit;
    pc = r.pc;
    fp = r.fp;
    mem = r.mem;
    mem_size = r.mem_size;
    inst = r.inst;
    i = r.i;
    f = r.f;
    d = r.d;
    v = r.v;
  }
  switch (exit) {
    case Exit::out_of_bounds:
      WRUN_TAIL_CALL exit_handler<Exit::out_of_bounds>(pc, fp, mem, mem_size, inst, i, f, d, v);
    case Exit::out_of_bounds_any:
      WRUN_TAIL_CALL exit_handler<Exit::out_of_bounds_any>(pc, fp, mem, mem_size, inst, i, f, d, v);
    case Exit::limit_at_entry:
      WRUN_TAIL_CALL exit_handler<Exit::limit_at_entry>(pc, fp, mem, mem_size, inst, i, f, d, v);
    case Exit::limit:
      WRUN_TAIL_CALL exit_handler<Exit::limit>(pc, fp, mem, mem_size, inst, i, f, d, v);
    case Exit::out_of_fuel:
      WRUN_TAIL_CALL exit_handler<Exit::out_of_fuel>(pc, fp, mem, mem_size, inst, i, f, d, v);
    case Exit::trap:
      WRUN_TAIL_CALL exit_handler<Exit::trap>(pc, fp, mem, mem_size, inst, i, f, d, v);
    case Exit::none:
      WRUN_TAIL_CALL handler_at(pc, inst)(pc, fp, mem, mem_size, inst, i, f, d, v);
  }
}

/// The handler that leaves the interpreter.
inline void stop_handler(const Word*, Slot*, std::uint8_t*, std::uint64_t, Instance*, std::uint64_t,
                         float, double, Vector) {}

/// Runs from r.pc until an instruction with stop_handler.
inline void dispatch(const Regs& r) {
  handler_at(r.pc, r.inst)(r.pc, r.fp, r.mem, r.mem_size, r.inst, r.i, r.f, r.d, r.v);
}

inline constexpr const char* dispatch_name = "tail calls";
/// Whether instructions that often follow each other share a dispatch (sequences.hpp).
inline constexpr bool combines_instructions = true;

}  // namespace wrun::inline v0::interp
