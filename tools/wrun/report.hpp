#pragma once

// Errors as people and scripts read them.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include <wrun/error.hpp>

#include "tools/wrun/lines.hpp"

namespace wrun::inline v0::tool {

/// A name from a module as it is, if it is short and plain; else in quotes, escaped and cut.
std::string readable(std::string_view name);

/// A module that was refused: "FILE: invalid at 0x1f3: message". One line, but for text, whose
/// message shows the line that is wrong. No line end at the end.
std::string describe_refusal(std::string_view file, const Error& error);

/// How a guest ended: its kind, where a memory trap struck, and the backtrace, a line per frame.
/// No line end at the end.
std::string describe_end(const Error& error, const FrameLines& lines = {});

/// {"kind": "trap", "message": ..., "trap": ..., "backtrace": [...], ...}
nlohmann::ordered_json to_json(const Error& error, const FrameLines& lines = {});

/// JSON on one line, or indented; bytes that are no UTF-8 are replaced.
std::string dump(const nlohmann::ordered_json& json, int indent = -1);

}  // namespace wrun::inline v0::tool
