#pragma once

// The source lines of a backtrace.

#include <optional>
#include <span>
#include <vector>

#include <wrun/error.hpp>
#include <wrun/source.hpp>

namespace wrun::inline v0::tool {

/// By frame; shorter if there is nothing to say of the others.
using FrameLines = std::vector<std::optional<SourceLocation>>;

/// Frames are of the one of these modules that has their module's name.
FrameLines frame_lines(std::span<const Module> modules, const Error& error);

}  // namespace wrun::inline v0::tool
