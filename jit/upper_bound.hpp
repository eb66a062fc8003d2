#pragma once

// How large an integer can be, by what it is computed from.

#include <cstdint>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// The most that an i32 or an i64 can be, as an unsigned number.
constexpr std::uint64_t most_of(Type type) {
  return type == Type::i32 ? 0xffff'ffff : ~std::uint64_t{0};
}

/// Of an i32 or i64, as an unsigned number. Looks a few instructions far.
std::uint64_t upper_bound(const Graph& graph, Value v, unsigned depth = 4);

}  // namespace wrun::inline v0::jit
