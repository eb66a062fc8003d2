#include "lib/text/type_parser.hpp"

#include <bit>
#include <utility>

namespace wrun::inline v0::wat {
namespace {

using wasm::AbstractHeap;
using wasm::HeapType;
using wasm::Kind;
using wasm::ValType;

struct HeapName {
  std::string_view heap;
  std::string_view ref;  ///< the abbreviation of (ref null heap)
  AbstractHeap type;
};

constexpr HeapName heap_names[] = {
    {"func", "funcref", AbstractHeap::func},
    {"extern", "externref", AbstractHeap::extern_},
    {"any", "anyref", AbstractHeap::any},
    {"eq", "eqref", AbstractHeap::eq},
    {"i31", "i31ref", AbstractHeap::i31},
    {"struct", "structref", AbstractHeap::struct_},
    {"array", "arrayref", AbstractHeap::array},
    {"exn", "exnref", AbstractHeap::exn},
    {"none", "nullref", AbstractHeap::none},
    {"nofunc", "nullfuncref", AbstractHeap::nofunc},
    {"noextern", "nullexternref", AbstractHeap::noextern},
    {"noexn", "nullexnref", AbstractHeap::noexn},
};

const HeapName* find_ref(std::string_view word) {
  for (const HeapName& name : heap_names)
    if (name.ref == word) return &name;
  return nullptr;
}

std::optional<Kind> number_kind(std::string_view word) {
  if (word == "i32") return Kind::i32;
  if (word == "i64") return Kind::i64;
  if (word == "f32") return Kind::f32;
  if (word == "f64") return Kind::f64;
  if (word == "v128") return Kind::v128;
  return std::nullopt;
}

ValType parse_storage_type(Context& context) {
  if (context.cursor.accept_keyword("i8")) return Kind::i8;
  if (context.cursor.accept_keyword("i16")) return Kind::i16;
  return parse_value_type(context);
}

wasm::FieldType parse_field_type(Context& context) {
  if (!context.cursor.accept_open("mut")) return {parse_storage_type(context), false};
  const ValType type = parse_storage_type(context);
  context.cursor.expect_close();
  return {type, true};
}

void parse_fields(Context& context, wasm::SubType& type, IndexSpace& names) {
  Cursor& cursor = context.cursor;
  while (cursor.accept_open("field")) {
    if (cursor.at(TokenKind::id) || cursor.at(TokenKind::annotation)) {
      parse_binding(context, names, names.add());
      type.fields.push_back(parse_field_type(context));
    } else {
      for (; !cursor.at(TokenKind::right) && cursor.ok(); names.add())
        type.fields.push_back(parse_field_type(context));
    }
    cursor.expect_close();
  }
}

void parse_params(Context& context, wasm::FuncType& type, IndexSpace* locals) {
  Cursor& cursor = context.cursor;
  while (cursor.accept_open("param")) {
    if (locals && (cursor.at(TokenKind::id) || cursor.at(TokenKind::annotation))) {
      parse_binding(context, *locals, locals->add());
      type.params.push_back(parse_value_type(context));
    } else {
      while (!cursor.at(TokenKind::right) && cursor.ok()) {
        type.params.push_back(parse_value_type(context));
        if (locals) locals->add();
      }
    }
    cursor.expect_close();
  }
}

void parse_results(Context& context, wasm::FuncType& type) {
  Cursor& cursor = context.cursor;
  while (cursor.accept_open("result")) {
    while (!cursor.at(TokenKind::right) && cursor.ok())
      type.results.push_back(parse_value_type(context));
    cursor.expect_close();
  }
}

void parse_composite_type(Context& context, std::uint32_t index, wasm::SubType& type) {
  Cursor& cursor = context.cursor;
  if (cursor.accept_open("func")) {
    type.kind = wasm::CompositeKind::func;
    IndexSpace params("param");
    parse_params(context, type.func, &params);
    parse_results(context, type.func);
  } else if (cursor.accept_open("struct")) {
    type.kind = wasm::CompositeKind::struct_;
    const auto [it, is_new] = context.module.fields.try_emplace(index, "field");
    parse_fields(context, type, it->second);
  } else if (cursor.accept_open("array")) {
    type.kind = wasm::CompositeKind::array;
    type.fields.push_back(parse_field_type(context));
  } else {
    return cursor.at(TokenKind::left)  ? cursor.advance(),
           cursor.unexpected("a type") : cursor.unexpected("a type");
  }
  cursor.expect_close();
}

wasm::SubType parse_sub_type(Context& context, std::uint32_t index) {
  Cursor& cursor = context.cursor;
  wasm::SubType type;
  if (!cursor.accept_open("sub")) return parse_composite_type(context, index, type), type;
  type.is_final = cursor.accept_keyword("final");
  while (at_index(cursor)) {
    const std::uint32_t offset = cursor.offset();
    if (type.super) cursor.errors().invalid(offset, "sub type: more than one supertype");
    type.super = wasm::TypeIdx(parse_index(context, context.module.types));
  }
  parse_composite_type(context, index, type);
  cursor.expect_close();
  return type;
}

/// At (type: its identifier was bound before.
wasm::SubType parse_type(Context& context, std::uint32_t index) {
  Cursor& cursor = context.cursor;
  cursor.advance();
  cursor.expect_keyword("type");
  skip_binding(cursor);
  wasm::SubType type = parse_sub_type(context, index);
  cursor.expect_close();
  return type;
}

}  // namespace

HeapType parse_heap_type(Context& context) {
  Cursor& cursor = context.cursor;
  if (at_index(cursor)) {
    const std::uint32_t offset = cursor.offset();
    const std::uint32_t index = parse_index(context, context.module.types);
    if (index >= 1u << 24) cursor.errors().invalid(offset, "unknown type {}", index);
    return HeapType(wasm::TypeIdx(index & 0xff'ffff));
  }
  if (cursor.at(TokenKind::keyword)) {
    for (const HeapName& name : heap_names)
      if (cursor.accept_keyword(name.heap)) return name.type;
  }
  return cursor.unexpected("a heap type"), HeapType();
}

bool at_ref_type(Cursor& cursor) {
  return cursor.at_open("ref") ||
         (cursor.at(TokenKind::keyword) && find_ref(cursor.spelling()) != nullptr);
}

ValType parse_ref_type(Context& context) {
  Cursor& cursor = context.cursor;
  if (cursor.accept_open("ref")) {
    const bool nullable = cursor.accept_keyword("null");
    const HeapType heap = parse_heap_type(context);
    cursor.expect_close();
    return ValType::ref(heap, nullable);
  }
  const HeapName* name = cursor.at(TokenKind::keyword) ? find_ref(cursor.spelling()) : nullptr;
  if (!name) return cursor.unexpected("a reference type"), wasm::funcref;
  cursor.advance();
  return ValType::ref(name->type, true);
}

ValType parse_value_type(Context& context) {
  Cursor& cursor = context.cursor;
  if (cursor.at(TokenKind::keyword)) {
    if (const auto kind = number_kind(cursor.spelling())) return cursor.advance(), *kind;
  }
  if (at_ref_type(cursor)) return parse_ref_type(context);
  if (cursor.at(TokenKind::left)) cursor.advance();
  return cursor.unexpected("a value type"), ValType();
}

wasm::GlobalType parse_global_type(Context& context) {
  if (!context.cursor.accept_open("mut")) return {parse_value_type(context), false};
  const ValType type = parse_value_type(context);
  context.cursor.expect_close();
  return {type, true};
}

bool parse_address_type(Cursor& cursor) {
  if (cursor.accept_keyword("i64")) return true;
  cursor.accept_keyword("i32");
  return false;
}

void parse_limits(Cursor& cursor, wasm::SizeLimits& limits) {
  // Beyond the address type's range is for validation to report.
  limits.min = cursor.expect_u64();
  if (cursor.at_unsigned()) limits.max = cursor.expect_u64();
}

void parse_page_size(Cursor& cursor, wasm::MemoryType& type) {
  if (!cursor.accept_open("pagesize")) return;
  const std::uint32_t offset = cursor.offset();
  const std::uint64_t size = cursor.expect_u64();
  if (!std::has_single_bit(size))
    cursor.errors().malformed(offset, "invalid custom page size: not a power of two");
  else
    type.page_size_log2 = static_cast<std::uint8_t>(std::countr_zero(size));
  cursor.expect_close();
}

void parse_memory_type(Cursor& cursor, wasm::MemoryType& type) {
  parse_limits(cursor, type.limits);
  type.is_shared = cursor.accept_keyword("shared");
  parse_page_size(cursor, type);
}

wasm::TableType parse_table_type(Context& context) {
  wasm::TableType type;
  type.limits.is_64 = parse_address_type(context.cursor);
  parse_limits(context.cursor, type.limits);
  type.element = parse_ref_type(context);
  return type;
}

void parse_type_definition(Context& context) {
  Cursor& cursor = context.cursor;
  const std::uint32_t offset = cursor.offset();
  std::uint32_t index = context.module.type_count();
  if (!cursor.accept_open("rec")) {
    std::vector<wasm::SubType> group;
    group.push_back(parse_type(context, index));
    return context.module.add_group(std::move(group), false, offset);
  }
  std::vector<wasm::SubType> group;
  while (cursor.at(TokenKind::left)) group.push_back(parse_type(context, index++));
  cursor.expect_close();
  context.module.add_group(std::move(group), true, offset);
}

TypeUse parse_type_use(Context& context, IndexSpace* locals) {
  Cursor& cursor = context.cursor;
  TypeUse use;
  if (cursor.accept_open("type")) {
    use.index = parse_index(context, context.module.types);
    cursor.expect_close();
  }
  parse_params(context, use.type, locals);
  parse_results(context, use.type);
  if (cursor.at_open("param") || cursor.at_open("type")) {
    cursor.advance();
    cursor.unexpected("parameters before results, and a type before both");
  }
  return use;
}

std::uint32_t resolve(Context& context, const TypeUse& use, std::uint32_t offset) {
  if (!context.cursor.ok()) return 0;
  if (!use.index) return context.module.function_type(use.type);
  if (use.is_empty()) return *use.index;
  if (*use.index >= context.module.type_count())
    context.cursor.errors().malformed(offset, "unknown type {}", *use.index);
  // A type that isn't a function's is for validation to report.
  const wasm::FuncType* type = context.module.find_function_type(*use.index);
  if (type && *type != use.type)
    context.cursor.errors().malformed(offset, "inline function type: not the same as type {}",
                                      *use.index);
  return *use.index;
}

std::uint32_t parse_type_index(Context& context, IndexSpace* locals) {
  const std::uint32_t offset = context.cursor.offset();
  const TypeUse use = parse_type_use(context, locals);
  const std::uint32_t index = resolve(context, use, offset);
  if (locals && use.index && use.is_empty()) {
    if (const wasm::FuncType* type = context.module.find_function_type(index))
      locals->add(static_cast<std::uint32_t>(type->params.size()));
  }
  return index;
}

}  // namespace wrun::inline v0::wat
