// Loads and stores of any memory: shared ones, those of 64-bit addresses, and all but the first.
// There is one handler for each instruction, which goes about the bytes as is right for shared
// memories.

#include "lib/interp/handlers_memory.hpp"
#include "lib/interp/shared_access.hpp"

namespace wrun::inline v0::interp {

namespace {

constexpr auto all_load_ops = select_ops<&has_shape<Shape::load>>();
constexpr auto all_store_ops = select_ops<&has_shape<Shape::store>>();

template <Op op>
constexpr auto access_of = &SharedAccess<wasm::semantics<op>, width<op>>::run;

constexpr auto loads = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &handler<LoadAny<access_of<all_load_ops[i]>, width<all_load_ops[i]>>>...};
}
(std::make_index_sequence<all_load_ops.size()>());

constexpr auto stores = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &handler<StoreAny<access_of<all_store_ops[i]>, width<all_store_ops[i]>>>...};
}
(std::make_index_sequence<all_store_ops.size()>());

}  // namespace

Handler load_any_handler(Op op) {
  return *find_row<all_load_ops>(loads, op);
}
Handler store_any_handler(Op op) {
  return *find_row<all_store_ops>(stores, op);
}

}  // namespace wrun::inline v0::interp
