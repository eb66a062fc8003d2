#pragma once

// What a compilation is asked for.

#include <cstdint>
#include <optional>
#include <string>

namespace wrun::inline v0::jit {

/// What relaxed_madd and relaxed_nmadd become.
enum class Madd : std::uint8_t {
  unfused,  ///< a product and a sum, each rounded
  fused,    ///< an instruction that rounds once
  called    ///< functions that do, where the CPU has no such instruction
};

struct CompileOptions {
  bool fuel = false;            ///< charge, by lib/wasm/fuel_blocks.hpp
  bool interruptible = false;   ///< poll at loop headers
  bool canonical_nans = false;  ///< those that instructions make
  bool deterministic = false;   ///< charge calls for their frames, by lib/wasm/frame_cost.hpp
  Madd madd = Madd::unfused;
  /// Check every access to memory; else memories that can have guard pages (runtime::has_guard)
  /// have them.
  bool explicit_bounds = false;
  /// Byte offset in the module of a `loop`: enter there, from an interpreter's frame.
  std::optional<std::uint32_t> osr_offset;
  bool inlines = true;  ///< replace calls by what they call (inlining.hpp)
  bool lines = false;   ///< remember where each instruction came from
  /// For tests: fill the upper halves of i32s with garbage where anything may be in them (slots,
  /// what the host returns), and end the process where something is in them that mustn't be
  /// (arguments and results between compiled functions, results of helpers).
  bool tries_upper_halves = false;
};

/// Why a function has to stay interpreted.
struct Unsupported {
  std::string reason;
  std::uint32_t offset = 0;  ///< of the instruction, in bytes from the module's start
};

}  // namespace wrun::inline v0::jit
