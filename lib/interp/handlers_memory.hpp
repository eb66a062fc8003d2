#pragma once

// Tables of the handlers of loads and stores, made from opcodes.def and numeric_memory.hpp: a row
// for each instruction, an entry for each form.

#include <array>
#include <cstddef>
#include <utility>

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/forms.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/interp/op_tables.hpp"
#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;
using wasm::Shape;

template <Shape shape>
constexpr bool has_shape(const wasm::OpInfo& info) {
  return info.shape == shape;
}
template <Shape shape>
constexpr bool is_common_with(const wasm::OpInfo& info) {
  return info.shape == shape && is_common(info);
}
template <Shape shape>
constexpr bool is_rare_with(const wasm::OpInfo& info) {
  return info.shape == shape && !is_common(info);
}

inline constexpr std::size_t addr_forms = static_cast<std::size_t>(Addr::count_);
using LoadRow = std::array<Handler, 2 * addr_forms>;   // [form * 2 + dst]
using StoreRow = std::array<Handler, 3 * addr_forms>;  // [form * 3 + src]

template <Op op>
constexpr std::size_t width = wasm::access_width(wasm::info(op).imm);

template <Op op, std::size_t... f>
constexpr LoadRow load_row(std::index_sequence<f...>) {
  return {&handler<
      Load<wasm::semantics<op>, width<op>, static_cast<Addr>(f / 2), static_cast<Dst>(f % 2)>>...};
}

/// A value that is an integer may be an immediate.
template <auto access, std::size_t width, Addr form, Src src>
constexpr Handler store_entry() {
  if constexpr (src == Src::imm && acc_class<typename Access<access>::Value> != AccClass::integer) {
    return nullptr;
  } else {
    return &handler<Store<access, width, form, src>>;
  }
}

template <Op op, std::size_t... f>
constexpr StoreRow store_row(std::index_sequence<f...>) {
  return {store_entry<wasm::semantics<op>, width<op>, static_cast<Addr>(f / 3),
                      static_cast<Src>(f % 3)>()...};
}

}  // namespace wrun::inline v0::interp
