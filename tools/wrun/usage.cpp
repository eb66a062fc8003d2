#include "tools/wrun/usage.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace wrun::inline v0::tool {
namespace {

struct Figure {
  std::string key;
  std::string label;
  std::optional<std::uint64_t> value;
};

std::optional<std::uint64_t> nanoseconds(std::optional<std::chrono::nanoseconds> time) {
  if (!time) return std::nullopt;
  return static_cast<std::uint64_t>(time->count());
}

std::vector<Figure> figures(const MeasuredUsage& usage) {
  std::vector<Figure> all;
  const auto add = [&all](std::string key, std::string label, const auto& part, auto get) {
    std::optional<std::uint64_t> value;
    if (part) value = get(*part);
    all.push_back({std::move(key), std::move(label), value});
  };
  add("instructions", "instructions", usage.store, [](const Usage& u) { return u.instructions; });
  add("memory_bytes", "memory, bytes", usage.store, [](const Usage& u) { return u.memory_bytes; });
  add("memory_peak_bytes", "memory at its peak, bytes", usage.store,
      [](const Usage& u) { return u.memory_peak_bytes; });
  add("heap_bytes", "heap of references, bytes", usage.store,
      [](const Usage& u) { return u.heap_bytes; });
  add("heap_peak_bytes", "that heap at its peak, bytes", usage.store,
      [](const Usage& u) { return u.heap_peak_bytes; });
  add("table_elements", "table elements", usage.store,
      [](const Usage& u) { return u.table_elements; });
  add("instances", "instances", usage.store, [](const Usage& u) { return u.instances; });
  using Host = wasi::HostUsage;
  add("host_calls", "host calls", usage.host, [](const Host& u) { return u.calls; });
  for (std::size_t i = 0; i < wasi::call_kinds; ++i) {
    const std::string kind(text(static_cast<wasi::CallKind>(i)));
    add("host_calls_" + kind, "host calls, " + kind, usage.host,
        [i](const Host& u) { return u.calls_by_kind[i]; });
  }
  add("host_nanoseconds", "time in the host, nanoseconds", usage.host,
      [](const Host& u) { return nanoseconds(u.time); });
  add("host_nanoseconds_asleep", "asleep in the host, nanoseconds", usage.host,
      [](const Host& u) { return nanoseconds(u.time_asleep); });
  add("bytes_in", "bytes read", usage.host, [](const Host& u) { return u.bytes_in; });
  add("bytes_out", "bytes written", usage.host, [](const Host& u) { return u.bytes_out; });
  add("open_files", "open files", usage.host, [](const Host& u) { return u.open_files; });
  return all;
}

}  // namespace

std::string interpreted_line(std::uint32_t function, std::string_view reason) {
  return fmt::format("function {} stays interpreted: {}\n", function, reason);
}

std::string usage_text(const MeasuredUsage& usage) {
  std::string text;
  for (const Figure& figure : figures(usage)) {
    const std::string value = figure.value ? fmt::format("{}", *figure.value) : "not measured";
    text += fmt::format("{}: {}\n", figure.label, value);
  }
  if (usage.no_compiler) text += fmt::format("nothing is compiled: {}\n", *usage.no_compiler);
  for (const auto& [function, reason] : usage.interpreted)
    text += interpreted_line(function, reason);
  return text;
}

nlohmann::ordered_json usage_json(const MeasuredUsage& usage) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Figure& figure : figures(usage)) {
    json[figure.key] = nullptr;
    if (figure.value) json[figure.key] = *figure.value;
  }
  json["no_compiler"] = nullptr;
  if (usage.no_compiler) json["no_compiler"] = *usage.no_compiler;
  json["interpreted_functions"] = nlohmann::ordered_json::array();
  for (const auto& [function, reason] : usage.interpreted)
    json["interpreted_functions"].push_back({{"function", function}, {"reason", reason}});
  return json;
}

}  // namespace wrun::inline v0::tool
