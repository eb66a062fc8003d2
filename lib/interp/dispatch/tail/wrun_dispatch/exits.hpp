#pragma once

// The ends that handlers share. One file of the interpreter includes them.

#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

template <Exit exit>
void exit_handler(const Word* pc, Slot* fp, std::uint8_t* mem, std::uint64_t mem_size,
                  Instance* inst, std::uint64_t i, float f, double d, Vector v) {
  {
    Regs r{pc, fp, mem, mem_size, inst, i, f, d, v};
    run_exit(r, exit);
    pc = r.pc;
  }
  WRUN_TAIL_CALL handler_at(pc, inst)(pc, fp, mem, mem_size, inst, i, f, d, v);
}

template void exit_handler<Exit::out_of_bounds>(const Word*, Slot*, std::uint8_t*, std::uint64_t,
                                                Instance*, std::uint64_t, float, double, Vector);
template void exit_handler<Exit::out_of_bounds_any>(const Word*, Slot*, std::uint8_t*,
                                                    std::uint64_t, Instance*, std::uint64_t, float,
                                                    double, Vector);
template void exit_handler<Exit::limit_at_entry>(const Word*, Slot*, std::uint8_t*, std::uint64_t,
                                                 Instance*, std::uint64_t, float, double, Vector);
template void exit_handler<Exit::limit>(const Word*, Slot*, std::uint8_t*, std::uint64_t, Instance*,
                                        std::uint64_t, float, double, Vector);
template void exit_handler<Exit::out_of_fuel>(const Word*, Slot*, std::uint8_t*, std::uint64_t,
                                              Instance*, std::uint64_t, float, double, Vector);
template void exit_handler<Exit::trap>(const Word*, Slot*, std::uint8_t*, std::uint64_t, Instance*,
                                       std::uint64_t, float, double, Vector);

}  // namespace wrun::inline v0::interp
