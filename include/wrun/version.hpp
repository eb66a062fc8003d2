#pragma once

// Which release of the library this is.

#include <string_view>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {

/// "0.1.0": that of the library that runs, not of the headers.
WRUN_API std::string_view version() noexcept;

}  // namespace v0
}  // namespace wrun
