#include "lib/runtime/host_gate.hpp"

namespace wrun::inline v0::runtime {

bool left_work(const ExecState* state) noexcept {
  const Store& store = *state->store;
  return bool(state->failure) || store.is_due() || store.has_garbage();
}

}  // namespace wrun::inline v0::runtime
