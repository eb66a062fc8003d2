#pragma once

// Amounts as hosts give and get them, and as the run time has them.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include <wrun/limits.hpp>

#include "lib/runtime/limits.hpp"

namespace wrun::inline v0::api {

/// Less than none is none; absent is unlimited.
std::uint64_t nanoseconds(std::optional<std::chrono::nanoseconds> time);
runtime::SoftLimits to_runtime(const SoftLimits& limits);
std::function<bool(const runtime::Growth&)> to_runtime(const decltype(Limits::may_grow)& may_grow);

/// What meters say; the times are there, too.
Usage usage_of(const std::function<const runtime::Meter&(runtime::Resource)>& used);

}  // namespace wrun::inline v0::api
