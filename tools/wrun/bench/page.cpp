#include <fmt/format.h>

#include <algorithm>

#include "tools/wrun/bench/report.hpp"
#include "tools/wrun/page/page.hpp"
#include "tools/wrun/units.hpp"

namespace wrun::inline v0::tool {
namespace {

// Of a plot, in the units of its viewBox.
constexpr double plot_width = 1000;
constexpr double plot_left = 70;    ///< where the axis begins, right of the tiers' names
constexpr double plot_right = 970;  ///< where it ends
constexpr double row_height = 36;
constexpr double axis_height = 28;

/// The axis begins at 0, so that lengths are in proportion to times.
class Axis {
 public:
  Axis(const BenchTimes& times, Phase phase) {
    for (const TierTimes& tier : times.tiers)
      for (const Nanoseconds each : tier.of(phase)) end_ = std::max(end_, each);
  }

  Nanoseconds end() const { return end_; }
  double at(Nanoseconds time) const {
    return plot_left + (plot_right - plot_left) * static_cast<double>(time.count()) /
                           static_cast<double>(end_.count());
  }

 private:
  Nanoseconds end_{1};
};

void add_axis(Markup& markup, const Axis& axis, double y) {
  markup.add("line", {{"class", "axis"},
                      {"x1", length(plot_left)},
                      {"x2", length(plot_right)},
                      {"y1", length(y)},
                      {"y2", length(y)}});
  constexpr int marks = 4;
  for (int i = 0; i <= marks; ++i) {
    const Nanoseconds time = axis.end() * i / marks;
    markup.add("text",
               {{"class", "faint"},
                {"x", length(axis.at(time))},
                {"y", length(y + 18)},
                {"text-anchor", "middle"}},
               format_duration(time));
  }
}

/// A bar as long as the median, a mark at the least, a dot for each round.
void add_row(Markup& markup, const Axis& axis, const TierTimes& tier, Phase phase, double y,
             const std::string& colour) {
  const Summary summary = summary_of(tier.of(phase));
  const double middle = y + row_height / 2;
  markup.add("text", {{"x", "0"}, {"y", length(middle + 4)}}, tier.tier);
  markup.open("g").add(
      "title", {},
      fmt::format("{}: median {}, least {}", tier.tier, format_duration(summary.median),
                  format_duration(summary.least)));
  markup.add("rect", {{"class", "box " + colour},
                      {"x", length(plot_left)},
                      {"y", length(y + 6)},
                      {"width", length(axis.at(summary.median) - plot_left)},
                      {"height", length(row_height - 12)}});
  const std::string least = length(axis.at(summary.least));
  markup.add("line", {{"class", "mark"},
                      {"x1", least},
                      {"x2", least},
                      {"y1", length(y + 6)},
                      {"y2", length(y + row_height - 6)}});
  for (const Nanoseconds each : tier.of(phase))
    markup
        .open("circle",
              {{"class", "dot"}, {"cx", length(axis.at(each))}, {"cy", length(middle)}, {"r", "3"}})
        .add("title", {}, format_duration(each))
        .close();
  markup.close();
}

void add_plot(Markup& markup, const BenchTimes& times, Phase phase) {
  const auto measured =
      std::count_if(times.tiers.begin(), times.tiers.end(),
                    [&](const TierTimes& tier) { return !tier.of(phase).empty(); });
  if (measured == 0) return;
  markup.add("h2", {}, phase_names[static_cast<std::size_t>(phase)]);
  const double height = row_height * static_cast<double>(measured) + axis_height;
  markup.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                      {"viewBox", fmt::format("0 0 {} {}", plot_width, height)},
                      {"role", "img"}});
  const Axis axis(times, phase);
  double y = 0;
  for (std::size_t i = 0; i < times.tiers.size(); ++i) {
    if (times.tiers[i].of(phase).empty()) continue;
    add_row(markup, axis, times.tiers[i], phase, y, colour_class(i));
    y += row_height;
  }
  add_axis(markup, axis, y);
  markup.close();
}

}  // namespace

std::string bench_page(const BenchTimes& times) {
  Markup markup;
  markup.add("p", {},
             "Bars end at the median; the upright mark is the least; each round is a dot, with its "
             "time as a tooltip.");
  for (std::size_t i = 0; i < phases; ++i) add_plot(markup, times, static_cast<Phase>(i));
  add_table(markup, {{"phase"}, {"tier"}, {"median", true}, {"least", true}, {"spread", true}},
            bench_rows(times));
  for (const std::string& note : bench_notes(times)) markup.add("p", {}, note);
  return html_page(bench_title(times), markup.take());
}

}  // namespace wrun::inline v0::tool
