#include "lib/os/cpu.hpp"

namespace wrun::inline v0::os {

bool has_x86_64_v2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse3") && __builtin_cpu_supports("ssse3") &&
         __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
         __builtin_cpu_supports("popcnt");
#else
  return false;
#endif
}

}  // namespace wrun::inline v0::os
