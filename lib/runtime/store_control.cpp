// What a store's code runs on: stack, fuel, deadline.

#include <algorithm>
#include <limits>
#include <utility>

#include "lib/runtime/activation.hpp"
#include "lib/runtime/initial_memory.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// What stays free below the last frame of machine code, for signal frames.
constexpr std::uint64_t native_reserve = 64 * 1024;

/// What is there beyond what calls may take of a deterministic stack: the host's own arguments.
constexpr std::uint64_t slots_beyond = 64 * 1024;

/// Of a deterministic stack there is one entry for so many bytes: what the host needs on a stack of
/// its own for one is nobody's to know.
constexpr std::int64_t bytes_per_entry = 4096;

/// Beyond any address space, and no overflow.
constexpr std::uint64_t most_stack = std::uint64_t{1} << 48;

}  // namespace

std::uint64_t Store::slot_stack_bytes() const {
  const std::uint64_t bytes = std::min(account_.limits().stack_bytes, most_stack);
  return deterministic_ ? bytes + slots_beyond : bytes;
}

// Machine code's frames are about as large as the interpreter's.
std::uint64_t Store::native_stack_bytes() const {
  if (deterministic_) return native_bytes_per_charge * most_allowed_ + 2 * native_reserve;
  return std::min(account_.limits().stack_bytes, most_stack) + native_reserve;
}

/// What calls may take of a stack that is made now.
std::int64_t Store::stack_allowance() {
  if (!deterministic_) return unlimited_stack;
  const std::uint64_t bytes = std::min(account_.limits().stack_bytes, most_stack);
  most_allowed_ = std::max(most_allowed_, bytes);
  if (state_.entries_left == unlimited_stack) state_.entries_left = bytes / bytes_per_entry;
  return static_cast<std::int64_t>(bytes);
}

Result<os::Stack> Store::take_stack() {
  const std::uint64_t bytes = slot_stack_bytes();
  auto stack = memories_->stacks.take(bytes);
  if (!stack) {
    return Error(ErrorKind::limit,
                 compose("no address space for a stack of {} bytes (stack_bytes)", bytes));
  }
  if (account_.take(Resource::stack_bytes, stack->size())) return std::move(*stack);
  const std::uint64_t size = stack->size();
  memories_->stacks.give(std::move(*stack), os::StackPool::Growth::up);
  return Error(ErrorKind::limit,
               compose("the budget has no {} bytes left for a stack (stack_bytes)", size));
}

Result<void> Store::ensure_stack() {
  if (stack_) return {};
  auto stack = take_stack();
  if (!stack) return std::move(stack).error();
  stack_ = std::move(*stack);
  state_.stack_left = state_.outermost.stack_left = stack_allowance();
  state_.stack_top = state_.outermost.record.top = reinterpret_cast<Slot*>(stack_.begin());
  state_.stack_end = reinterpret_cast<Slot*>(stack_.end());
  // Somebody may have asked to stop before there was a limit to take away.
  state_.restore_limits();
  return {};
}

void use_native_stack(ExecState& state, os::Stack* stack, std::uint8_t* sp) noexcept {
  NativeState& native = state.native;
  native.stack = stack;
  native.stack_end = *stack ? native_end(*stack) : nullptr;
  native.stack_limit =
      *stack ? reinterpret_cast<std::uintptr_t>(stack->begin()) + native_reserve : no_native_limit;
  native.sp = sp != nullptr ? sp : native.stack_end;
  state.restore_limits();
}

bool Store::ensure_native_stack() noexcept {
  os::Stack& stack = *state_.native.stack;
  if (stack) return true;
  auto made = memories_->stacks.take(native_stack_bytes());
  if (!made) return false;
  if (!account_.take(Resource::stack_bytes, native_charge(*made))) {
    memories_->stacks.give(std::move(*made), os::StackPool::Growth::down);
    return false;
  }
  stack = std::move(*made);
  if (&stack == &native_stack_) state_.outermost.native_sp = native_end(stack);
  use_native_stack(state_, &stack, nullptr);
  return true;
}

