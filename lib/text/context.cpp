#include "lib/text/context.hpp"

namespace wrun::inline v0::wat {

std::string_view take_id(Context& context) {
  Cursor& cursor = context.cursor;
  std::string_view id = cursor.spelling().substr(1);
  if (id.starts_with('"')) {
    std::string bytes;
    append_string(id, bytes);
    if (!is_utf8(bytes)) cursor.errors().malformed(cursor.offset(), "malformed UTF-8 encoding");
    id = context.module.keep(std::move(bytes));
  }
  cursor.advance();
  return id;
}

std::uint32_t parse_index(Context& context, const IndexSpace& space) {
  Cursor& cursor = context.cursor;
  if (!cursor.at(TokenKind::id)) return cursor.expect_u32();
  const std::uint32_t offset = cursor.offset();
  const std::string_view id = take_id(context);
  const auto index = space.find(id);
  if (!index) cursor.errors().malformed(offset, "unknown {} ${}", space.what(), id);
  return index.value_or(0);
}

std::uint32_t parse_optional_index(Context& context, const IndexSpace& space,
                                   std::uint32_t absent) {
  return at_index(context.cursor) ? parse_index(context, space) : absent;
}

bool accept_name_annotation(Context& context, std::string_view& name) {
  Cursor& cursor = context.cursor;
  if (!cursor.at_annotation("name")) return false;
  cursor.advance();
  name = context.module.keep(cursor.expect_name());
  cursor.expect_close();
  return true;
}

void parse_binding(Context& context, IndexSpace& space, std::uint32_t index) {
  Cursor& cursor = context.cursor;
  if (cursor.at(TokenKind::id)) {
    const std::uint32_t offset = cursor.offset();
    const std::string_view id = take_id(context);
    if (!space.bind(id, index))
      cursor.errors().malformed(offset, "duplicate {} ${}", space.what(), id);
  }
  std::string_view name;
  if (accept_name_annotation(context, name)) space.name(name, index);
}

void skip_binding(Cursor& cursor) {
  cursor.accept(TokenKind::id);
  if (cursor.at_annotation("name")) cursor.skip_group();
}

}  // namespace wrun::inline v0::wat
