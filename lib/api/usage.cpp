#include <wrun/usage.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace wrun::inline v0 {

namespace {

using Value = std::optional<std::uint64_t>;

struct Figure {
  enum class Kind : std::uint8_t { counter, gauge, time };  ///< a time is counted in nanoseconds
  std::string_view name;
  Kind kind;
  Value (*get)(const Usage&);
};

Value host_time(const Usage& usage) {
  if (!usage.host_work || !usage.host_work->time) return std::nullopt;
  return static_cast<std::uint64_t>(usage.host_work->time->count());
}

using Kind = Figure::Kind;
constexpr std::array<Figure, 12> figures{{
    {"instructions", Kind::counter, [](const Usage& u) { return u.instructions; }},
    {"host_calls", Kind::counter, [](const Usage& u) { return Value(u.host_calls); }},
    {"waits", Kind::counter, [](const Usage& u) { return Value(u.waits); }},
    {"host_bytes_in", Kind::counter,
     [](const Usage& u) { return u.host_work ? Value(u.host_work->bytes_in) : Value(); }},
    {"host_bytes_out", Kind::counter,
     [](const Usage& u) { return u.host_work ? Value(u.host_work->bytes_out) : Value(); }},
    {"host_time", Kind::time, host_time},
    {"memory_bytes", Kind::gauge, [](const Usage& u) { return Value(u.memory_bytes); }},
    {"memory_peak_bytes", Kind::gauge, [](const Usage& u) { return Value(u.memory_peak_bytes); }},
    {"heap_bytes", Kind::gauge, [](const Usage& u) { return Value(u.heap_bytes); }},
    {"heap_peak_bytes", Kind::gauge, [](const Usage& u) { return Value(u.heap_peak_bytes); }},
    {"table_elements", Kind::gauge, [](const Usage& u) { return Value(u.table_elements); }},
    {"instances", Kind::gauge, [](const Usage& u) { return Value(u.instances); }},
}};

std::string_view unit(Kind kind) {
  switch (kind) {
    case Kind::counter:
      return "_total";
    case Kind::time:
      return "_seconds_total";
    case Kind::gauge:
      break;
  }
  return "";
}

/// {name="value",...}
std::string labels_text(const LabelledUsage& usage) {
  std::string text;
  for (const auto& [name, value] : usage.labels) {
    text += text.empty() ? "{" : ",";
    text += name + "=\"";
    for (const char each : value) {
      if (each == '\\' || each == '"') text += '\\';
      text += each == '\n' ? std::string_view("\\n") : std::string_view(&each, 1);
    }
    text += '"';
  }
  return text.empty() ? text : text + "}";
}

}  // namespace

std::string to_json(const Usage& usage) {
  std::string text;
  for (const Figure& figure : figures) {
    const Value value = figure.get(usage);
    fmt::format_to(std::back_inserter(text), "{}\"{}{}\":", text.empty() ? "{" : ",", figure.name,
                   figure.kind == Kind::time ? "_ns" : "");
    text += value ? fmt::format("{}", *value) : "null";
  }
  return text + "}";
}

std::string to_prometheus(std::span<const LabelledUsage> usages) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const Figure& figure : figures) {
    const std::string name = fmt::format("wrun_{}{}", figure.name, unit(figure.kind));
    fmt::format_to(out, "# TYPE {} {}\n", name, figure.kind == Kind::gauge ? "gauge" : "counter");
    for (const LabelledUsage& each : usages) {
      const std::string sample = name + labels_text(each);
      const Value value = figure.get(each.usage);
      if (!value) {
        fmt::format_to(out, "# {} wasn't measured\n", sample);
      } else if (figure.kind == Kind::time) {
        fmt::format_to(out, "{} {}.{:09}\n", sample, *value / 1'000'000'000,
                       *value % 1'000'000'000);
      } else {
        fmt::format_to(out, "{} {}\n", sample, *value);
      }
    }
  }
  return text;
}

}  // namespace wrun::inline v0
