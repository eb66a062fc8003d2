// Exceptions, waiting, and what not every CPU has an instruction for.

#include <bit>
#include <cmath>
#include <new>

#include "jit/helper_calls.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/parking.hpp"
#include "lib/runtime/shared_memory.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::jit {

using runtime::Instance;

namespace {

/// Null when out of memory.
runtime::Exception* try_to_make(Instance* instance, Word tag) noexcept try {
  return &runtime::create_exception(*instance->state->store, *instance->tag_cells[tag]);
} catch (const std::bad_alloc&) {
  return nullptr;
}

/// `wait` is one that may be stopped.
template <class Wait>
Word wait_for(Instance* instance, Word timeout, Wait&& wait) {
  runtime::ExecState& state = *instance->state;
  if (!state.may_wait) return trap(instance, TrapCode::wait_forbidden);
  ++state.waits;
  const runtime::Waiting waiting{state.parker,
                                 runtime::wait_end(static_cast<std::int64_t>(timeout)), &state};
  const runtime::WaitResult woken = wait(waiting);
  if (woken == runtime::WaitResult::stopped) return stop_with(instance, runtime::trap_is_stop);
  return static_cast<Word>(woken);
}

}  // namespace

/// Throwing allocates, so it is where loops that throw collect.
Word exception_new(Instance* instance, Word tag) {
  runtime::ExecState& state = *instance->state;
  if (state.store->is_due()) state.store->collect_inside(state.stack_top, instance);
  runtime::Exception* exception = try_to_make(instance, tag);
  if (exception == nullptr) {
    state.store->collect_inside(state.stack_top, instance);
    exception = try_to_make(instance, tag);
  }
  if (exception == nullptr) return trap(instance, TrapCode::allocation_failed);
  return as_ref(*exception);
}

void throw_(Instance* instance, Word exception) {
  instance->state->native.thrown = exception;
  stop_with(instance, runtime::trap_is_throw);
}

Word memory_wait32(Instance* instance, Word memory, Word address, Word expected, Word timeout) {
  return wait_for(instance, timeout, [&](const runtime::Waiting& waiting) {
    return instance->memories[memory]->shared->wait32(address, static_cast<std::uint32_t>(expected),
                                                      waiting);
  });
}

Word memory_wait64(Instance* instance, Word memory, Word address, Word expected, Word timeout) {
  return wait_for(instance, timeout, [&](const runtime::Waiting& waiting) {
    return instance->memories[memory]->shared->wait64(address, expected, waiting);
  });
}

Word fma_f32x2(const Instance*, Word a, Word b, Word c) {
  const auto lane = [&](unsigned shift) -> Word {
    const auto number = [shift](Word lanes) {
      return std::bit_cast<float>(static_cast<std::uint32_t>(lanes >> shift));
    };
    return std::bit_cast<std::uint32_t>(std::fma(number(a), number(b), number(c)));
  };
  return lane(0) | lane(32) << 32;
}

Word fma_f64(const Instance*, Word a, Word b, Word c) {
  return std::bit_cast<Word>(
      std::fma(std::bit_cast<double>(a), std::bit_cast<double>(b), std::bit_cast<double>(c)));
}

}  // namespace wrun::inline v0::jit
