#pragma once

// Tells profilers and debuggers which function machine code is of, where a configuration asks for
// it. Under code_lock().

#include <map>
#include <memory>

#include "jit/compile_queue.hpp"
#include "jit/gdb_object.hpp"
#include "jit/jit.hpp"

namespace wrun::inline v0::jit {

struct NativeFunction;

class Announcer {
 public:
  explicit Announcer(const Observers& wanted) : wanted_(wanted) {}

  /// Whether anybody is told of anything.
  bool is_wanted() const { return wanted_.perf_map || wanted_.jitdump || wanted_.debugger; }

  /// Code that is in its place. What there is no memory for is left out.
  void made(const wasm::ModuleData& module, CodeKey key, const NativeFunction& function) noexcept;
  /// Code that is about to be freed.
  void gone(const std::uint8_t* code) noexcept;

 private:
  Observers wanted_;
  std::map<const void*, std::unique_ptr<GdbEntry>> debugged_;
};

}  // namespace wrun::inline v0::jit
