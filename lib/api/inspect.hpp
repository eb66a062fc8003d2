#pragma once

// What tools and tests may see of the engine's inside. Not installed.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <wrun/linker.hpp>
#include <wrun/module.hpp>
#include <wrun/result.hpp>
#include <wrun/store.hpp>

#include "jit/jit.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::api {

/// Valid while the module lives.
const wasm::ModuleData& data(const Module& module);

/// The slot code of a function, translated if it wasn't yet; `index` counts imports. Errors: usage
/// (no such function, or an imported one), limit.
Result<std::string> slots(const Module& module, std::uint32_t index);

/// How many of the module's functions were translated for the interpreter so far.
std::uint32_t interpreted_functions(const Module& module);

/// What became of the module's functions in the compiler; all zero without one.
struct CompiledCounts {
  std::uint32_t functions = 0;
  std::uint32_t loops = 0;  ///< compiled a second way, entered in mid-loop
  std::uint64_t bytes = 0;
  std::vector<std::pair<std::uint32_t, std::string>> interpreted;  ///< function, why
};
CompiledCounts compiled_functions(const Module& module);

/// A function on its way to machine code: as the compiler's graph, or with registers. Errors:
/// usage (as slots(), or there is no compiler), limit.
Result<std::string> compiler_graph(const Module& module, std::uint32_t index);
Result<std::string> compiler_registers(const Module& module, std::uint32_t index);
/// The same as machine code, not in its place; or why it stays interpreted, as an error (usage).
Result<jit::Listing> machine_listing(const Module& module, std::uint32_t index);
/// Its machine code; empty if it stays interpreted.
Result<std::vector<std::uint8_t>> machine_code(const Module& module, std::uint32_t index);

/// Cells and handles of a store: what its heap holds and what the host holds of it.
struct HeapCounts {
  std::size_t cells = 0;
  std::size_t handles = 0;
};
Result<HeapCounts> heap_counts(const Store& store);

/// Makes the store collect at every allocation in its heap, for tests.
void stress_collector(const Store& store);

/// An engine that fills the upper halves of i32s with garbage wherever they are unspecified (slots
/// at calls and in loops that compiled code enters, what hosts get and return), for tests; and ends
/// the process where compiled code gives another function an i32 whose upper half isn't 0.
Engine engine_that_tries_upper_halves(const Config& config);

}  // namespace wrun::inline v0::api
