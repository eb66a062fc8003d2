#include "lib/runtime/host_gate.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// How many crossings may be open on a stack that can't be measured.
constexpr std::uint32_t unmeasured_depth = 64;

}  // namespace

bool find_host_room(const ExecState& state) noexcept {
  const std::size_t left = os::stack_remaining();
  if (left == os::unknown_stack_remaining) return state.depth < unmeasured_depth;
  return left > host_reserve;
}

bool left_work(const ExecState* state) noexcept {
  const Store& store = *state->store;
  return bool(state->failure) || store.is_due() || store.has_garbage() ||
         state->stop.load(std::memory_order_relaxed) != ExecState::Stop::none;
}

}  // namespace wrun::inline v0::runtime
