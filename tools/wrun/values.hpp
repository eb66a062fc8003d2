#pragma once

// WebAssembly values on the command line: arguments of --invoke, and results.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/result.hpp>
#include <wrun/value.hpp>

namespace wrun::inline v0::tool {

/// A value of that type: an integer, signed or unsigned, decimal or hexadecimal; a float, "inf",
/// "nan", "nan:0x200001"; "i32x4:1,2,3,4"; "null". Nothing if the text isn't one.
std::optional<Val> parse_value(const ValType& type, std::string_view text);

/// All arguments of a function. The error says which one is wrong and what it should be.
Result<std::vector<Val>> parse_values(const FuncType& type, const std::vector<std::string>& texts);

/// What parse_value() reads; "funcref" and such for references that aren't null.
std::string format_value(const Val& value);

/// {"type": "i32", "value": "5"}: values are strings, since not every one is a JSON number.
nlohmann::ordered_json to_json(const Val& value);

/// "i32 i64 -> f32"
std::string signature_text(const FuncType& type);

}  // namespace wrun::inline v0::tool
