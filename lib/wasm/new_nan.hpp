#pragma once

// Which instructions can make a NaN whose bits the specification leaves open. Where an engine's
// NaNs are canonical (Config::canonical_nans), every tier makes such a result the positive
// canonical NaN, as the specification's deterministic profile does. All others hand bits on.
//
// https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
// https://webassembly.github.io/spec/core/appendix/profiles.html#deterministic-profile-small-mathrm-det

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::wasm {

/// What of an instruction's result may be such a NaN: it, or a lane of it.
enum class NewNan : std::uint8_t { none, f32, f64, f32x4, f64x2 };

constexpr NewNan new_nan_of(const OpInfo& info) {
  constexpr std::string_view makers[] = {"add",
                                         "sub",
                                         "mul",
                                         "div",
                                         "sqrt",
                                         "min",
                                         "max",
                                         "ceil",
                                         "floor",
                                         "trunc",
                                         "nearest",
                                         "demote_f64",
                                         "promote_f32",
                                         "relaxed_min",
                                         "relaxed_max",
                                         "relaxed_madd",
                                         "relaxed_nmadd",
                                         "demote_f64x2_zero",
                                         "promote_low_f32x4"};
  if (info.shape != Shape::numeric || info.text()[0] != 'f') return NewNan::none;
  const std::size_t dot = info.text().find('.');
  const auto name = info.text().substr(dot + 1);
  if (std::find(std::begin(makers), std::end(makers), name) == std::end(makers))
    return NewNan::none;
  const auto type = info.text().substr(0, dot);
  if (type == "f32") return NewNan::f32;
  if (type == "f64") return NewNan::f64;
  return type == "f32x4" ? NewNan::f32x4 : NewNan::f64x2;
}

inline constexpr auto new_nans = [] {
  std::array<NewNan, op_count> kinds{};
  for (std::size_t i = 0; i < op_count; ++i) kinds[i] = new_nan_of(op_table[i]);
  return kinds;
}();

constexpr NewNan new_nan(Op op) {
  return new_nans[static_cast<std::size_t>(op)];
}
static_assert(new_nan(Op::f32_min) == NewNan::f32 && new_nan(Op::f32_neg) == NewNan::none);

}  // namespace wrun::inline v0::wasm
