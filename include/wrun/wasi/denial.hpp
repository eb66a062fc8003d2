#pragma once

// What a guest asked for and wasn't given, told to the host; the guest only sees an errno.

#include <string>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

struct Denial {
  std::string call;    ///< "path_open"
  std::string what;    ///< "/etc/passwd"; empty where the call has no object
  std::string reason;  ///< "no directory granted covers it"
  std::string grant;   ///< the command's flag that would allow it: "--dir /etc::/etc:ro"

  friend bool operator==(const Denial&, const Denial&) = default;
};

/// `denied: path_open "/etc/passwd": no directory granted covers it; add --dir /etc::/etc:ro`.
/// Bytes of the guest's that aren't printable are escaped.
WRUN_API std::string text(const Denial& denial);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
