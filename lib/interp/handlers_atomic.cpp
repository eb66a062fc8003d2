// The handlers of atomic instructions, made from the rows of opcodes.def: what one does follows
// from its shape, name, width and types.

#include <array>
#include <utility>

#include "lib/interp/bodies_atomic.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/interp/op_tables.hpp"
#include "lib/runtime/shared_memory.hpp"
#include "lib/runtime/trap.hpp"

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
    return &handler<typename AtomicRmw<wasm::rmw_of(info)>::template Body<Value, T>>;
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

bool atomic_wait(Regs& r, runtime::Memory& memory, std::uint64_t address, std::uint64_t expected,
                 bool is_wide, std::int64_t timeout, std::uint32_t& result) noexcept {
  runtime::ExecState& state = *r.inst->state;
  if (!state.may_wait) {
    trap(r, TrapCode::wait_forbidden);
    return false;
  }
  ++state.waits;
  const runtime::Waiting waiting{state.parker, runtime::wait_end(timeout), &state};
  const runtime::WaitResult woken =
      is_wide ? memory.shared->wait64(address, expected, waiting)
              : memory.shared->wait32(address, static_cast<std::uint32_t>(expected), waiting);
  if (woken == runtime::WaitResult::stopped) {
    go_slow(r, limit_instr);
    return false;
  }
  result = static_cast<std::uint32_t>(woken);
  return true;
}

/// Nobody waits at an unshared memory.
std::uint32_t atomic_notify(runtime::Memory& memory, std::uint64_t address,
                            std::uint32_t count) noexcept {
  return memory.shared ? memory.shared->notify(address, count) : 0;
}

}  // namespace wrun::inline v0::interp
