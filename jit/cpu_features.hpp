#pragma once

// What compiled code may use beyond x86-64-v2.

namespace wrun::inline v0::jit {

struct CpuFeatures {
  bool has_v2 = false;  ///< without it there is no compiler
  bool has_bmi1 = false;
  bool has_bmi2 = false;
  bool has_lzcnt = false;
  bool has_avx = false;
  bool has_avx2 = false;
  bool has_fma = false;

  /// Of the CPU that this runs on.
  static CpuFeatures detect();
};

}  // namespace wrun::inline v0::jit
