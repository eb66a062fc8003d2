#include "jit/cpu_features.hpp"

#include "lib/os/cpu.hpp"

namespace wrun::inline v0::jit {

CpuFeatures CpuFeatures::detect() {
  const os::CpuExtensions has = os::cpu_extensions();
  CpuFeatures features;
  features.has_v2 = os::has_x86_64_v2();
  features.has_bmi1 = has.bmi1;
  features.has_bmi2 = has.bmi2;
  features.has_lzcnt = has.lzcnt;
  features.has_avx = has.avx;
  features.has_avx2 = has.avx2;
  features.has_fma = has.fma;
  return features;
}

}  // namespace wrun::inline v0::jit
