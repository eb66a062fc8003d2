#include <algorithm>
#include <array>
#include <utility>

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/interp/op_tables.hpp"
#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;
using wasm::Shape;

namespace {

template <Shape shape>
constexpr bool has_shape(const wasm::OpInfo& info) {
  return info.shape == shape;
}

constexpr std::size_t addr_forms = static_cast<std::size_t>(Addr::count_);
using LoadRow =
    std::array<Handler, 2 * addr_forms + 4>;  // [form * 2 + dst], any memory: [is_64, dst]
using StoreRow = std::array<Handler, 3 * addr_forms + 2>;  // [form * 3 + src], any memory: [is_64]

template <Op op>
constexpr std::size_t width = wasm::access_width(wasm::info(op).imm);

template <Op op, Addr form, Dst dst>
constexpr Handler load = &handler<Load<wasm::semantics<op>, width<op>, form, dst>>;

template <Op op, bool is_64, Dst dst>
constexpr Handler load_any = &handler<LoadAny<wasm::semantics<op>, width<op>, is_64, dst>>;

template <Op op, std::size_t... f>
constexpr LoadRow load_row(std::index_sequence<f...>) {
  return {load<op, static_cast<Addr>(f / 2), static_cast<Dst>(f % 2)>...,
          load_any<op, false, Dst::acc>, load_any<op, false, Dst::store>,
          load_any<op, true, Dst::acc>, load_any<op, true, Dst::store>};
}

/// A value that is an integer may be an immediate.
template <Op op, Addr form, Src src>
constexpr Handler store_entry() {
  constexpr auto access = wasm::semantics<op>;
  if constexpr (src == Src::imm && acc_class<typename Access<access>::Value> != AccClass::integer) {
    return nullptr;
  } else {
    return &handler<Store<access, width<op>, form, src>>;
  }
}

template <Op op, std::size_t... f>
constexpr StoreRow store_row(std::index_sequence<f...>) {
  return {store_entry<op, static_cast<Addr>(f / 3), static_cast<Src>(f % 3)>()...,
          &handler<StoreAny<wasm::semantics<op>, width<op>, false>>,
          &handler<StoreAny<wasm::semantics<op>, width<op>, true>>};
}

constexpr auto load_ops = select_ops<&has_shape<Shape::load>>();
constexpr auto store_ops = select_ops<&has_shape<Shape::store>>();

constexpr auto load_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{load_row<load_ops[i]>(std::make_index_sequence<2 * addr_forms>())...};
}
(std::make_index_sequence<load_ops.size()>());

constexpr auto store_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{store_row<store_ops[i]>(std::make_index_sequence<3 * addr_forms>())...};
}
(std::make_index_sequence<store_ops.size()>());

template <class Row>
Handler entry(const Row* row, std::size_t at) {
  return row ? (*row)[at] : nullptr;
}

}  // namespace

Handler load_handler(Op op, Addr form, Dst dst) {
  return entry(find_row(load_ops, load_rows, op),
               static_cast<std::size_t>(form) * 2 + static_cast<std::size_t>(dst));
}

Handler store_handler(Op op, Addr form, Src value) {
  return entry(find_row(store_ops, store_rows, op),
               static_cast<std::size_t>(form) * 3 + static_cast<std::size_t>(value));
}

Handler load_any_handler(Op op, bool is_64, Dst dst) {
  return entry(find_row(load_ops, load_rows, op),
               2 * addr_forms + (is_64 ? 2 : 0) + static_cast<std::size_t>(dst));
}

Handler store_any_handler(Op op, bool is_64) {
  return entry(find_row(store_ops, store_rows, op), 3 * addr_forms + (is_64 ? 1 : 0));
}

}  // namespace wrun::inline v0::interp
