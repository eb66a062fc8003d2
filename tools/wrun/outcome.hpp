#pragma once

// How a run ended, and telling it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/error.hpp>
#include <wrun/value.hpp>

#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/lines.hpp"
#include "tools/wrun/usage.hpp"

namespace wrun::inline v0::tool {

struct Outcome {
  int status = exit_ok;
  std::string message;         ///< for standard error; empty if there's nothing to say
  std::optional<Error> error;  ///< what the engine said, if it did
  FrameLines lines;            ///< of the error's backtrace
  std::vector<Val> results;    ///< of --invoke
};

/// What an error makes of a run of `file`. `signal` is one that came during the run, or 0.
/// `lines` are of its backtrace.
Outcome outcome_of(std::string_view file, const Error& error, int signal, FrameLines lines);

/// Results on standard output, a line each; the message on standard error.
void print_text(const Outcome& outcome);

/// One line on standard output with the status, the results, the error and the usage if there is
/// one.
void print_json(const Outcome& outcome, const std::optional<MeasuredUsage>& usage);

/// Tells of a run that never began, and returns its exit status.
int report(const Failure& failure, bool json);

}  // namespace wrun::inline v0::tool
