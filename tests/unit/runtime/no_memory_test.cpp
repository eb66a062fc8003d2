// Traps are made where nothing may throw, so also where there is no memory left.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "lib/runtime/trap.hpp"

namespace {

thread_local bool refuses = false;

/// While one lives, operator new throws.
struct NoMemory {
  NoMemory() { refuses = true; }
  ~NoMemory() { refuses = false; }
};

}  // namespace

// Not inlined: g++ would see free() called with what operator new returned, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (refuses) throw std::bad_alloc();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace wrun::runtime {
namespace {

TEST(NoMemory, TrapsKeepTheirKind) {
  ExecState state;
  bool done = true;
  {
    const NoMemory none;
    done = fail(state, TrapCode::stack_exhausted);
  }
  EXPECT_FALSE(done);
  ASSERT_TRUE(state.failure.error.has_value());
  EXPECT_EQ(state.failure.error->kind(), ErrorKind::exhaustion);
  EXPECT_EQ(state.failure.error->trap(), std::nullopt);
}

TEST(NoMemory, MemoryTrapsToo) {
  std::optional<Error> error;
  {
    const NoMemory none;
    error = make_memory_trap(70'000, 65'536);
  }
  EXPECT_EQ(error->kind(), ErrorKind::trap);
}

}  // namespace
}  // namespace wrun::runtime
