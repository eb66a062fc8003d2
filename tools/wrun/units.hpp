#pragma once

// Amounts as people write them on a command line, and read them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wrun::inline v0::tool {

/// "65536", "64K", "64KiB", "1.5G"; powers of 1024. Nothing if it isn't one or doesn't fit.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// "500ms", "2s", "1.5m", "1h"; a bare number is seconds. Nothing if it isn't one or doesn't fit.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// With the unit that fits, and three digits or more: "12.3 us", "4.56 s".
std::string format_duration(std::chrono::nanoseconds time);

}  // namespace wrun::inline v0::tool
