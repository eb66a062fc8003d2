#include "tools/wrun/zydis.hpp"

namespace wrun::inline v0::tool {

decltype(&ZydisDisassembleIntel) find_zydis() {
  return &ZydisDisassembleIntel;
}

}  // namespace wrun::inline v0::tool
