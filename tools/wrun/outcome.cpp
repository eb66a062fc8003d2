#include "tools/wrun/outcome.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <utility>

#include "tools/wrun/report.hpp"
#include "tools/wrun/values.hpp"

namespace wrun::inline v0::tool {
namespace {

// Whether the guest had begun to run, so that how it ended is its own doing.
bool is_end_of_guest(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::trap:
    case ErrorKind::exhaustion:
    case ErrorKind::exception:
    case ErrorKind::limit:
    case ErrorKind::interrupted:
    case ErrorKind::exit:
    case ErrorKind::host:
      return true;
    case ErrorKind::malformed:
    case ErrorKind::invalid:
    case ErrorKind::unlinkable:
    case ErrorKind::denied:
    case ErrorKind::io:
    case ErrorKind::usage:
      return false;
  }
  return false;
}

}  // namespace

Outcome outcome_of(std::string_view file, const Error& error, int signal, FrameLines lines) {
  Outcome outcome;
  outcome.status = exit_code_of(error);
  outcome.error = error;
  outcome.lines = std::move(lines);
  if (error.kind() == ErrorKind::exit) return outcome;
  const bool began = is_end_of_guest(error.kind());
  outcome.message = began ? describe_end(error, outcome.lines) : describe_refusal(file, error);
  if (error.kind() == ErrorKind::interrupted && signal != 0) {
    outcome.status = exit_signal + signal;
    outcome.message = fmt::format("{}: {}", ::strsignal(signal), outcome.message);
  }
  return outcome;
}

void print_text(const Outcome& outcome) {
  for (const Val& value : outcome.results) fmt::print("{}\n", format_value(value));
  std::fflush(stdout);
  if (!outcome.message.empty()) fmt::print(stderr, "wrun: {}\n", outcome.message);
}

void print_json(const Outcome& outcome, const std::optional<MeasuredUsage>& usage) {
  nlohmann::ordered_json json{{"status", outcome.status}};
  if (!outcome.results.empty()) {
    auto& results = json["results"] = nlohmann::ordered_json::array();
    for (const Val& value : outcome.results) results.push_back(to_json(value));
  }
  if (outcome.error) json["error"] = to_json(*outcome.error, outcome.lines);
  if (!outcome.message.empty()) json["message"] = outcome.message;
  if (usage) json["usage"] = usage_json(*usage);
  fmt::print("{}\n", dump(json));
}

int report(const Failure& failure, bool json) {
  if (!json) return report(failure);
  Outcome outcome;
  outcome.status = failure.exit_code;
  outcome.message = failure.message;
  outcome.error = failure.error.value_or(Error(ErrorKind::usage, failure.message));
  print_json(outcome, std::nullopt);
  return failure.exit_code;
}

}  // namespace wrun::inline v0::tool
