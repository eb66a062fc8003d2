#pragma once

// Types in text. https://webassembly.github.io/spec/core/text/types.html

#include <cstdint>
#include <optional>

#include "lib/text/context.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wat {

wasm::HeapType parse_heap_type(Context& context);
bool at_ref_type(Cursor& cursor);
wasm::ValType parse_ref_type(Context& context);
wasm::ValType parse_value_type(Context& context);
wasm::GlobalType parse_global_type(Context& context);
/// i32, i64 or nothing; true if i64.
bool parse_address_type(Cursor& cursor);
/// min max?
void parse_limits(Cursor& cursor, wasm::SizeLimits& limits);
/// Limits and the rest of a memory type; the address type is already in it.
void parse_memory_type(Cursor& cursor, wasm::MemoryType& type);
/// (pagesize n), if it is there.
void parse_page_size(Cursor& cursor, wasm::MemoryType& type);
wasm::TableType parse_table_type(Context& context);

/// (type ...) or (rec ...), at the left parenthesis.
void parse_type_definition(Context& context);

/// (type x)? (param ...)* (result ...)*
struct TypeUse {
  std::optional<std::uint32_t> index;  ///< the explicit one
  wasm::FuncType type;
  bool is_empty() const { return type.params.empty() && type.results.empty(); }
};
/// Parameters are bound in `locals`; null where names can't stand.
TypeUse parse_type_use(Context& context, IndexSpace* locals);
/// Its type's index, after checks; adds the type to the module if it has no explicit index.
std::uint32_t resolve(Context& context, const TypeUse& use, std::uint32_t offset);
/// parse_type_use and resolve. The parameters that only the index tells of are counted in `locals`.
std::uint32_t parse_type_index(Context& context, IndexSpace* locals);

}  // namespace wrun::inline v0::wat
