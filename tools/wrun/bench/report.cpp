#include "tools/wrun/bench/report.hpp"

#include <fmt/format.h>

#include <iterator>

#include "tools/wrun/units.hpp"

namespace wrun::inline v0::tool {
namespace {

/// How far from the median, in hundredths of it.
std::string percent(const Summary& summary) {
  if (summary.median.count() == 0) return "-";
  const auto share =
      static_cast<double>(summary.spread.count()) / static_cast<double>(summary.median.count());
  return fmt::format("{:.1f} %", 100 * share);
}

}  // namespace

std::vector<BenchRow> bench_rows(const BenchTimes& times) {
  std::vector<BenchRow> rows;
  for (std::size_t i = 0; i < phases; ++i) {
    const auto phase = static_cast<Phase>(i);
    for (const TierTimes& tier : times.tiers) {
      if (tier.of(phase).empty()) continue;
      const Summary summary = summary_of(tier.of(phase));
      rows.push_back({std::string(phase_names[i]), tier.tier, format_duration(summary.median),
                      format_duration(summary.least), percent(summary)});
    }
  }
  return rows;
}

std::vector<std::string> bench_notes(const BenchTimes& times) {
  std::vector<std::string> notes{
      "median and least of the rounds; half of them are within the spread of the median.",
      "Rounds take turns between tiers; each begins with an engine of its own, and none is left "
      "out.",
      "Unless told otherwise, the guest's standard input is empty, and what it prints is "
      "discarded."};
  for (std::size_t i = 0; i < phases; ++i) {
    const auto phase = static_cast<Phase>(i);
    notes.push_back(fmt::format("{}: {}.", phase_names[i], meaning(phase)));
  }
  if (!times.no_compiler.empty())
    notes.push_back(fmt::format("Interpreted only: {}.", times.no_compiler));
  return notes;
}

std::string bench_text(const BenchTimes& times) {
  std::string text = bench_title(times) + "\n\n";
  auto out = std::back_inserter(text);
  const auto add_row = [&](const BenchRow& row) {
    fmt::format_to(out, "{:<12} {:<8} {:>9} {:>9} {:>8}\n", row[0], row[1], row[2], row[3], row[4]);
  };
  add_row({"", "", "median", "least", "spread"});
  for (const BenchRow& row : bench_rows(times)) add_row(row);
  text += '\n';
  for (const std::string& note : bench_notes(times)) text += note + '\n';
  return text;
}

std::string bench_title(const BenchTimes& times) {
  return fmt::format("{}: {} bytes, {} round{}", times.file, times.module_bytes, times.rounds,
                     times.rounds == 1 ? "" : "s");
}

nlohmann::ordered_json bench_json(const BenchTimes& times) {
  nlohmann::ordered_json json{
      {"file", times.file}, {"bytes", times.module_bytes}, {"rounds", times.rounds}};
  if (!times.no_compiler.empty()) json["no_compiler"] = times.no_compiler;
  json["tiers"] = nlohmann::ordered_json::object();
  for (const TierTimes& tier : times.tiers) {
    auto& of_tier = json["tiers"][tier.tier] = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < phases; ++i) {
      const auto& measured = tier.times[i];
      if (measured.empty()) continue;
      const Summary summary = summary_of(measured);
      auto& entry = of_tier[phase_names[i]] = {{"median", summary.median.count()},
                                               {"least", summary.least.count()},
                                               {"greatest", summary.greatest.count()},
                                               {"spread", summary.spread.count()}};
      for (const Nanoseconds each : measured) entry["times"].push_back(each.count());
    }
  }
  return json;
}

}  // namespace wrun::inline v0::tool
