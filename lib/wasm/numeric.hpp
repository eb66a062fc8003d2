#pragma once

// What numeric instructions compute: num::i32_add(a, b) and so on, one pure function for each row
// of opcodes.def, used by the interpreter and by tests. i32 and i64 are
// std::uint32_t and std::uint64_t, f32 and f64 are float and double, v128 is Vector. What may trap
// returns a Trapping.
//
// semantics<Op::i32_add> is the function of a row; a new row needs nothing but a function of its
// name. Loads and stores have one too: Value(const std::uint8_t*), void(std::uint8_t*, Value). The
// number of a lane is the last parameter; what takes a lane out takes a VectorBytes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "lib/wasm/numeric_convert.hpp"
#include "lib/wasm/numeric_float.hpp"
#include "lib/wasm/numeric_integer.hpp"
#include "lib/wasm/numeric_memory.hpp"
#include "lib/wasm/opcode.hpp"
#include "lib/wasm/simd.hpp"

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

/// All functions. A class, so that templates can ask whether a name is there.
class num : public IntegerNumerics,
            public FloatNumerics,
            public ConversionNumerics,
            public MemoryNumerics,
            public VectorNumerics {};

/// The function of an instruction, or nullptr if it has none.
template <Op op, class Functions>
struct NumericRow;

#define OP(name, code, text, immediates, signature, shape, feature) \
  template <class Functions>                                        \
  struct NumericRow<Op::name, Functions> {                          \
    static constexpr auto find() {                                  \
      if constexpr (requires { &Functions::name; })                 \
        return &Functions::name;                                    \
      else                                                          \
        return nullptr;                                             \
    }                                                               \
  };
#include "lib/wasm/opcodes.def"
#undef OP

template <Op op>
inline constexpr auto semantics = NumericRow<op, num>::find();

template <Op op>
inline constexpr bool has_semantics =
    !std::is_null_pointer_v<std::remove_const_t<decltype(semantics<op>)>>;

/// The types of a function of num.
template <class Function>
struct NumericFunction;

template <class R, class... Params>
struct NumericFunction<R (*)(Params...)> {
  using Result = R;
  static constexpr std::size_t arity = sizeof...(Params);
};

template <Op op>
using NumericResult =
    typename NumericFunction<std::remove_const_t<decltype(semantics<op>)>>::Result;

template <class T>
inline constexpr bool is_trapping = false;
template <class T>
inline constexpr bool is_trapping<Trapping<T>> = true;

template <Op op>
constexpr bool row_can_trap() {
  if constexpr (has_semantics<op>)
    return is_trapping<NumericResult<op>>;
  else
    return false;
}

inline constexpr auto trapping_numerics = [] {
  std::array<bool, op_count> table{};
#define OP(name, code, text, immediates, signature, shape, feature) \
  table[static_cast<std::size_t>(Op::name)] = row_can_trap<Op::name>();
#include "lib/wasm/opcodes.def"
#undef OP
  return table;
}();

/// Whether an instruction of shape numeric can trap.
constexpr bool can_trap(Op op) {
  return trapping_numerics[static_cast<std::size_t>(op)];
}

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
