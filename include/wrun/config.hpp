#pragma once

// What is fixed when an engine is made, because it selects what code is generated. Amounts (how
// much fuel, how much memory) are a store's business: limits.hpp.

#include <cstdint>
#include <string>

#include <wrun/features.hpp>

namespace wrun {
inline namespace v0 {

/// How large a module may be; the defaults are those of the JS embedding API, so that a module
/// that loads in a browser loads here. Going over one is ErrorKind::limit.
/// https://webassembly.github.io/spec/js-api/#limits
struct ModuleLimits {
  std::uint64_t module_size = 1024u * 1024 * 1024;  ///< bytes, of the text and unpacked form too
  std::uint32_t types = 1'000'000;
  std::uint32_t functions = 1'000'000;
  std::uint32_t imports = 1'000'000;
  std::uint32_t exports = 1'000'000;
  std::uint32_t globals = 1'000'000;
  std::uint32_t tables = 100'000;
  std::uint32_t memories = 100;
  std::uint32_t data_segments = 100'000;
  std::uint32_t element_segments = 10'000'000;
  std::uint32_t function_size = 7'654'321;  ///< bytes of one body
  std::uint32_t locals = 50'000;            ///< of one function
};

/// How code is run. What a module computes never depends on it, but for the bits of new NaNs, which
/// Config::canonical_nans fixes.
enum class Tier : std::uint8_t {
  automatic,    ///< interpreted, and compiled when it is hot, in the middle of a loop too
  interpreter,  ///< no machine code is ever made
  compiler      ///< each function is compiled at its first call; interpreted where that can't be
};

/// How compiled code makes sure that it stays inside a memory. What a module computes never depends
/// on it.
enum class MemoryChecks : std::uint8_t {
  /// By inaccessible pages behind each memory, where the process may reserve 4 GiB of address space
  /// for each, and handle SIGSEGV and SIGBUS; else explicitly. Handlers that were there before get
  /// what isn't WebAssembly's, and are put back when no engine needs ours any more.
  automatic,
  explicit_checks,  ///< by comparing: memories are small, no handler is installed
  /// As `automatic`, but where there can be machine code and no guard pages, no module loads:
  /// ErrorKind::limit. What is interpreted compares in any case.
  guard_pages
};

/// What relaxed vector instructions compute where the specification leaves it open. Either way it
/// is the same in every tier and on every CPU: docs/relaxed-simd.md.
enum class RelaxedSimd : std::uint8_t {
  deterministic,  ///< what the specification's deterministic profile says
  /// The same, but `relaxed_madd` and `relaxed_nmadd` round once instead of twice: one instruction
  /// where the CPU has FMA, many where it doesn't.
  fused
};

struct Config {
  /// Where there is no compiler (another CPU, no executable memory) everything is interpreted;
  /// Engine::info() says so.
  Tier tier = Tier::automatic;
  /// Of Tier::automatic: after how many calls and turns of loops together a function is compiled;
  /// at least 1.
  std::uint32_t hot_after = 2000;
  /// Of Tier::automatic: how many threads compile what is hot, while it goes on being interpreted.
  /// 0: whoever runs it compiles it, too; no thread is ever started. They are started when the
  /// first function is hot, block all signals, and end with the engine and its modules.
  std::uint32_t compile_threads = 0;
  /// The most machine code there may be at a time; beyond, functions stay interpreted. A module may
  /// have 256 KiB and four times its own size, and as much again to go on in loops. An eighth is
  /// kept for the ways between compiled and interpreted functions: some hundred bytes for each
  /// shape of function type in modules that live; a module that needs more is refused (limit).
  std::uint64_t code_bytes = 512u * 1024 * 1024;
  /// Engine::info() says what came of it, and why. Once it is guard pages, a memory for which there
  /// is no address space is ErrorKind::limit.
  MemoryChecks memory_checks = MemoryChecks::automatic;
  /// A module that uses others is ErrorKind::invalid, and the error names the feature.
  Features features = Features::wasm3();
  /// Count instructions, so that stores can limit them. Costs some time in small loops.
  bool fuel = false;
  /// Let Store::interrupt() and deadlines stop loops. Without it they strike at calls only, and in
  /// machine code not at those of functions that call nothing: a loop of such calls goes on.
  bool interruptible = true;
  /// Every NaN that an instruction makes is the positive one whose payload is its highest bit
  /// alone, on every CPU and in every tier. Without it, sign and payload may differ between those.
  /// Costs some time in what computes with floats.
  bool canonical_nans = false;
  RelaxedSimd relaxed_simd = RelaxedSimd::deterministic;
  /// What a module computes, where it traps and what it costs is the same in every tier, on every
  /// CPU, whatever the time: docs/deterministic.md says what remains the host's part. Stacks and
  /// Limits::heap_bytes are counted in other units then, and NaNs are canonical.
  bool deterministic = false;
  /// For each store's WebAssembly stack, reserved when it first runs and committed as it is used.
  /// Using it up is ErrorKind::exhaustion. Rounded up to pages; at least 64 KiB.
  std::uint64_t stack_bytes = 1024 * 1024;
  ModuleLimits module_limits = {};
  /// A directory for machine code, so that modules that were compiled before load with theirs:
  /// made with mode 0700 where there is none; one that others may use is an error (io) when a
  /// module is loaded. What isn't there is compiled and put there when it is loaded: all of it,
  /// whatever Config::tier says, unless that is Tier::interpreter. Any number of processes may
  /// share it. Nothing is read or written where there is no compiler.
  std::string cache = {};
  /// The most that the cache may hold, in bytes; beyond, what wasn't used for longest is removed.
  std::uint64_t cache_bytes = 1024u * 1024 * 1024;
  /// Tell `perf` the names of compiled functions, in /tmp/perf-PID.map.
  bool perf_map = false;
  /// Write compiled functions to jit-PID.dump in the current directory, for `perf inject --jit`.
  bool jitdump = false;
  /// Tell debuggers of compiled functions, by gdb's JIT interface. Costs time and memory.
  bool debugger = false;
};

}  // namespace v0
}  // namespace wrun
