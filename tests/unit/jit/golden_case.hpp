#pragma once

// A golden test's file: a module, maybe after a line of options, and behind a line of dashes what
// is made of each function:
//
//   ;; fuel interruptible canonical explicit osr=0 (the number of the loop in the function)
//   ;; fused called (what relaxed_madd is) optimized inlined avx (a CPU of x86-64-v3)
//   ;; operations (no machine code, which would say where members of structures are)
//   (module ...)
//   ------
//   function 0:
//   ...
//
// WRUN_UPDATE=1 writes what is made today into the files.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jit/cpu_features.hpp"
#include "jit/options.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::jit {

struct Settings {
  CompileOptions options;
  CpuFeatures cpu;
  bool is_optimized = false;
  bool has_code = true;
  std::optional<std::size_t> osr_loop;

  /// Sets where `function` is entered; false if it has no such loop.
  bool choose_loop(const wasm::ModuleData& module, wasm::FuncIdx function);
};

/// The files of a folder, without what is behind their dots.
std::vector<std::string> case_names(const std::filesystem::path& folder);

/// The text of one of the module's functions.
using MakeText =
    std::function<std::string(const wasm::ModuleData&, wasm::FuncIdx, const Settings&)>;
/// Compares what is made with the file, or writes it.
void expect_golden(const std::filesystem::path& path, const MakeText& make);

}  // namespace wrun::jit
