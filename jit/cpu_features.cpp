#include "jit/cpu_features.hpp"

#include <xbyak/xbyak_util.h>

#include "lib/os/cpu.hpp"

namespace wrun::inline v0::jit {

CpuFeatures CpuFeatures::detect() {
  using Xbyak::util::Cpu;
  const Cpu cpu;
  CpuFeatures features;
  features.has_v2 = os::has_x86_64_v2();
  features.has_bmi1 = cpu.has(Cpu::tBMI1);
  features.has_bmi2 = cpu.has(Cpu::tBMI2);
  features.has_lzcnt = cpu.has(Cpu::tLZCNT);
  features.has_avx = cpu.has(Cpu::tAVX);
  features.has_avx2 = cpu.has(Cpu::tAVX2);
  features.has_fma = cpu.has(Cpu::tFMA);
  return features;
}

}  // namespace wrun::inline v0::jit
