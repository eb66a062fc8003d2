#pragma once

// Constant expressions, evaluated while an instance is made.
//
// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions

#include <wrun/result.hpp>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// One value: one or two slots.
struct ConstValue {
  Slot slots[2] = {};

  template <class T>
  T get() const {
    return slots[0].get<T>();
  }
};

/// The expression's value. It was validated; it may read globals and functions that the instance
/// has so far. A safe point, if the expression allocates; the value isn't rooted. Error{limit} if
/// there is no memory for what it allocates.
Result<ConstValue> evaluate(const Instance& instance, wasm::ConstExpr expression);

}  // namespace wrun::inline v0::runtime
