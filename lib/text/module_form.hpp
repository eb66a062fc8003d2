#pragma once

// The outer form of a module's text: (module $id? definition? (binary | quote | fields)).

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/text/cursor.hpp"
#include "lib/text/module.hpp"

namespace wrun::inline v0::wat {

/// Whether (module definition ...) and (core module ...), which scripts have, are read too.
enum class DefinitionWord : bool { no, allowed };

Result<ParsedModule> parse_module_form(std::string_view text, const ParseOptions& options,
                                       DefinitionWord definition);

}  // namespace wrun::inline v0::wat
