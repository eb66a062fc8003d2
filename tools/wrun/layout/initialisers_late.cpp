// script.ld keeps the initialisers of the command's own files between two symbols.

#include "tools/wrun/layout/initialisers.hpp"

extern "C" {
using Initialiser = void (*)();
extern const Initialiser wrun_initialisers[];
extern const Initialiser wrun_initialisers_end[];
}

void wrun::tool::initialise_globals() {
  for (const Initialiser* each = wrun_initialisers; each != wrun_initialisers_end; ++each)
    (*each)();
}
