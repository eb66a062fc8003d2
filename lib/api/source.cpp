#include <wrun/source.hpp>

#include <limits>

#include "lib/api/boundary.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"
#include "lib/wasm/dwarf_inlined.hpp"
#include "lib/wasm/dwarf_lines.hpp"

namespace wrun::inline v0 {

namespace {

std::vector<std::uint32_t> to_32_bits(std::span<const std::uint64_t> offsets) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> narrow;
  for (const std::uint64_t each : offsets)
    narrow.push_back(each <= most ? static_cast<std::uint32_t>(each) : 0);
  return narrow;
}

std::optional<SourceLocation> to_location(std::optional<wasm::SourceLine>&& line) {
  if (!line || line->line == 0) return std::nullopt;
  return SourceLocation{std::move(line->file), line->line, line->column};
}

/// A function's location is where it called the one that was inlined into it.
std::vector<SourceFrame> to_frames(const wasm::ModuleData& module,
                                   std::span<const wasm::SourceFunction> functions,
                                   std::optional<wasm::SourceLine>&& line) {
  std::vector<SourceFrame> frames;
  auto at = to_location(std::move(line));
  for (const wasm::SourceFunction& each : functions) {
    frames.push_back({std::string(each.name), std::move(at)});
    at = each.inlined_at ? to_location(wasm::describe(module, *each.inlined_at)) : std::nullopt;
  }
  return frames;
}

}  // namespace

Result<std::vector<std::optional<SourceLocation>>> source_locations(
    const Module& module, std::span<const std::uint64_t> offsets) {
  using Locations = std::vector<std::optional<SourceLocation>>;
  return api::guarded([&]() -> Result<Locations> {
    const auto code = ModuleAccess::state(module);
    if (!code) return api::empty_object("Module");
    Locations locations(offsets.size());
    const wasm::ModuleData& data = *code->data;
    if (!wasm::has_lines(data)) return locations;
    auto lines = wasm::find_lines(data, to_32_bits(offsets));
    for (std::size_t i = 0; i < lines.size(); ++i) locations[i] = to_location(std::move(lines[i]));
    return locations;
  });
}

Result<std::vector<std::vector<SourceFrame>>> source_frames(
    const Module& module, std::span<const std::uint64_t> offsets) {
  using Frames = std::vector<std::vector<SourceFrame>>;
  return api::guarded([&]() -> Result<Frames> {
    const auto code = ModuleAccess::state(module);
    if (!code) return api::empty_object("Module");
    Frames frames(offsets.size());
    const wasm::ModuleData& data = *code->data;
    if (!wasm::has_lines(data)) return frames;
    const auto wanted = to_32_bits(offsets);
    auto lines = wasm::find_lines(data, wanted);
    const auto functions = wasm::find_functions(data, wanted);
    for (std::size_t i = 0; i < frames.size(); ++i)
      frames[i] = to_frames(data, functions[i], std::move(lines[i]));
    return frames;
  });
}

}  // namespace wrun::inline v0
