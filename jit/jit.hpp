#pragma once

// The compiler: what the layers above call.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lib/runtime/native.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::jit {

/// Who is told of machine code.
struct Observers {
  bool perf_map = false;
  bool jitdump = false;
  bool debugger = false;
};

/// What of an engine's configuration concerns machine code.
struct EngineOptions {
  bool fuel = false;
  bool interruptible = true;
  bool canonical_nans = false;
  bool deterministic = false;
  bool fused_madd = false;            ///< relaxed_madd and relaxed_nmadd round once
  std::uint32_t compile_threads = 0;  ///< 0: whoever finds that a function is hot compiles it
  std::uint64_t code_bytes = 0;       ///< the most that all machine code may take
  Observers observers = {};
  /// Memories that can have guard pages do, and faults may be handled.
  bool guard_pages = false;
  bool tries_upper_halves = false;  ///< see CompileOptions
};

/// Why a function stays interpreted.
struct Interpreted {
  std::uint32_t function = 0;
  std::string reason;
};

/// What became of a module's functions so far.
struct Census {
  std::uint32_t compiled = 0;
  std::uint32_t loops = 0;  ///< compiled a second way, to go on in a loop
  std::uint64_t code_bytes = 0;
  std::vector<Interpreted> interpreted;  ///< those that were asked for and couldn't be had
};

/// One per engine; thread-safe. Outlives the modules that it was given.
class Compiler : public runtime::NativeEngine, public std::enable_shared_from_this<Compiler> {
 public:
  /// Null where there can be no machine code; `reason` says why. Throws std::bad_alloc.
  static std::shared_ptr<Compiler> create(const EngineOptions& options, std::string& reason);

  /// Why nothing can be compiled, whatever the CPU can do; empty if it can. Maps memory for code.
  /// Throws std::bad_alloc.
  virtual std::string unavailable() = 0;

  /// Whether accesses of memory are left to guard pages, which the system can refuse. Maps memory
  /// for code. Throws std::bad_alloc.
  virtual bool relies_on_guards() = 0;

  /// Lets a module's functions be compiled, when they are hot. Once per ModuleCode, before any
  /// instance of it. Throws std::bad_alloc.
  virtual void prepare(runtime::ModuleCode& module) = 0;

  /// All that selects machine code besides the module and the build of this library: the CPU's
  /// features, options; with ", " between them. Throws std::bad_alloc.
  virtual std::string code_key() const = 0;
};

/// Of a module that was prepared.
Census census(const runtime::ModuleCode& module);

/// The forms of a function on its way to machine code; for tools and tests. Throws std::bad_alloc.
enum class Form : std::uint8_t { graph, allocated };
std::string print(const runtime::ModuleCode& module, std::uint32_t function, Form form);

/// A function's machine code, not in its place, and what it says of itself.
struct Listing {
  struct Line {
    std::uint32_t offset = 0;                  ///< in the code
    std::optional<std::uint32_t> wasm_offset;  ///< in the module; nothing: from here on no code
  };
  struct Target {
    std::uint32_t offset = 0;  ///< of four bytes
    std::string name;          ///< what they are the distance to
  };
  std::vector<std::uint8_t> code;
  std::vector<Line> lines;      ///< ascending
  std::vector<Target> targets;  ///< ascending
};
/// Or why it stays interpreted. Throws std::bad_alloc.
std::variant<Listing, std::string> list(const runtime::ModuleCode& module, std::uint32_t function);

/// Appends the machine code of all functions of a module that was prepared, and what is known of
/// it, for read_image() of any process with the same build and the same code_key(). census() names
/// functions that are left out. Throws std::bad_alloc.
void write_image(const runtime::ModuleCode& module, std::vector<std::uint8_t>& tables,
                 std::vector<std::uint8_t>& code);

/// What write_image() gave.
struct MachineImage {
  std::vector<std::uint8_t> tables;
  std::uint64_t code_bytes = 0;
  /// Reads that many bytes of the code on: 64 KiB, and at last what is left. False if it can't, or
  /// if what it read, to the last byte, isn't what was written. Throws std::bad_alloc.
  std::function<bool(std::span<std::uint8_t>)> read_code;
};
/// Why an image wasn't taken.
struct ImageRefusal {
  std::string reason;
  bool is_damaged = false;  ///< otherwise it is good, and would be taken elsewhere
};
/// Gives a module, just prepared, its machine code; nothing more will be compiled of it. Or why
/// not: then nothing has changed. Throws std::bad_alloc.
std::optional<ImageRefusal> read_image(const runtime::ModuleCode& module, MachineImage image);

/// The bytes of a function's machine code, compiled if it wasn't; empty if it stays interpreted.
std::vector<std::uint8_t> code_bytes(const runtime::ModuleCode& module, std::uint32_t function);

}  // namespace wrun::inline v0::jit
