#include "tools/wrun/lines.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace wrun::inline v0::tool {
namespace {

/// Null if it can't be told.
const Module* module_of(std::span<const Module> modules, std::string_view name) {
  const Module* found = nullptr;
  for (const Module& each : modules) {
    if (each.name().value_or(std::string_view()) != name) continue;
    if (found != nullptr && *found != each) return nullptr;
    found = &each;
  }
  return found;
}

/// What source_frames() gave, each function with the place of its own call instead of what it
/// calls.
std::vector<SourceFrame> inlined_of(std::vector<SourceFrame> functions) {
  if (functions.empty()) return functions;
  for (std::size_t i = 0; i + 1 < functions.size(); ++i)
    functions[i].location = std::move(functions[i + 1].location);
  functions.pop_back();
  return functions;
}

}  // namespace

FrameLines frame_lines(std::span<const Module> modules, const Error& error) {
  if (error.details() == nullptr) return {};
  const std::vector<Frame>& frames = error.details()->backtrace;
  FrameLines lines(frames.size());
  for (const Module& module : modules) {
    std::vector<std::size_t> places;
    std::vector<std::uint64_t> offsets;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (lines[i].at || module_of(modules, frames[i].module) != &module) continue;
      places.push_back(i);
      offsets.push_back(frames[i].offset);
    }
    const auto found = source_locations(module, offsets);
    const auto functions = source_frames(module, offsets);
    if (!found || !functions) continue;
    for (std::size_t i = 0; i < places.size(); ++i)
      lines[places[i]] = {(*found)[i], inlined_of((*functions)[i])};
  }
  const auto any =
      std::any_of(lines.begin(), lines.end(), [](const auto& line) { return !!line.at; });
  return any ? lines : FrameLines{};
}

}  // namespace wrun::inline v0::tool
