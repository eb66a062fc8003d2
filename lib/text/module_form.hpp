#pragma once

// The outer form of a module's text: (module $id? definition? (binary | quote | fields)).

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/text/cursor.hpp"
#include "lib/text/module.hpp"

namespace wrun::inline v0::wat {

/// Which word, if any, follows (module: scripts have (module definition ...) too.
enum class DefinitionWord : bool { no, allowed };

Result<ParsedModule> parse_module_form(std::string_view text, const ParseOptions& options,
                                       DefinitionWord definition);

}  // namespace wrun::inline v0::wat
