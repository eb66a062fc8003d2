#include "tools/wrun/bench/times.hpp"

#include <algorithm>

namespace wrun::inline v0::tool {
namespace {

/// Of what is sorted already.
Nanoseconds middle(const std::vector<Nanoseconds>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 != 0 ? sorted[half]
                                : sorted[half - 1] + (sorted[half] - sorted[half - 1]) / 2;
}

}  // namespace

std::string_view meaning(Phase phase) {
  switch (phase) {
    case Phase::load:
      return "decoding and validating the binary module, which is in memory already";
    case Phase::compile:
      return "all functions to machine code, one after the other; auto compiles what is hot during "
             "the run instead";
    case Phase::instantiate:
      return "resolving imports, making memories and tables, their segments, the start function";
    case Phase::run:
      return "the call; what is interpreted is translated at its first call, and that is included";
    case Phase::total:
      return "these together, and nothing else: neither reading the file nor granting";
  }
  return {};
}

Summary summary_of(const std::vector<Nanoseconds>& times) {
  std::vector<Nanoseconds> sorted = times;
  std::sort(sorted.begin(), sorted.end());
  Summary summary{middle(sorted), sorted.front(), sorted.back()};
  for (Nanoseconds& each : sorted) each = std::chrono::abs(each - summary.median);
  std::sort(sorted.begin(), sorted.end());
  summary.spread = middle(sorted);
  return summary;
}

}  // namespace wrun::inline v0::tool
