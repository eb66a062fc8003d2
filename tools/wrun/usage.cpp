#include "tools/wrun/usage.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace wrun::inline v0::tool {
namespace {

struct Figure {
  std::string_view key;
  std::string_view label;
  std::optional<std::uint64_t> value;
};

std::vector<Figure> figures(const MeasuredUsage& usage) {
  std::vector<Figure> all{{"instructions", "instructions", std::nullopt},
                          {"memory_bytes", "memory, bytes", std::nullopt},
                          {"memory_peak_bytes", "memory at its peak, bytes", std::nullopt},
                          {"heap_bytes", "heap of references, bytes", std::nullopt},
                          {"heap_peak_bytes", "that heap at its peak, bytes", std::nullopt},
                          {"table_elements", "table elements", std::nullopt},
                          {"instances", "instances", std::nullopt},
                          {"host_calls", "host calls", std::nullopt},
                          {"bytes_in", "bytes read", std::nullopt},
                          {"bytes_out", "bytes written", std::nullopt},
                          {"open_files", "open files", std::nullopt}};
  if (usage.store) {
    all[0].value = usage.store->instructions;
    all[1].value = usage.store->memory_bytes;
    all[2].value = usage.store->memory_peak_bytes;
    all[3].value = usage.store->heap_bytes;
    all[4].value = usage.store->heap_peak_bytes;
    all[5].value = usage.store->table_elements;
    all[6].value = usage.store->instances;
  }
  if (usage.host) {
    all[7].value = usage.host->calls;
    all[8].value = usage.host->bytes_in;
    all[9].value = usage.host->bytes_out;
    all[10].value = usage.host->open_files;
  }
  return all;
}

}  // namespace

std::string usage_text(const MeasuredUsage& usage) {
  std::string text;
  for (const Figure& figure : figures(usage)) {
    const std::string value = figure.value ? fmt::format("{}", *figure.value) : "not measured";
    text += fmt::format("{}: {}\n", figure.label, value);
  }
  return text;
}

nlohmann::ordered_json usage_json(const MeasuredUsage& usage) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Figure& figure : figures(usage)) {
    const std::string key(figure.key);
    json[key] = nullptr;
    if (figure.value) json[key] = *figure.value;
  }
  return json;
}

}  // namespace wrun::inline v0::tool
