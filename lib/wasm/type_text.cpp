#include "lib/wasm/type_text.hpp"

#include <array>

namespace wrun::inline v0::wasm {

std::string to_text(HeapType type) {
  if (type.is_concrete()) return std::to_string(type.index().value);
  // In the order of AbstractHeap.
  static constexpr std::array names = {"func",     "extern", "any",   "eq",   "i31",
                                       "struct",   "array",  "exn",   "none", "nofunc",
                                       "noextern", "noexn",  "bottom"};
  return names[static_cast<std::size_t>(type.abstract())];
}

std::string to_text(ValType type) {
  // In the order of Kind, without ref.
  static constexpr std::array names = {"i32", "i64", "f32", "f64", "v128", "", "i8", "i16", "any"};
  if (!type.is_ref()) return names[static_cast<std::size_t>(type.kind())];
  if (type == funcref) return "funcref";
  if (type == externref) return "externref";
  return (type.is_nullable() ? "(ref null " : "(ref ") + to_text(type.heap()) + ")";
}

}  // namespace wrun::inline v0::wasm
