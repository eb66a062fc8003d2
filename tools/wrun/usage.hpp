#pragma once

// What a run cost, as text and as JSON. What wasn't measured says so, and is never 0.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wrun/limits.hpp>
#include <wrun/wasi/context.hpp>

namespace wrun::inline v0::tool {

struct MeasuredUsage {
  std::optional<Usage> store;           ///< absent if it can't be asked
  std::optional<wasi::HostUsage> host;  ///< absent if the guest had no WASI
  /// Why none can be compiled, where it was asked for.
  std::optional<std::string> no_compiler;
  /// Functions that were to be compiled and stay interpreted, and why.
  std::vector<std::pair<std::uint32_t, std::string>> interpreted;
};

/// With its line end.
std::string interpreted_line(std::uint32_t function, std::string_view reason);

/// A line per figure, each with its line end.
std::string usage_text(const MeasuredUsage& usage);

/// One object; null for what wasn't measured.
nlohmann::ordered_json usage_json(const MeasuredUsage& usage);

}  // namespace wrun::inline v0::tool
