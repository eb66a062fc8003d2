#pragma once

// WebAssembly's types as the compiler's.

#include "jit/ir.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::jit {

constexpr Type type_of(wasm::Kind kind) {
  switch (kind) {
    case wasm::Kind::i32:
      return Type::i32;
    case wasm::Kind::f32:
      return Type::f32;
    case wasm::Kind::f64:
      return Type::f64;
    case wasm::Kind::v128:
      return Type::v128;
    default:
      return Type::i64;
  }
}
constexpr Type type_of(wasm::ValType type) {
  return type_of(type.kind());
}

}  // namespace wrun::inline v0::jit
