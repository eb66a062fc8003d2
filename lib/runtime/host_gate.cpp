#include "lib/runtime/host_gate.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// How many crossings may be open on a stack that can't be measured.
constexpr std::uint32_t unmeasured_depth = 64;

constexpr std::uint64_t no_host_calls = 0;

std::uint32_t open_crossings(const ExecState& state) {
  std::uint32_t count = 0;
  for (const Record* record = state.records; record; record = record->outer) ++count;
  return count;
}

}  // namespace

bool find_host_room(const ExecState& state) noexcept {
  const std::size_t left = os::stack_remaining();
  if (left == os::unknown_stack_remaining) return open_crossings(state) < unmeasured_depth;
  return left > host_reserve;
}

void make_gate(Entry& entry, ExecState& state, bool is_open) noexcept {
  entry.gate.record.kind = Record::Kind::host_call;
  entry.gate.record.outer = &entry.record;
  entry.gate.context.state = &state;
  entry.gate.calls_due = is_open ? &state.store->host_calls_due() : &no_host_calls;
}

bool left_work(ExecState* state) noexcept {
  return bool(state->failure) ||
         state->stop.load(std::memory_order_relaxed) != ExecState::Stop::none ||
         state->store->has_work();
}

}  // namespace wrun::inline v0::runtime
