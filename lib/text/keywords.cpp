#include "lib/text/keywords.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/text/number_shape.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::Op;

constexpr std::size_t table_size = 2048;
static_assert(wasm::op_count * 2 < table_size);

constexpr std::uint32_t hash(std::string_view text) {
  std::uint32_t h = 2166136261u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
  return h ^ h >> 15;
}

/// Open addressing; of instructions with one text the first stays.
constexpr std::array<Op, table_size> make_table() {
  std::array<Op, table_size> table{};
  for (Op& slot : table) slot = wasm::op_none;
  for (std::size_t i = 0; i < wasm::op_count; ++i) {
    const std::string_view text = wasm::op_table[i].text();
    std::size_t slot = hash(text) % table_size;
    while (table[slot] != wasm::op_none && wasm::info(table[slot]).text() != text)
      slot = (slot + 1) % table_size;
    if (table[slot] == wasm::op_none) table[slot] = static_cast<Op>(i);
  }
  return table;
}

constexpr auto table = make_table();

constexpr std::string_view other_keywords[] = {"after",
                                               "any",
                                               "anyref",
                                               "array",
                                               "arrayref",
                                               "assert_exception",
                                               "assert_exhaustion",
                                               "assert_invalid",
                                               "assert_invalid_custom",
                                               "assert_malformed",
                                               "assert_malformed_custom",
                                               "assert_return",
                                               "assert_trap",
                                               "assert_unlinkable",
                                               "before",
                                               "binary",
                                               "catch_all_ref",
                                               "catch_ref",
                                               "code",
                                               "component",
                                               "data",
                                               "datacount",
                                               "declare",
                                               "definition",
                                               "do",
                                               "either",
                                               "elem",
                                               "eq",
                                               "eqref",
                                               "exn",
                                               "exnref",
                                               "export",
                                               "extern",
                                               "externref",
                                               "f32",
                                               "f32x4",
                                               "f64",
                                               "f64x2",
                                               "field",
                                               "final",
                                               "first",
                                               "func",
                                               "funcref",
                                               "get",
                                               "global",
                                               "i16",
                                               "i16x8",
                                               "i31",
                                               "i31ref",
                                               "i32",
                                               "i32x4",
                                               "i64",
                                               "i64x2",
                                               "i8",
                                               "i8x16",
                                               "import",
                                               "inf",
                                               "input",
                                               "instance",
                                               "invoke",
                                               "item",
                                               "last",
                                               "local",
                                               "memory",
                                               "module",
                                               "mut",
                                               "nan",
                                               "nan:arithmetic",
                                               "nan:canonical",
                                               "noexn",
                                               "noextern",
                                               "nofunc",
                                               "none",
                                               "null",
                                               "nullexnref",
                                               "nullexternref",
                                               "nullfuncref",
                                               "nullref",
                                               "offset",
                                               "output",
                                               "pagesize",
                                               "param",
                                               "quote",
                                               "rec",
                                               "ref",
                                               "ref.any",
                                               "ref.array",
                                               "ref.exn",
                                               "ref.extern",
                                               "ref.host",
                                               "ref.struct",
                                               "register",
                                               "result",
                                               "script",
                                               "shared",
                                               "start",
                                               "struct",
                                               "structref",
                                               "sub",
                                               "table",
                                               "tag",
                                               "then",
                                               "thread",
                                               "type",
                                               "v128",
                                               "wait"};
static_assert(std::is_sorted(std::begin(other_keywords), std::end(other_keywords)));

bool is_natural(std::string_view word) {
  const NumberShape shape = number_shape(word);
  return shape.kind == NumberShape::Kind::finite && shape.is_integer && shape.sign == 0;
}

}  // namespace

Op op_from_text(std::string_view text) {
  for (std::size_t slot = hash(text) % table_size;; slot = (slot + 1) % table_size) {
    const Op op = table[slot];
    if (op == wasm::op_none || wasm::info(op).text() == text) return op;
  }
}

bool is_known_keyword(std::string_view word) {
  if (op_from_text(word) != wasm::op_none) return true;
  if (std::binary_search(std::begin(other_keywords), std::end(other_keywords), word)) return true;
  for (const std::string_view prefix : {"offset=", "align="})
    if (word.starts_with(prefix)) return is_natural(word.substr(prefix.size()));
  return number_shape(word).kind != NumberShape::Kind::ill_formed;
}

}  // namespace wrun::inline v0::wat
