#pragma once

#include <string>
#include <string_view>

namespace wrun::inline v0::wasm {

/// A name from a module, fit for a message: in quotes, control characters escaped, cut if long.
std::string quoted(std::string_view name);

}  // namespace wrun::inline v0::wasm
