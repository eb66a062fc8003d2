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

using Figures = std::vector<Figure>;

/// What the store measures by itself; nothing of it is known if there was none.
void add_store(Figures& all, const std::optional<Usage>& usage) {
  const auto add = [&](std::string key, std::string label, auto get) {
    std::optional<std::uint64_t> value;
    if (usage) value = get(*usage);
    all.push_back({std::move(key), std::move(label), value});
  };
  add("instructions", "instructions", [](const Usage& u) { return u.instructions; });
  add("wall_nanoseconds", "time, nanoseconds",
      [](const Usage& u) { return nanoseconds(u.wall_time); });
  add("cpu_nanoseconds", "CPU time, nanoseconds",
      [](const Usage& u) { return nanoseconds(u.cpu_time); });
  add("memory_bytes", "memory, bytes", [](const Usage& u) { return u.memory_bytes; });
  add("memory_peak_bytes", "memory at its peak, bytes",
      [](const Usage& u) { return u.memory_peak_bytes; });
  add("heap_bytes", "heap of references, bytes", [](const Usage& u) { return u.heap_bytes; });
  add("heap_peak_bytes", "that heap at its peak, bytes",
      [](const Usage& u) { return u.heap_peak_bytes; });
  add("stack_peak_bytes", "stacks at their peak, bytes",
      [](const Usage& u) { return u.stack_peak_bytes; });
  add("table_elements", "table elements", [](const Usage& u) { return u.table_elements; });
  add("instances", "instances", [](const Usage& u) { return u.instances; });
  add("waits", "waits", [](const Usage& u) { return u.waits; });
  add("host_calls", "host calls", [](const Usage& u) { return u.host_calls; });
}

/// What WASI knows more of than the store that it reports to.
void add_host(Figures& all, const std::optional<wasi::HostUsage>& usage) {
  const auto add = [&](std::string key, std::string label, auto get) {
    std::optional<std::uint64_t> value;
    if (usage) value = get(*usage);
    all.push_back({std::move(key), std::move(label), value});
  };
  using Host = wasi::HostUsage;
  for (std::size_t i = 0; i < wasi::call_kinds; ++i) {
    const std::string kind(text(static_cast<wasi::CallKind>(i)));
    add("host_calls_" + kind, "host calls, " + kind,
        [i](const Host& u) { return u.calls_by_kind[i]; });
  }
  add("host_nanoseconds", "time in the host, nanoseconds",
      [](const Host& u) { return nanoseconds(u.time); });
  add("host_nanoseconds_asleep", "asleep in the host, nanoseconds",
      [](const Host& u) { return nanoseconds(u.time_asleep); });
  add("bytes_in", "bytes read", [](const Host& u) { return u.bytes_in; });
  add("bytes_out", "bytes written", [](const Host& u) { return u.bytes_out; });
  add("open_files", "open files", [](const Host& u) { return u.open_files; });
}

Figures figures(const MeasuredUsage& usage) {
  Figures all;
  add_store(all, usage.store);
  add_host(all, usage.host);
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
