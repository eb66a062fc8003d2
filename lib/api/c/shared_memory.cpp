#include "lib/api/c/shared_memory.hpp"

#include <chrono>

#include "lib/api/c/engine.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/limits.hpp"
#include "lib/api/c/types.hpp"

using namespace wrun;
using capi::Use;

namespace {

std::span<std::uint8_t> bytes(void* at, std::size_t size) {
  return {static_cast<std::uint8_t*>(at), size};
}
std::span<const std::uint8_t> bytes(const void* at, std::size_t size) {
  return {static_cast<const std::uint8_t*>(at), size};
}

template <class T>
Result<T> access(const SharedMemory& memory, wrun_atomic_t what, std::uint64_t address,
                 std::uint64_t value, std::uint64_t expected) {
  switch (what) {
    case WRUN_ATOMIC_LOAD:
      return memory.load<T>(address);
    case WRUN_ATOMIC_STORE:
      return memory.exchange<T>(address, static_cast<T>(value));
    case WRUN_ATOMIC_ADD:
      return memory.fetch_add<T>(address, static_cast<T>(value));
    case WRUN_ATOMIC_EXCHANGE:
      return memory.exchange<T>(address, static_cast<T>(value));
    case WRUN_ATOMIC_COMPARE_EXCHANGE:
      return memory.compare_exchange<T>(address, static_cast<T>(expected), static_cast<T>(value));
    default:
      return Error(ErrorKind::usage, "no such atomic operation");
  }
}

template <class T>
Result<void> give_access(const SharedMemory& memory, wrun_atomic_t what, std::uint64_t address,
                         std::uint64_t value, std::uint64_t expected, std::uint64_t* out) {
  return capi::give(access<T>(memory, what, address, value, expected), out);
}

template <class T>
Result<void> wait(const SharedMemory& memory, std::uint64_t address, std::uint64_t expected,
                  std::uint64_t timeout_ns, wrun_wait_t* out) {
  std::optional<std::chrono::nanoseconds> timeout;
  if (timeout_ns <= static_cast<std::uint64_t>(INT64_MAX))
    timeout = std::chrono::nanoseconds(static_cast<std::int64_t>(timeout_ns));
  return capi::give(memory.wait<T>(address, static_cast<T>(expected), timeout), out);
}

Error wrong_size() {
  return Error(ErrorKind::usage, "no integer of that many bytes");
}

}  // namespace

extern "C" {

wrun_error_t* wrun_shared_memory_new(wasm_engine_t* engine, const wasm_memorytype_t* type,
                                     const wrun_budget_t* budget, wrun_shared_memory_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto made = budget ? SharedMemory::make(engine->engine, type->type, budget->budget)
                       : SharedMemory::make(engine->engine, type->type);
    if (!made) return std::move(made).error();
    *out = new wrun_shared_memory_t{std::move(*made)};
    return {};
  });
}

wrun_shared_memory_t* wrun_shared_memory_copy(const wrun_shared_memory_t* memory) {
  return new (std::nothrow) wrun_shared_memory_t(*memory);
}

void wrun_shared_memory_delete(wrun_shared_memory_t* memory) {
  delete memory;
}

bool wrun_shared_memory_same(const wrun_shared_memory_t* a, const wrun_shared_memory_t* b) {
  return a->memory == b->memory;
}

wrun_error_t* wrun_shared_memory_in(const wrun_shared_memory_t* memory, wasm_store_t* store,
                                    wasm_memory_t** out) {
  return capi::attempt_in(*store, [&](Use& use) -> Result<void> {
    auto made = memory->memory.in(use.facade());
    if (!made) return std::move(made).error();
    *out = capi::own_handle<wasm_memory_t>(use, capi::to_runtime<runtime::Memory>(use, *made));
    return {};
  });
}

wrun_error_t* wrun_memory_shared(const wasm_memory_t* memory, wrun_shared_memory_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto shared = memory->as<Memory>().shared();
    if (!shared) return std::move(shared).error();
    *out = new wrun_shared_memory_t{std::move(*shared)};
    return {};
  });
}

wasm_memorytype_t* wrun_shared_memory_type(const wrun_shared_memory_t* memory) {
  return new (std::nothrow) wasm_memorytype_t(memory->memory.type());
}

uint64_t wrun_shared_memory_size(const wrun_shared_memory_t* memory) {
  return memory->memory.size();
}

wrun_error_t* wrun_shared_memory_grow(const wrun_shared_memory_t* memory, uint64_t pages,
                                      uint64_t* out) {
  return capi::attempt([&] { return capi::give(memory->memory.grow(pages), out); });
}

wrun_error_t* wrun_shared_memory_read(const wrun_shared_memory_t* memory, uint64_t address,
                                      void* to, size_t size) {
  return capi::attempt([&] { return memory->memory.copy_out(address, bytes(to, size)); });
}

wrun_error_t* wrun_shared_memory_write(const wrun_shared_memory_t* memory, uint64_t address,
                                       const void* from, size_t size) {
  return capi::attempt([&] { return memory->memory.copy_in(address, bytes(from, size)); });
}

wrun_error_t* wrun_shared_memory_atomic(const wrun_shared_memory_t* memory, wrun_atomic_t what,
                                        uint64_t address, size_t size, uint64_t value,
                                        uint64_t expected, uint64_t* out) {
  return capi::attempt([&]() -> Result<void> {
    switch (size) {
      case 1:
        return give_access<std::uint8_t>(memory->memory, what, address, value, expected, out);
      case 2:
        return give_access<std::uint16_t>(memory->memory, what, address, value, expected, out);
      case 4:
        return give_access<std::uint32_t>(memory->memory, what, address, value, expected, out);
      case 8:
        return give_access<std::uint64_t>(memory->memory, what, address, value, expected, out);
      default:
        return wrong_size();
    }
  });
}

wrun_error_t* wrun_shared_memory_wait(const wrun_shared_memory_t* memory, uint64_t address,
                                      size_t size, uint64_t expected, uint64_t timeout_ns,
                                      wrun_wait_t* out) {
  return capi::attempt([&]() -> Result<void> {
    if (size == 4) return wait<std::uint32_t>(memory->memory, address, expected, timeout_ns, out);
    if (size == 8) return wait<std::uint64_t>(memory->memory, address, expected, timeout_ns, out);
    return wrong_size();
  });
}

wrun_error_t* wrun_shared_memory_notify(const wrun_shared_memory_t* memory, uint64_t address,
                                        uint32_t count, uint32_t* out) {
  return capi::attempt([&] { return capi::give(memory->memory.notify(address, count), out); });
}

}  // extern "C"
