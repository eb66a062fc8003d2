#pragma once

// A benchmark's figures: as a table, as JSON, as a page.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/wrun/bench/times.hpp"

namespace wrun::inline v0::tool {

/// "FILE: N bytes, M rounds"
std::string bench_title(const BenchTimes& times);

/// Phase, tier, median, least and spread, as people read them.
using BenchRow = std::vector<std::string>;
std::vector<BenchRow> bench_rows(const BenchTimes& times);

/// What figures and phases mean, a sentence each.
std::vector<std::string> bench_notes(const BenchTimes& times);

std::string bench_text(const BenchTimes& times);

/// Times are in nanoseconds; each round's are there.
nlohmann::ordered_json bench_json(const BenchTimes& times);

/// The document: a plot per phase, with a mark for each round, and the table.
std::string bench_page(const BenchTimes& times);

}  // namespace wrun::inline v0::tool
