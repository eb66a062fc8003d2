#pragma once

// What the parts of the module parser share, and what all of them need: identifiers and indices.

#include <cstdint>
#include <string_view>

#include "lib/text/cursor.hpp"
#include "lib/text/module_builder.hpp"

namespace wrun::inline v0::wat {

struct Context {
  Cursor& cursor;
  ModuleBuilder& module;
};

/// At an identifier token: takes it. The result lives as long as the builder and the text.
std::string_view take_id(Context& context);

/// At an index, which is a number or an identifier of that space.
inline bool at_index(TokenKind kind) {
  return kind == TokenKind::number || kind == TokenKind::id;
}
inline bool at_index(const Cursor& cursor) {
  return at_index(cursor.kind());
}
std::uint32_t parse_index(Context& context, const IndexSpace& space);
/// The same, or `absent` if there is no index here.
std::uint32_t parse_optional_index(Context& context, const IndexSpace& space,
                                   std::uint32_t absent = 0);

/// $id? (@name "...")?: binds them to the index.
void parse_binding(Context& context, IndexSpace& space, std::uint32_t index);
/// Skips the same.
void skip_binding(Cursor& cursor);
/// At (@name "..."), if it is there: its string.
bool accept_name_annotation(Context& context, std::string_view& name);

}  // namespace wrun::inline v0::wat
