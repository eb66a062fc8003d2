#include <wrun/shared_memory.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/objects.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"
#include "lib/api/storage.hpp"
#include "lib/api/types.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/shared_access.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::inline v0 {

namespace {

using api::guarded;
using api::SharedMemoryState;

Result<SharedMemory> make_memory(const Engine& engine, const MemoryType& type,
                                 std::shared_ptr<runtime::Budget> budget) {
  const auto& state = EngineAccess::state(engine);
  if (!state) return api::empty_object("Engine");
  if (auto checked = api::check_type(type); !checked) return std::move(checked).error();
  if (!type.is_shared) return Error(ErrorKind::usage, "the memory's type isn't shared");
  (void)state->compiler();  // it says how memories are checked
  auto memory = runtime::SharedMemory::create(api::to_canonical(type), std::move(budget),
                                              state->memories->has_guards);
  if (!memory) return std::move(memory).error();
  return SharedMemoryAccess::make(
      std::make_shared<const SharedMemoryState>(SharedMemoryState{state, *std::move(memory)}));
}

/// The bytes from `address` on; Error{trap} if they aren't all there.
Result<std::uint8_t*> place(const runtime::SharedMemory& memory, std::uint64_t address,
                            std::uint64_t length) {
  const std::uint64_t size = memory.size();
  if (!runtime::in_bounds(size, address, length)) return runtime::make_memory_trap(address, size);
  return memory.base() + address;
}

/// The same for an atomic access.
Result<std::uint8_t*> aligned_place(const runtime::SharedMemory& memory, std::uint64_t address,
                                    unsigned size) {
  if (address % size != 0) return runtime::make_trap(TrapCode::unaligned_atomic);
  return place(memory, address, size);
}

/// Calls body<T>() with the unsigned integer of that size.
template <class Body>
auto with_integer(unsigned size, Body&& body) {
  switch (size) {
    case 1:
      return body.template operator()<std::uint8_t>();
    case 2:
      return body.template operator()<std::uint16_t>();
    case 4:
      return body.template operator()<std::uint32_t>();
    default:
      return body.template operator()<std::uint64_t>();
  }
}

/// The Result of body(state), unless there is none.
template <class Body>
auto with_state(const detail::Shared<const SharedMemoryState>& state, Body&& body) {
  using Done = decltype(body(*state));
  return guarded([&]() -> Done {
    if (!state) return api::empty_object("SharedMemory");
    return body(*state);
  });
}

}  // namespace

Result<SharedMemory> SharedMemory::make(const Engine& engine, const MemoryType& type) {
  return guarded([&] { return make_memory(engine, type, std::make_shared<runtime::Budget>()); });
}

Result<SharedMemory> SharedMemory::make(const Engine& engine, const MemoryType& type,
                                        const Budget& budget) {
  return guarded([&]() -> Result<SharedMemory> {
    if (!BudgetAccess::state(budget)) return api::empty_object("Budget");
    return make_memory(engine, type, BudgetAccess::state(budget)->account);
  });
}

Result<Memory> SharedMemory::in(Store& store) const {
  const api::Session session(store);
  if (!session) return session.error();
  return with_state(state_, [&](const SharedMemoryState& state) -> Result<Memory> {
    if (session->engine != state.engine) return api::wrong_engine();
    auto memory = runtime::create_memory(session->store, state.memory);
    if (!memory) return std::move(memory).error();
    return api::make_handle<Memory>(*session, **memory);
  });
}

MemoryType SharedMemory::type() const {
  if (!state_) return {};
  wasm::MemoryType type = state_->memory->type();
  type.limits.min = size() >> type.page_size_log2;
  return api::to_public(type);
}

std::uint64_t SharedMemory::size() const noexcept {
  return state_ ? state_->memory->size() : 0;
}

Result<std::uint64_t> SharedMemory::grow(std::uint64_t pages) const {
  return with_state(state_, [&](const SharedMemoryState& state) -> Result<std::uint64_t> {
    const auto former = runtime::grow(*state.memory, pages);
    if (!former) return api::growth_refused("memory");
    return *former;
  });
}

Result<void> SharedMemory::copy_out(std::uint64_t address, std::span<std::uint8_t> to) const {
  return with_state(state_, [&](const SharedMemoryState& state) -> Result<void> {
    const auto from = place(*state.memory, address, to.size());
    if (!from) return from.error();
    runtime::copy_from_shared(to.data(), *from, to.size());
    return {};
  });
}

Result<void> SharedMemory::copy_in(std::uint64_t address,
                                   std::span<const std::uint8_t> from) const {
  return with_state(state_, [&](const SharedMemoryState& state) -> Result<void> {
    const auto to = place(*state.memory, address, from.size());
    if (!to) return to.error();
    runtime::copy_to_shared(*to, from.data(), from.size());
    return {};
  });
}

Result<std::uint64_t> SharedMemory::access(Access what, std::uint64_t address, unsigned size,
                                           std::uint64_t a, std::uint64_t b) const {
  return with_state(state_, [&](const SharedMemoryState& state) -> Result<std::uint64_t> {
    const auto found = aligned_place(*state.memory, address, size);
    if (!found) return found.error();
    std::uint8_t* at = *found;
    return with_integer(size, [&]<class T>() -> std::uint64_t {
      const T value = static_cast<T>(a);
      switch (what) {
        case Access::load:
          return wasm::atomic_load<T>(at);
        case Access::store:
          wasm::atomic_store(at, value);
          return 0;
        case Access::add:
          return wasm::atomic_rmw<wasm::Rmw::add>(at, value);
        case Access::exchange:
          return wasm::atomic_rmw<wasm::Rmw::xchg>(at, value);
        case Access::compare_exchange:
          return wasm::atomic_cmpxchg(at, value, static_cast<T>(b));
      }
      return 0;
    });
  });
}

Result<SharedMemory::WaitResult> SharedMemory::wait(
    std::uint64_t address, unsigned size, std::uint64_t expected,
    std::optional<std::chrono::nanoseconds> timeout) const {
  return with_state(state_, [&](const SharedMemoryState& state) -> Result<WaitResult> {
    const auto found = aligned_place(*state.memory, address, size);
    if (!found) return found.error();
    os::Parker parker;
    const runtime::Waiting waiting{parker, runtime::wait_end(timeout ? timeout->count() : -1)};
    runtime::SharedMemory& memory = *state.memory;
    return static_cast<WaitResult>(
        size == 8 ? memory.wait64(address, expected, waiting)
                  : memory.wait32(address, static_cast<std::uint32_t>(expected), waiting));
  });
}

Result<std::uint32_t> SharedMemory::notify(std::uint64_t address, std::uint32_t count) const {
  return with_state(state_, [&](const SharedMemoryState& state) -> Result<std::uint32_t> {
    const auto found = aligned_place(*state.memory, address, 4);
    if (!found) return found.error();
    return state.memory->notify(address, count);
  });
}

bool SharedMemory::same(const SharedMemory& other) const noexcept {
  if (!state_ || !other.state_) return state_ == other.state_;
  return state_->memory == other.state_->memory;
}

Result<SharedMemory> Memory::shared() const {
  return api::with_object<runtime::Memory>(
      *this, [](api::StoreState& state, runtime::Memory& memory) -> Result<SharedMemory> {
        if (!memory.shared) return Error(ErrorKind::usage, "the memory isn't shared");
        return SharedMemoryAccess::make(std::make_shared<const SharedMemoryState>(
            SharedMemoryState{state.engine, memory.shared}));
      });
}

}  // namespace wrun::inline v0
