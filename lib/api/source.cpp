#include <wrun/source.hpp>

#include <limits>

#include "lib/api/boundary.hpp"
#include "lib/api/state.hpp"
#include "lib/wasm/dwarf_lines.hpp"

namespace wrun::inline v0 {

Result<std::vector<std::optional<SourceLocation>>> source_locations(
    const Module& module, std::span<const std::uint64_t> offsets) {
  using Locations = std::vector<std::optional<SourceLocation>>;
  return api::guarded([&]() -> Result<Locations> {
    Locations locations(offsets.size());
    const wasm::ModuleData& data = *ModuleAccess::state(module)->data;
    if (!wasm::has_lines(data)) return locations;
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> wanted;
    for (const std::uint64_t each : offsets)
      wanted.push_back(each <= most ? static_cast<std::uint32_t>(each) : 0);
    auto lines = wasm::find_lines(data, wanted);
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (lines[i])
        locations[i] = SourceLocation{std::move(lines[i]->file), lines[i]->line, lines[i]->column};
    return locations;
  });
}

}  // namespace wrun::inline v0
