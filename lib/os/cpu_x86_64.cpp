#include <cpuid.h>

#include "lib/os/cpu.hpp"

namespace wrun::inline v0::os {

bool has_x86_64_v2() noexcept {
  return __builtin_cpu_supports("sse3") && __builtin_cpu_supports("ssse3") &&
         __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
         __builtin_cpu_supports("popcnt");
}

CpuExtensions cpu_extensions() noexcept {
  CpuExtensions has;
  has.avx = __builtin_cpu_supports("avx");
  has.avx2 = __builtin_cpu_supports("avx2");
  has.bmi1 = __builtin_cpu_supports("bmi");
  has.bmi2 = __builtin_cpu_supports("bmi2");
  has.fma = __builtin_cpu_supports("fma");
  // Not every compiler knows the name of this one.
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  has.lzcnt = __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0;
  return has;
}

}  // namespace wrun::inline v0::os
