#pragma once

// Tables of the handlers of loads and stores, made from opcodes.def and numeric_memory.hpp: a row
// for each instruction, an entry for each form. Those of shared memories are compiled in a file of
// their own.

#include <array>
#include <cstddef>
#include <utility>

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/interp/op_tables.hpp"
#include "lib/interp/shared_access.hpp"
#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;
using wasm::Shape;

template <Shape shape>
constexpr bool has_shape(const wasm::OpInfo& info) {
  return info.shape == shape;
}

inline constexpr std::size_t addr_forms = static_cast<std::size_t>(Addr::count_);
using LoadRow =
    std::array<Handler, 2 * addr_forms + 4>;  // [form * 2 + dst], any memory: [is_64, dst]
using StoreRow = std::array<Handler, 3 * addr_forms + 2>;  // [form * 3 + src], any memory: [is_64]

template <Op op>
constexpr std::size_t width = wasm::access_width(wasm::info(op).imm);

/// How an instruction reads or writes its bytes.
template <Op op, bool shared>
constexpr auto access_of() {
  if constexpr (!shared) {
    return wasm::semantics<op>;
  } else {
    return &SharedAccess<wasm::semantics<op>, width<op>>::run;
  }
}

template <auto access, std::size_t width, std::size_t... f>
constexpr LoadRow load_row(std::index_sequence<f...>) {
  return {&handler<Load<access, width, static_cast<Addr>(f / 2), static_cast<Dst>(f % 2)>>...,
          &handler<LoadAny<access, width, false, Dst::acc>>,
          &handler<LoadAny<access, width, false, Dst::store>>,
          &handler<LoadAny<access, width, true, Dst::acc>>,
          &handler<LoadAny<access, width, true, Dst::store>>};
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

template <auto access, std::size_t width, std::size_t... f>
constexpr StoreRow store_row(std::index_sequence<f...>) {
  return {store_entry<access, width, static_cast<Addr>(f / 3), static_cast<Src>(f % 3)>()...,
          &handler<StoreAny<access, width, false>>, &handler<StoreAny<access, width, true>>};
}

/// The tables of all loads and stores, for memories that are shared or for those that
/// aren't.
template <bool shared>
struct MemoryTables {
  static constexpr auto load_ops = select_ops<&has_shape<Shape::load>>();
  static constexpr auto store_ops = select_ops<&has_shape<Shape::store>>();

  static constexpr auto load_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{load_row<access_of<load_ops[i], shared>(), width<load_ops[i]>>(
        std::make_index_sequence<2 * addr_forms>())...};
  }
  (std::make_index_sequence<load_ops.size()>());

  static constexpr auto store_rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{store_row<access_of<store_ops[i], shared>(), width<store_ops[i]>>(
        std::make_index_sequence<3 * addr_forms>())...};
  }
  (std::make_index_sequence<store_ops.size()>());

  static ResultHandlers load(Op op, Addr form) {
    const LoadRow* row = find_row<load_ops>(load_rows, op);
    if (row == nullptr) return {};
    const Handler* forms = row->data() + static_cast<std::size_t>(form) * 2;
    return {forms[0], forms[1]};
  }
  static Handler store(Op op, Addr form, Src value) {
    return entry(find_row<store_ops>(store_rows, op),
                 static_cast<std::size_t>(form) * 3 + static_cast<std::size_t>(value));
  }
  static Handler load_any(Op op, bool is_64, Dst dst) {
    return entry(find_row<load_ops>(load_rows, op),
                 2 * addr_forms + (is_64 ? 2 : 0) + static_cast<std::size_t>(dst));
  }
  static Handler store_any(Op op, bool is_64) {
    return entry(find_row<store_ops>(store_rows, op), 3 * addr_forms + (is_64 ? 1 : 0));
  }

 private:
  template <class Row>
  static Handler entry(const Row* row, std::size_t at) {
    return row ? (*row)[at] : nullptr;
  }
};

}  // namespace wrun::inline v0::interp
