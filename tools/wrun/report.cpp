#include "tools/wrun/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/wasm/quoted.hpp"

namespace wrun::inline v0::tool {
namespace {

// A recursion that ran out of stack has as many frames; the ends tell the story.
constexpr std::size_t first_frames = 24;
constexpr std::size_t last_frames = 8;
constexpr std::size_t longest_name = 200;

std::string place(const SourceLocation& at) {
  const std::string line = fmt::format("{}:{}", readable(at.file), at.line);
  return at.column != 0 ? fmt::format("{}:{}", line, at.column) : line;
}

/// Null if there is nothing to say.
const FrameLine* line_of(const FrameLines& lines, std::size_t frame) {
  return frame < lines.size() && lines[frame].at ? &lines[frame] : nullptr;
}

void append_frame(std::string& text, std::size_t number, const Frame& frame,
                  const FrameLine* line) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "\n  {:>2}: ", number);
  if (!frame.module.empty()) fmt::format_to(out, "{}!", readable(frame.module));
  if (frame.func_name.empty()) {
    fmt::format_to(out, "func {}", frame.func_index);
  } else {
    fmt::format_to(out, "{} (func {})", readable(frame.func_name), frame.func_index);
  }
  fmt::format_to(out, " at {:#x}", frame.offset);
  if (line == nullptr) return;
  fmt::format_to(out, ", {}", place(*line->at));
  for (const SourceFrame& each : line->inlined) {
    fmt::format_to(out, "\n      in {}, inlined",
                   each.function.empty() ? "a function" : readable(each.function));
    if (each.location) fmt::format_to(out, " at {}", place(*each.location));
  }
}

void append_backtrace(std::string& text, const std::vector<Frame>& frames,
                      const FrameLines& lines) {
  const bool all = frames.size() <= first_frames + last_frames + 1;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (!all && i == first_frames) {
      const std::size_t left_out = frames.size() - first_frames - last_frames;
      fmt::format_to(std::back_inserter(text), "\n  ... {} more frames ...", left_out);
      i += left_out;
    }
    append_frame(text, i, frames[i], line_of(lines, i));
  }
}

void add_place(nlohmann::ordered_json& json, const SourceLocation& at) {
  json["file"] = at.file;
  json["line"] = at.line;
  if (at.column != 0) json["column"] = at.column;
}

// The trap's own words, unless the message already begins with them.
std::string headline(const Error& error) {
  const std::string_view kind = text(error.kind());
  if (error.message() == kind) return std::string(kind);
  if (!error.trap() || error.kind() != ErrorKind::trap) {
    return fmt::format("{}: {}", kind, error.message());
  }
  const std::string_view trap = text(*error.trap());
  if (error.message().starts_with(trap)) return fmt::format("{}: {}", kind, error.message());
  if (error.message().empty()) return fmt::format("{}: {}", kind, trap);
  return fmt::format("{}: {}: {}", kind, trap, error.message());
}

// What validation says of a function begins with `func 12 "name": `; here that goes with the place.
std::pair<std::string, std::string_view> split_function(std::string_view message) {
  if (!message.starts_with("func ")) return {{}, message};
  const std::size_t quoted = message.find("\": ");
  const std::size_t end = quoted == message.npos ? message.find(": ") : quoted + 1;
  if (end == message.npos) return {{}, message};
  return {fmt::format(" ({})", message.substr(0, end)), message.substr(end + 2)};
}

}  // namespace

std::string readable(std::string_view name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '"';
  });
  return plain && name.size() <= longest_name ? std::string(name) : wasm::quoted(name);
}

std::string describe_refusal(std::string_view file, const Error& error) {
  const std::string_view kind = text(error.kind());
  if (!error.offset()) return fmt::format("{}: {}: {}", file, kind, error.message());
  const auto [function, message] = split_function(error.message());
  return fmt::format("{}: {} at {:#x}{}: {}", file, kind, *error.offset(), function, message);
}

std::string describe_end(const Error& error, const FrameLines& source) {
  std::string lines = headline(error);
  const Error::Details* details = error.details();
  if (details == nullptr) return lines;
  auto out = std::back_inserter(lines);
  if (details->address) fmt::format_to(out, "\n  address {:#x}", *details->address);
  if (details->memory_size) {
    fmt::format_to(out, "{}memory size {:#x}", details->address ? ", " : "\n  ",
                   *details->memory_size);
  }
  append_backtrace(lines, details->backtrace, source);
  return lines;
}

nlohmann::ordered_json to_json(const Error& error, const FrameLines& lines) {
  nlohmann::ordered_json json{{"kind", text(error.kind())}, {"message", error.message()}};
  if (error.offset()) json["offset"] = *error.offset();
  const Error::Details* details = error.details();
  if (details == nullptr) return json;
  if (details->trap) json["trap"] = text(*details->trap);
  if (details->exit_status) json["exit_status"] = *details->exit_status;
  if (details->address) json["address"] = *details->address;
  if (details->memory_size) json["memory_size"] = *details->memory_size;
  if (details->backtrace.empty()) return json;
  auto& frames = json["backtrace"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < details->backtrace.size(); ++i) {
    const Frame& frame = details->backtrace[i];
    nlohmann::ordered_json entry{{"func", frame.func_index}, {"offset", frame.offset}};
    if (!frame.func_name.empty()) entry["name"] = frame.func_name;
    if (!frame.module.empty()) entry["module"] = frame.module;
    if (const FrameLine* line = line_of(lines, i)) {
      add_place(entry, *line->at);
      for (const SourceFrame& inlined : line->inlined) {
        nlohmann::ordered_json function{{"function", inlined.function}};
        if (inlined.location) add_place(function, *inlined.location);
        entry["inlined"].push_back(std::move(function));
      }
    }
    frames.push_back(std::move(entry));
  }
  return json;
}

std::string dump(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace wrun::inline v0::tool
