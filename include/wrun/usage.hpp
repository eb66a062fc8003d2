#pragma once

// What stores and budgets used, as text for other programs. What wasn't measured says so, and is
// never 0.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <wrun/export.hpp>
#include <wrun/limits.hpp>

namespace wrun {
inline namespace v0 {

/// As an object of JSON, on one line: {"instructions":null,"host_calls":7,...}. What wasn't
/// measured is null; times are in nanoseconds. Names that aren't UTF-8 have U+FFFD for each byte
/// that isn't. Throws std::bad_alloc.
WRUN_API std::string to_json(const Usage& usage);

namespace detail {
// A template, since it takes no time to compile where it isn't used.
template <class Label, class Usage>
struct LabelledUsageOf {
  std::vector<Label> labels = {};
  Usage usage = {};
};
}  // namespace detail

/// A usage, and what tells it from others: {{"tenant", "a"}}. A label's name begins with a letter
/// or underscore and goes on with these and digits: whatever else is in it becomes an underscore.
/// Values may be anything; bytes that aren't UTF-8 become U+FFFD.
using LabelledUsage = detail::LabelledUsageOf<std::pair<std::string, std::string>, Usage>;

/// In Prometheus's text format, each metric with a sample for each usage:
///
///   # TYPE wrun_host_calls_total counter
///   wrun_host_calls_total{tenant="a"} 7
///
/// Instead of a sample that wasn't measured there is a comment. Times are in seconds. Calls by name
/// have one more label, function; soft limits that were passed are samples of 1 with the label
/// resource. Throws std::bad_alloc.
WRUN_API std::string to_prometheus(std::span<const LabelledUsage> usages);

}  // namespace v0
}  // namespace wrun
