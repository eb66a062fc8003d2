#include <dlfcn.h>

#include "tools/wrun/zydis.hpp"

namespace wrun::inline v0::tool {

decltype(&ZydisDisassembleIntel) find_zydis() {
  void* library = dlopen(WRUN_ZYDIS, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  return reinterpret_cast<decltype(&ZydisDisassembleIntel)>(
      dlsym(library, "ZydisDisassembleIntel"));
}

}  // namespace wrun::inline v0::tool
