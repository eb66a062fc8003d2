#include "tools/wrun/layout/initialisers.hpp"

void wrun::tool::initialise_globals() {}
