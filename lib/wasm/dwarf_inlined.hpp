#pragma once

// Which functions of the source an instruction is of, from the .debug_info section that compilers
// leave in a module with -g: the one that the module has, and those that were inlined into it. The
// bytes may be anything: what makes no sense ends the search, and so does more work than honest
// sections of their size need.
//
// https://dwarfstd.org/doc/DWARF5.pdf, sections 2.17, 3.3.8 and 7.5

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wasm {

/// Where an inlined function was called, as the unit's lines count files.
struct CallPlace {
  std::uint64_t lines = 0;  ///< where the unit's program starts in .debug_line
  std::uint64_t file = 0;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};

/// A function at an instruction. Views into the module.
struct SourceFunction {
  std::string_view name;  ///< as the source has it, or empty
  std::optional<CallPlace> inlined_at;
};

/// For each byte offset in the module, innermost first; the last one is inlined nowhere. Throws
/// std::bad_alloc.
std::vector<std::vector<SourceFunction>> find_functions(const ModuleData& module,
                                                        std::span<const std::uint32_t> offsets);

}  // namespace wrun::inline v0::wasm
