#pragma once

// What the processor that runs this can do, beyond what the program was compiled for.

namespace wrun::inline v0::os {

/// Whether it has the instructions of x86-64-v2 (up to SSE4.2 and POPCNT). No other architecture
/// has.
bool has_x86_64_v2() noexcept;

/// What of x86-64-v3 it has, and the system lets programs use. Nothing on other architectures.
struct CpuExtensions {
  bool avx = false;
  bool avx2 = false;
  bool bmi1 = false;
  bool bmi2 = false;
  bool fma = false;
  bool lzcnt = false;
};
CpuExtensions cpu_extensions() noexcept;

}  // namespace wrun::inline v0::os
