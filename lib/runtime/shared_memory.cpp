#include "lib/runtime/shared_memory.hpp"

#include "lib/runtime/memory.hpp"
#include "lib/runtime/page_counts.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// A number in memory and what a waiter expects of it.
template <class T>
struct Expectation {
  std::uint8_t* at;
  T expected;

  static bool holds(void* env) {
    const auto& self = *static_cast<const Expectation*>(env);
    return wasm::atomic_load<T>(self.at) == self.expected;
  }
};

}  // namespace

bool SharedMemory::reserve(std::uint64_t bytes, bool guards) {
  const std::uint64_t most =
      guards ? memory_reservation
             : bytes_of_pages(most_pages(type_), type_).value_or(max_memory_bytes);
  if (most == 0) return true;
  auto mapping = os::Mapping::reserve(most);
  if (!mapping || !mapping->commit(0, static_cast<std::size_t>(bytes))) return false;
  mapping_ = std::move(*mapping);
  return true;
}

Result<std::shared_ptr<SharedMemory>> SharedMemory::create(const wasm::MemoryType& type,
                                                           std::shared_ptr<Budget> budget,
                                                           bool has_guards) {
  const auto bytes = bytes_of_pages(type.limits.min, type);
  if (!bytes) return too_large(type);
  Reservation room = budget->reserve(growth(type, 0, *bytes));
  if (!room) {
    return Error(ErrorKind::limit,
                 compose("a memory of {} bytes is over a limit (memory_bytes)", *bytes));
  }
  auto memory = make(type, budget, has_guards);  // what room is of stays, also if there is none
  if (memory) room.use();
  return memory;
}

Result<std::shared_ptr<SharedMemory>> SharedMemory::make(const wasm::MemoryType& type,
                                                         std::shared_ptr<Budget> budget,
                                                         bool has_guards) {
  const std::uint64_t bytes = type.limits.min << type.page_size_log2;
  std::shared_ptr<SharedMemory> memory(new SharedMemory(type, std::move(budget)));
  const bool guards = has_guards && has_guard(type);
  if (memory->reserve(bytes, guards)) {
    memory->size_ = bytes;
    return memory;
  }
  if (guards) return no_guard();
  return Error(ErrorKind::limit,
               compose("the system refuses address space for a shared memory of {} pages",
                       most_pages(type)));
}

SharedMemory::~SharedMemory() {
  budget_->give(Resource::memory_bytes, size());
}

SharedMemory::Growing SharedMemory::grow(std::uint64_t from, std::uint64_t to) {
  const std::lock_guard lock(growing_);
  if (size() != from) return Growing::raced;
  const auto added = static_cast<std::size_t>(to - from);
  if (to > mapping_.size() || !mapping_.commit(static_cast<std::size_t>(from), added))
    return Growing::refused;
  size_.store(to);
  return Growing::done;
}

WaitResult SharedMemory::wait32(std::uint64_t address, std::uint32_t expected,
                                const Waiting& waiting) {
  Expectation<std::uint32_t> expectation{base() + address, expected};
  return parking_.wait(address, waiting, &Expectation<std::uint32_t>::holds, &expectation);
}

WaitResult SharedMemory::wait64(std::uint64_t address, std::uint64_t expected,
                                const Waiting& waiting) {
  Expectation<std::uint64_t> expectation{base() + address, expected};
  return parking_.wait(address, waiting, &Expectation<std::uint64_t>::holds, &expectation);
}

}  // namespace wrun::inline v0::runtime
