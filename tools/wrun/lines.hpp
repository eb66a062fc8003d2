#pragma once

// The source lines of a backtrace.

#include <optional>
#include <span>
#include <vector>

#include <wrun/error.hpp>
#include <wrun/source.hpp>

namespace wrun::inline v0::tool {

struct FrameLine {
  std::optional<SourceLocation> at;
  /// The functions that were inlined there, innermost first, and where each was called.
  std::vector<SourceFrame> inlined;
};

/// By frame; shorter if there is nothing to say of the others.
using FrameLines = std::vector<FrameLine>;

/// Frames are of the one of these modules that has their module's name.
FrameLines frame_lines(std::span<const Module> modules, const Error& error);

}  // namespace wrun::inline v0::tool
