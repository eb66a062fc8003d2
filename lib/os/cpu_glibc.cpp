#include "lib/os/cpu.hpp"

// The header is C's alone.
#define _Bool bool
#include <sys/platform/x86.h>
#undef _Bool

// The dynamic linker has asked the processor already. To ask again is slow where a hypervisor
// answers, once for each of some thirty questions.

namespace wrun::inline v0::os {

bool has_x86_64_v2() noexcept {
  return CPU_FEATURE_ACTIVE(SSE3) && CPU_FEATURE_ACTIVE(SSSE3) && CPU_FEATURE_ACTIVE(SSE4_1) &&
         CPU_FEATURE_ACTIVE(SSE4_2) && CPU_FEATURE_ACTIVE(POPCNT);
}

CpuExtensions cpu_extensions() noexcept {
  CpuExtensions has;
  has.avx = CPU_FEATURE_ACTIVE(AVX);
  has.avx2 = CPU_FEATURE_ACTIVE(AVX2);
  has.bmi1 = CPU_FEATURE_ACTIVE(BMI1);
  has.bmi2 = CPU_FEATURE_ACTIVE(BMI2);
  has.fma = CPU_FEATURE_ACTIVE(FMA);
  has.lzcnt = CPU_FEATURE_ACTIVE(LZCNT);
  return has;
}

}  // namespace wrun::inline v0::os
