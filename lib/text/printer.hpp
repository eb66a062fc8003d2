#pragma once

// A binary module as text: fields in the order of the binary, instructions flat and indented.
//
// Promises. parse_module() of the text gives a module with the same instructions, types, segments,
// names and custom sections. Where the binary is encoded as parse_module() encodes (shortest
// integers, no empty sections, locals as runs of distinct types, a data count section just where
// code needs one, table and memory 0 of segments implicit), it gives the very same bytes. For every
// other module, what it gives is encoded so: printing and parsing that changes nothing any more.

#include <cstdint>
#include <string>

#include <wrun/result.hpp>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wat {

struct PrintOptions {
  /// Longest text; above it printing ends with ErrorKind::limit. A small module can declare very
  /// many locals.
  std::uint64_t max_size = std::uint64_t{2} << 30;
};

/// Prints a module that was decoded and validated.
Result<std::string> print_module(const wasm::ModuleData& module, const PrintOptions& options = {});

/// One function of it: "(func ...)".
Result<std::string> print_function(const wasm::ModuleData& module, wasm::FuncIdx function,
                                   const PrintOptions& options = {});

}  // namespace wrun::inline v0::wat