Result<void> Store::set_limits(Limits limits) {
  if (limits.stack_bytes == 0) return Error(ErrorKind::usage, "stack_bytes must not be 0");
  if (auto set = set_deadline(limits.deadline); !set) return set;
  state_.may_wait = limits.may_wait;
  const auto fuel = limits.fuel;
  if (time_) time_->pause();
  account_.set_limits(std::move(limits));
  forget_late();
  stop_if_overdue();  // the timer may have said so already
  if (time_) time_->resume();
  host_calls_start_ = state_.host_calls;
  bound_host_calls();
  if (account_.wants_time()) {
    if (auto watched = watch_time(); !watched) return watched;
  }
  return set_fuel(fuel);
}

std::uint64_t Store::fuel_left() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(state_.fuel, 0));
}

void Store::return_fuel() {
  const std::uint64_t left = fuel_left();
  if (fuel_is_charged_) account_.budget().fuel.give(left);
  fuel_is_charged_ = false;
  fuel_granted_ -= left;
  state_.fuel = 0;
}

// Fuel that nobody limits is counted, but not taken from the budget in advance.
Result<void> Store::set_fuel(std::optional<std::uint64_t> fuel) {
  return_fuel();
  constexpr std::uint64_t endless = std::numeric_limits<std::int64_t>::max();
  Meter& meter = account_.budget().fuel;
  if (!fuel && meter.cap() != unlimited) {
    return Error(ErrorKind::usage, "the budget limits fuel: the store's limits must set an amount");
  }
  const std::uint64_t amount = std::min(fuel.value_or(endless), endless);
  if (fuel && !meter.take(amount)) {
    return Error(ErrorKind::limit, compose("the budget has no {} units of fuel left", amount));
  }
  fuel_is_charged_ = fuel.has_value();
  state_.fuel = static_cast<std::int64_t>(amount);
  fuel_granted_ += amount;
  return {};
}

void Store::report_usage() {
  Budget& budget = account_.budget();
  const std::uint64_t fuel = fuel_used();
  const auto passed = [](const SoftLimits& soft, std::uint64_t before, std::uint64_t after) {
    return before <= soft[Resource::fuel] && after > soft[Resource::fuel];
  };
  const std::uint64_t before = std::exchange(fuel_reported_, fuel);
  if (passed(account_.limits().soft, before, fuel)) account_.note_passed(Resource::fuel, fuel);
  const std::uint64_t all = budget.fuel_used.fetch_add(fuel - before, std::memory_order_relaxed);
  if (passed(budget.soft, all, all + fuel - before))
    budget.note_passed(Resource::fuel, all + fuel - before, budget.soft[Resource::fuel],
                       account_.lock());
  const std::uint64_t calls =
      state_.host_calls - std::exchange(host_calls_reported_, state_.host_calls);
  budget.add(Resource::host_calls, calls, account_.lock());
  budget.waits.fetch_add(state_.waits - std::exchange(waits_reported_, state_.waits),
                         std::memory_order_relaxed);
}

void Store::cancel_deadline() {
  if (deadline_) timer_->cancel(*deadline_);
  deadline_.reset();
  forget_late();
}

Result<void> Store::set_deadline(std::optional<os::TimePoint> deadline) {
  cancel_deadline();
  if (!deadline) return {};
  if (!timer_) return Error(ErrorKind::usage, "this store has no timer for a deadline");
  const auto stop = [](void* state) noexcept {
    static_cast<ExecState*>(state)->request(ExecState::Stop::deadline);
  };
  deadline_ = timer_->set(*deadline, stop, &state_);
  if (!deadline_) return Error(ErrorKind::limit, "the thread for deadlines couldn't be started");
  return {};
}

}  // namespace wrun::inline v0::runtime
