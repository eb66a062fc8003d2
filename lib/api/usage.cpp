#include <wrun/usage.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "lib/wasm/compose.hpp"
#include "lib/wasm/reader.hpp"

namespace wrun::inline v0 {

namespace {

using Value = std::optional<std::uint64_t>;

struct Figure {
  enum class Kind : std::uint8_t { counter, gauge, time };  ///< a time is counted in nanoseconds
  std::string_view name;
  Kind kind;
  Value (*get)(const Usage&);
};

Value nanoseconds(const std::optional<std::chrono::nanoseconds>& time) {
  return time ? Value(static_cast<std::uint64_t>(time->count())) : std::nullopt;
}

using Kind = Figure::Kind;
constexpr std::array<Figure, 19> figures{{
    {"instructions", Kind::counter, [](const Usage& u) { return u.instructions; }},
    {"host_calls", Kind::counter, [](const Usage& u) { return Value(u.host_calls); }},
    {"waits", Kind::counter, [](const Usage& u) { return Value(u.waits); }},
    {"host_bytes_in", Kind::counter,
     [](const Usage& u) { return u.host_work ? Value(u.host_work->bytes_in) : Value(); }},
    {"host_bytes_out", Kind::counter,
     [](const Usage& u) { return u.host_work ? Value(u.host_work->bytes_out) : Value(); }},
    {"host_time", Kind::time,
     [](const Usage& u) { return u.host_work ? nanoseconds(u.host_work->time) : Value(); }},
    {"wall_time", Kind::time, [](const Usage& u) { return nanoseconds(u.wall_time); }},
    {"cpu_time", Kind::time, [](const Usage& u) { return nanoseconds(u.cpu_time); }},
    {"memory_bytes", Kind::gauge, [](const Usage& u) { return Value(u.memory_bytes); }},
    {"memory_peak_bytes", Kind::gauge, [](const Usage& u) { return Value(u.memory_peak_bytes); }},
    {"memory_byte_seconds", Kind::counter,
     [](const Usage& u) { return Value(static_cast<std::uint64_t>(u.memory_byte_seconds)); }},
    {"heap_bytes", Kind::gauge, [](const Usage& u) { return Value(u.heap_bytes); }},
    {"heap_peak_bytes", Kind::gauge, [](const Usage& u) { return Value(u.heap_peak_bytes); }},
    {"stack_bytes", Kind::gauge, [](const Usage& u) { return Value(u.stack_bytes); }},
    {"stack_peak_bytes", Kind::gauge, [](const Usage& u) { return Value(u.stack_peak_bytes); }},
    {"table_elements", Kind::gauge, [](const Usage& u) { return Value(u.table_elements); }},
    {"table_peak_elements", Kind::gauge,
     [](const Usage& u) { return Value(u.table_peak_elements); }},
    {"instances", Kind::gauge, [](const Usage& u) { return Value(u.instances); }},
    {"instances_peak", Kind::gauge, [](const Usage& u) { return Value(u.instances_peak); }},
}};

constexpr unsigned resources = static_cast<unsigned>(Resource::host_bytes) + 1;

/// Length of the character at the start of `text`, which isn't empty; 0 if it isn't UTF-8.
std::size_t character_length(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t length = 1; length <= std::min<std::size_t>(text.size(), 4); ++length)
    if (wasm::is_utf8({bytes, length})) return length;
  return 0;
}

/// With U+FFFD for each byte that isn't part of UTF-8: readers refuse the whole text otherwise.
std::string as_utf8(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    made += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return made;
}

/// [a-zA-Z_][a-zA-Z0-9_]*, with _ for whatever else there is.
std::string as_label(std::string_view name) {
  std::string made;
  for (const char each : name) {
    const bool is_digit = each >= '0' && each <= '9';
    const bool is_letter = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
    made += is_letter || (is_digit && !made.empty()) ? each : '_';
  }
  return made.empty() ? "_" : made;
}

/// What JSON and Prometheus both escape.
void append_escaped(std::string& text, std::string_view value) {
  for (const char each : value) {
    if (each == '\\' || each == '"') text += '\\';
    text += each == '\n' ? std::string_view("\\n") : std::string_view(&each, 1);
  }
}

/// The same, and what JSON has besides.
void append_json(std::string& text, std::string_view value) {
  text += '"';
  for (const char each : as_utf8(value)) {
    if (static_cast<unsigned char>(each) < 0x20) {
      compose_to(text, "\\u{:04x}", static_cast<unsigned char>(each));
    } else {
      append_escaped(text, std::string_view(&each, 1));
    }
  }
  text += '"';
}

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

/// {name="value",...}, with one more label if it has a name.
std::string labels_text(const LabelledUsage& usage, std::string_view name = {},
                        std::string_view value = {}) {
  std::string text;
  const auto add = [&](std::string_view label, std::string_view content) {
    text += text.empty() ? "{" : ",";
    text += as_label(label);
    text += "=\"";
    append_escaped(text, as_utf8(content));
    text += '"';
  };
  for (const auto& [label, content] : usage.labels) add(label, content);
  if (!name.empty()) add(name, value);
  return text.empty() ? text : text + "}";
}

/// The members of a usage that are lists.
std::string lists_json(const Usage& usage) {
  std::string text = ",\"host_calls_by_name\":";
  if (!usage.host_calls_by_name) {
    text += "null";
  } else {
    text += '{';
    for (const auto& [name, calls] : *usage.host_calls_by_name) {
      if (text.back() != '{') text += ',';
      append_json(text, name);
      compose_to(text, ":{}", calls);
    }
    text += '}';
  }
  text += ",\"soft_limits_passed\":[";
  for (unsigned i = 0; i < resources; ++i) {
    if (!usage.passed(static_cast<Resource>(i))) continue;
    if (text.back() != '[') text += ',';
    append_json(text, wrun::text(static_cast<Resource>(i)));
  }
  return text + "]";
}

void append_lists(std::string& text, std::span<const LabelledUsage> usages) {
  text += "# TYPE wrun_host_calls_by_name_total counter\n";
  for (const LabelledUsage& each : usages) {
    if (!each.usage.host_calls_by_name) {
      compose_to(text, "# wrun_host_calls_by_name_total{} wasn't measured\n", labels_text(each));
      continue;
    }
    for (const auto& [name, calls] : *each.usage.host_calls_by_name)
      compose_to(text, "wrun_host_calls_by_name_total{} {}\n", labels_text(each, "function", name),
                 calls);
  }
  text += "# TYPE wrun_soft_limit_passed gauge\n";
  for (const LabelledUsage& each : usages) {
    for (unsigned i = 0; i < resources; ++i) {
      const auto resource = static_cast<Resource>(i);
      if (each.usage.passed(resource))
        compose_to(text, "wrun_soft_limit_passed{} 1\n",
                   labels_text(each, "resource", wrun::text(resource)));
    }
  }
}

}  // namespace

