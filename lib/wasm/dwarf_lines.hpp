#pragma once

// Lines of source text, from the .debug_line section that compilers leave in a module with -g. The
// bytes may be anything: what makes no sense ends the search, and time and memory are linear in
// their size.
//
// https://dwarfstd.org/doc/DWARF5.pdf, section 6.2;
// https://yurydelendik.github.io/webassembly-dwarf

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wasm {

struct SourceLine {
  std::string file;          ///< as the compiler was given it
  std::uint32_t line = 0;    ///< from 1
  std::uint32_t column = 0;  ///< from 1; 0: unknown
};

/// Whether the module has such a section.
bool has_lines(const ModuleData& module);

/// The lines of instructions, by their byte offsets in the module. Throws std::bad_alloc.
std::vector<std::optional<SourceLine>> find_lines(const ModuleData& module,
                                                  std::span<const std::uint32_t> offsets);

struct CallPlace;  // dwarf_inlined.hpp
/// Line 0 if it makes no sense. Throws std::bad_alloc.
SourceLine describe(const ModuleData& module, const CallPlace& place);

}  // namespace wrun::inline v0::wasm
