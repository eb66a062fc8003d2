#include "lib/interp/handlers_memory.hpp"

namespace wrun::inline v0::interp {

namespace {

constexpr auto load_ops = select_ops<&is_common_with<Shape::load>>();
constexpr auto store_ops = select_ops<&is_common_with<Shape::store>>();
constexpr auto rare_load_ops = select_ops<&is_rare_with<Shape::load>>();
constexpr auto rare_store_ops = select_ops<&is_rare_with<Shape::store>>();

constexpr auto load_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{load_row<load_ops[i]>(std::make_index_sequence<2 * addr_forms>())...};
}
(std::make_index_sequence<load_ops.size()>());

constexpr auto store_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{store_row<store_ops[i]>(std::make_index_sequence<3 * addr_forms>())...};
}
(std::make_index_sequence<store_ops.size()>());

// Those of rare instructions, whose addresses and values are in slots.
constexpr auto rare_loads = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{&handler<
      Load<wasm::semantics<rare_load_ops[i]>, width<rare_load_ops[i]>, Addr::slot, Dst::store>>...};
}
(std::make_index_sequence<rare_load_ops.size()>());

constexpr auto rare_stores = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &handler<Store<wasm::semantics<rare_store_ops[i]>, width<rare_store_ops[i]>, Addr::slot,
                     Src::slot>>...};
}
(std::make_index_sequence<rare_store_ops.size()>());

}  // namespace

ResultHandlers load_handlers(Op op, Addr form) {
  if (const LoadRow* row = find_row<load_ops>(load_rows, op)) {
    const Handler* forms = row->data() + static_cast<std::size_t>(form) * 2;
    return {forms[0], forms[1]};
  }
  const Handler rare = *find_row<rare_load_ops>(rare_loads, op);
  return {rare, rare};
}

Handler store_handler(Op op, Addr form, Src value) {
  if (const StoreRow* row = find_row<store_ops>(store_rows, op))
    return (*row)[static_cast<std::size_t>(form) * 3 + static_cast<std::size_t>(value)];
  return *find_row<rare_store_ops>(rare_stores, op);
}

}  // namespace wrun::inline v0::interp
