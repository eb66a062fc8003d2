#pragma once

// Arguments and result patterns of scripts.

#include "lib/text/cursor.hpp"
#include "lib/text/script.hpp"

namespace wrun::inline v0::wat {

/// At "(": a constant or a pattern. What isn't one is an error.
Value parse_value(Cursor& cursor);

}  // namespace wrun::inline v0::wat