std::string to_json(const Usage& usage) {
  std::string text;
  for (const Figure& figure : figures) {
    const Value value = figure.get(usage);
    compose_to(text, "{}\"{}{}\":", text.empty() ? "{" : ",", figure.name,
               figure.kind == Kind::time ? "_ns" : "");
    text += value ? compose("{}", *value) : "null";
  }
  return text + lists_json(usage) + "}";
}

std::string to_prometheus(std::span<const LabelledUsage> usages) {
  std::string text;
  for (const Figure& figure : figures) {
    const std::string name = compose("wrun_{}{}", figure.name, unit(figure.kind));
    compose_to(text, "# TYPE {} {}\n", name, figure.kind == Kind::gauge ? "gauge" : "counter");
    for (const LabelledUsage& each : usages) {
      const std::string sample = name + labels_text(each);
      const Value value = figure.get(each.usage);
      if (!value) {
        compose_to(text, "# {} wasn't measured\n", sample);
      } else if (figure.kind == Kind::time) {
        compose_to(text, "{} {}.{:09}\n", sample, *value / 1'000'000'000, *value % 1'000'000'000);
      } else {
        compose_to(text, "{} {}\n", sample, *value);
      }
    }
  }
  append_lists(text, usages);
  return text;
}

}  // namespace wrun::inline v0
