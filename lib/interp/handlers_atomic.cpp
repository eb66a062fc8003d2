// The handlers of atomic instructions, made from the rows of opcodes.def: what one does follows
// from its shape, name, width and types.

#include <array>
#include <utility>

#include "lib/interp/bodies_atomic.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/interp/op_tables.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;
using wasm::Shape;

namespace {

constexpr bool is_atomic(const wasm::OpInfo& info) {
  return info.feature == Feature::threads && info.shape != Shape::atomic_fence;
}

/// Which template is the instruction's.
template <Op op>
constexpr Handler atomic_entry() {
  constexpr const wasm::OpInfo& info = wasm::info(op);
  // Of the first operand after the address; a load has its result's.
  constexpr char letter = info.params().size() > 1 ? info.params()[1] : info.results()[0];
  using Value = std::conditional_t<letter == 'I', std::uint64_t, std::uint32_t>;
  using T = wasm::UnsignedOf<wasm::access_width(info.imm)>;
  if constexpr (info.shape == Shape::atomic_load) {
    return &handler<AtomicLoad<Value, T>>;
  } else if constexpr (info.shape == Shape::atomic_store) {
    return &handler<AtomicStore<Value, T>>;
  } else if constexpr (info.shape == Shape::atomic_rmw) {
    return &handler<AtomicRmw<Value, T>>;
  } else if constexpr (info.shape == Shape::atomic_cmpxchg) {
    return &handler<AtomicCmpxchg<Value, T>>;
  } else if constexpr (info.shape == Shape::atomic_wait) {
    return &handler<AtomicWait<Value, T>>;
  } else {
    return &handler<AtomicNotify<Value, T>>;
  }
}

constexpr auto atomic_ops = select_ops<&is_atomic>();

constexpr auto atomic_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{atomic_entry<atomic_ops[i]>()...};
}
(std::make_index_sequence<atomic_ops.size()>());

}  // namespace

Handler atomic_handler(Op op) {
  return *find_row<atomic_ops>(atomic_rows, op);
}

Handler fence_handler() {
  return &handler<AtomicFence>;
}

}  // namespace wrun::inline v0::interp
