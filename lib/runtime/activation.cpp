#include "lib/runtime/activation.hpp"

#include <utility>

#include "lib/runtime/initial_memory.hpp"
#include "lib/runtime/marker.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

Activation* current_activation(const ExecState& state) {
  const Record* record = state.records;
  while (record && record->kind != Record::Kind::enter) record = record->outer;
  return record ? record->activation : nullptr;
}

bool is_pausing(const ExecState& state) {
  const Activation* activation = current_activation(state);
  return activation && activation->phase == Activation::Phase::pausing;
}

// What unwinds a failing call also leaves one that is paused; the words are never seen.
bool request_pause(ExecState& state) noexcept {
  Activation* activation = current_activation(state);
  if (!activation) {
    return fail(state, Error(ErrorKind::usage, "pending, in a call that can't be paused"));
  }
  activation->phase = Activation::Phase::pausing;
  fail(state, Error(ErrorKind::usage, "paused"));
  return true;
}

OnStackOf::OnStackOf(ExecState& state, Activation& activation, Slot* top) noexcept
    : state_(state),
      end_(state.stack_end),
      top_(std::exchange(state.stack_top, top)),
      left_(std::exchange(state.stack_left, activation.stack_left)),
      native_{state.native.stack, state.native.sp, state.native.outer} {
  state.native.outer = &native_;
  use_native_stack(state, &activation.native_stack, activation.native_sp);
  set_end(state, reinterpret_cast<Slot*>(activation.stack.end()));
}

OnStackOf::~OnStackOf() {
  state_.stack_top = top_;
  state_.stack_left = left_;
  state_.native.outer = native_.outer;
  use_native_stack(state_, native_.stack, native_.sp);
  set_end(state_, end_);
}

// A request that comes in between takes the limit away either before, and `stop` shows it, or
// afterwards.
void OnStackOf::set_end(ExecState& state, Slot* end) noexcept {
  state.stack_end = end;
  state.restore_limits();
}

namespace {

/// Stacks of ended activations that a store keeps for the next ones.
constexpr std::size_t most_spare_stacks = 8;

}  // namespace

Result<std::shared_ptr<Activation>> Store::start_activation(const FuncRef& function) {
  const std::uint64_t bytes = slot_stack_bytes();
  auto activation = std::make_shared<Activation>();
  if (!any_dropped_) any_dropped_ = std::make_shared<std::atomic<bool>>(false);
  state_.may_have_work = true;
  if (spare_stacks_.capacity() == 0) spare_stacks_.reserve(most_spare_stacks);
  if (!spare_stacks_.empty() && spare_stacks_.back().size() == os::round_to_pages(bytes)) {
    activation->stack = std::move(spare_stacks_.back());
    spare_stacks_.pop_back();
  } else {
    auto stack = take_stack();
    if (!stack) return std::move(stack).error();
    activation->stack = std::move(*stack);
  }
  activation->stack_left = stack_allowance();
  activation->index = static_cast<std::uint32_t>(activations_.size());
  activations_.push_back(activation);
  activation->store = this;
  activation->phase = Activation::Phase::running;
  activation->function = &function;
  activation->owner = owner(function);
  activation->type = function.type;
  activation->base = reinterpret_cast<Slot*>(activation->stack.begin());
  activation->any_dropped = any_dropped_;
  registry_->retain(activation->type);
  return activation;
}

void Store::end_activation(Activation& activation) noexcept {
  if (activation.store != this) return;
  const std::shared_ptr<Activation> kept = activations_[activation.index];
  activations_[activation.index] = std::move(activations_.back());
  activations_[activation.index]->index = activation.index;
  activations_.pop_back();
  activation.phase = Activation::Phase::ended;
  activation.store = nullptr;
  registry_->release(activation.type);
  if (activation.native_stack)
    account_.give(Resource::stack_bytes, native_charge(activation.native_stack));
  memories_->stacks.give(std::move(activation.native_stack), os::StackPool::Growth::down);
  os::Stack stack = std::move(activation.stack);
  if (spare_stacks_.size() < spare_stacks_.capacity()) {
    spare_stacks_.push_back(std::move(stack));
  } else {
    account_.give(Resource::stack_bytes, stack.size());
    memories_->stacks.give(std::move(stack), os::StackPool::Growth::up);
  }
}

// One that runs ends by itself.
void Store::end_dropped() noexcept {
  any_dropped_->store(false);
  for (std::size_t i = activations_.size(); i-- > 0;) {
    Activation& activation = *activations_[i];
    if (activation.is_dropped.load() && activation.is_paused()) end_activation(activation);
  }
}

namespace {

/// What is used of a stack that code runs on: up to the highest place that it has a name for.
std::span<const Slot> used_part(const os::Stack& stack, const ExecState& state) {
  if (!stack) return {};
  const auto* begin = reinterpret_cast<const Slot*>(stack.begin());
  const auto* end = reinterpret_cast<const Slot*>(stack.end());
  const Slot* top = begin;
  const auto reach = [&](const Slot* place) {
    if (place > top && place <= end) top = place;
  };
  reach(state.stack_top);
  for (const Record* record = state.records; record; record = record->outer) reach(record->top);
  return {begin, top};
}

/// Machine code's frames, from the lowest one up.
void mark_native(Marker& marker, const os::Stack& stack, const std::uint8_t* sp) {
  if (!stack || sp == nullptr) return;
  marker.mark_words(
      {reinterpret_cast<const Slot*>(sp), reinterpret_cast<const Slot*>(native_end(stack))});
}

}  // namespace

// Frames are scanned conservatively: a word that points to or into a cell keeps it alive.
void Store::mark_frames(Marker& marker) {
  for (const Record* record = state_.records; record; record = record->outer) {
    if (record->instance) marker.mark(record->instance);
    if (record->host) marker.mark(record->host->ref.host);
  }
  marker.mark_words(used_part(stack_, state_));
  mark_native(marker, *state_.native.stack, state_.native.sp);
  for (const NativeStackUse* use = state_.native.outer; use; use = use->outer)
    mark_native(marker, *use->stack, use->sp);
  for (const auto& activation : activations_) {
    marker.mark(activation->owner);
    if (!activation->is_paused()) {
      marker.mark_words(used_part(activation->stack, state_));
      continue;
    }
    if (activation->instance) marker.mark(activation->instance);
    marker.mark(activation->host->ref.host);
    marker.mark_words({activation->base, activation->top});
    mark_native(marker, activation->native_stack, activation->native_sp);
  }
}

}  // namespace wrun::inline v0::runtime
