#pragma once

// Lines of source text, for modules that were compiled with -g: which line an instruction of a
// backtrace is from. Reads the module's .debug_line each time; that isn't for hot paths.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <wrun/error.hpp>
#include <wrun/module.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {

struct SourceLocation {
  std::string file;          ///< as the guest's compiler was given it; any bytes
  std::uint32_t line = 0;    ///< from 1
  std::uint32_t column = 0;  ///< from 1; 0 where it is unknown
};

/// For each byte offset in the module, as Frame::offset has them, its location if there is one.
/// Whatever the module holds, there is an answer. Errors: limit (no memory).
WRUN_API Result<std::vector<std::optional<SourceLocation>>> source_locations(
    const Module& module, std::span<const std::uint64_t> offsets);

/// A function of the source, and where it was: at the instruction, or at the call of a function
/// that the guest's compiler inlined into it.
struct SourceFrame {
  std::string function;  ///< as the source has it, without scopes; any bytes
  std::optional<SourceLocation> location;
};

/// For each byte offset in the module, the functions that its instruction is of, innermost first:
/// those that were inlined, and last the one that the module has. None where .debug_info says
/// nothing. Whatever the module holds, there is an answer. Errors: limit (no memory).
WRUN_API Result<std::vector<std::vector<SourceFrame>>> source_frames(
    const Module& module, std::span<const std::uint64_t> offsets);

}  // namespace v0
}  // namespace wrun
