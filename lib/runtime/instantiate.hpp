#pragma once

// From a module and its imports to an instance.
//
// https://webassembly.github.io/spec/core/exec/modules.html#instantiation

#include <cstddef>
#include <memory>
#include <span>

#include <wrun/result.hpp>

#include "lib/runtime/extern.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// Whether something of type `found` may be the module's import number `import`; null is for an
/// import that nobody defined. Error{unlinkable} names the import, what it needs and what it got.
Result<void> check_import(const wasm::ModuleData& module, std::size_t import,
                          const ExternType* found);

/// check_import for all; `imports` are in the module's order. Error{usage} if one is of another
/// store than `store`.
Result<void> check_imports(const Store& store, const wasm::ModuleData& module,
                           std::span<const Extern> imports);

/// Allocates an instance and initialises it: globals, tables, element and data segments, in the
/// specification's order. Doesn't run the start function: the caller does, if module has one.
/// `imports` were checked; they must be reachable from roots. When it fails with a trap, what
/// active segments wrote before stays written. A safe point. The instance isn't rooted.
Result<Instance*> instantiate_checked(Store& store, std::shared_ptr<ModuleCode> module,
                                      std::span<const Extern> imports);

/// check_imports, then instantiate_checked.
Result<Instance*> instantiate(Store& store, std::shared_ptr<ModuleCode> module,
                              std::span<const Extern> imports);

/// The start function, or null.
const FuncRef* start_function(const Instance& instance);

}  // namespace wrun::inline v0::runtime
