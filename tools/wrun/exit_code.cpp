#include "tools/wrun/exit_code.hpp"

namespace wrun::inline v0::tool {
namespace {

// The kernel keeps eight bits: a failure must not become a success by losing the others.
int guest_status(int status) {
  const int kept = status & 0xff;
  return kept == 0 && status != 0 ? exit_failure : kept;
}

int limit_code(const Error& error) {
  return error.trap() == TrapCode::deadline ? exit_timeout : exit_limit;
}

}  // namespace

int exit_code_of(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::exit:
      return guest_status(error.exit_status().value_or(exit_failure));
    case ErrorKind::trap:
    case ErrorKind::exhaustion:
    case ErrorKind::exception:
    case ErrorKind::host:
      return exit_trap;
    case ErrorKind::limit:
    case ErrorKind::interrupted:
      return limit_code(error);
    case ErrorKind::malformed:
    case ErrorKind::invalid:
    case ErrorKind::unlinkable:
    case ErrorKind::denied:
    case ErrorKind::io:
    case ErrorKind::usage:
      return exit_refused;
  }
  return exit_refused;
}

}  // namespace wrun::inline v0::tool
