#pragma once

// What a script of the component model holds for the core language: the core modules that its
// components define. Components themselves aren't read.
//
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md

#include <vector>

#include "lib/text/cursor.hpp"
#include "lib/text/script.hpp"

namespace wrun::inline v0::wat {

/// At (component: skips it, and returns the ranges of the (core module ...) that it and the
/// components within it define; not those of imports, exports and types.
std::vector<ScriptModule> skip_component(Cursor& cursor);

}  // namespace wrun::inline v0::wat
