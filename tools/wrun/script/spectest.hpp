#pragma once

// The module "spectest" that the specification's scripts import from.
//
// https://github.com/WebAssembly/spec/tree/main/interpreter#spectest-host-module

#include <wrun/linker.hpp>
#include <wrun/store.hpp>

namespace wrun::inline v0::tool {

/// Defines it for `store`. Its functions print nothing. What needs a feature that the engine can't
/// offer is left out, and modules that import it don't link.
Result<void> define_spectest(Linker& linker, Store& store);

}  // namespace wrun::inline v0::tool
