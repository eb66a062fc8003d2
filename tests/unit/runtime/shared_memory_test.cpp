#include "lib/runtime/shared_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <latch>
#include <numeric>
#include <thread>
#include <vector>

#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/shared_access.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::test {
namespace {

using namespace wrun::runtime;
using namespace std::chrono_literals;

constexpr std::uint64_t page = 65536;

wasm::MemoryType shared_type(std::uint64_t min, std::uint64_t max) {
  wasm::MemoryType type;
  type.limits.min = min;
  type.limits.max = max;
  type.is_shared = true;
  return type;
}

std::shared_ptr<SharedMemory> make(std::uint64_t min, std::uint64_t max,
                                   std::shared_ptr<Budget> budget = std::make_shared<Budget>()) {
  return SharedMemory::create(shared_type(min, max), std::move(budget)).value();
}

/// Waits for what another thread is about to do.
template <class Condition>
void until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

TEST(SharedMemory, ABudgetCountsItOnceAndEachStoreCountsIt) {
  auto budget = std::make_shared<Budget>();
  auto registry = std::make_shared<wasm::TypeRegistry>();
  {
    Store a({registry, nullptr, nullptr, budget});
    Store b({registry, nullptr, nullptr, budget});
    auto memory = make(1, 10, budget);
    Memory& in_a = **create_memory(a, memory);
    Memory& in_b = **create_memory(b, memory);
    EXPECT_EQ(budget->memory_bytes.now(), page);
    EXPECT_EQ(grow(in_a, 2), 1u);
    EXPECT_EQ(in_a.base, in_b.base);
    EXPECT_EQ(size_in_pages(in_b), 3u);
    EXPECT_EQ(budget->memory_bytes.now(), 3 * page);
    EXPECT_EQ(a.account().used(Resource::memory_bytes).now(), 3 * page);
    EXPECT_EQ(b.account().used(Resource::memory_bytes).now(), page);
    refresh_size(in_b);
    EXPECT_EQ(b.account().used(Resource::memory_bytes).now(), 3 * page);
    a.collect();
    EXPECT_EQ(a.account().used(Resource::memory_bytes).now(), 0u);
    EXPECT_EQ(budget->memory_bytes.now(), 3 * page);
  }
  EXPECT_EQ(budget->memory_bytes.now(), 0u);
}

TEST(SharedMemory, LimitsOfBudgetAndStoreStopItsGrowth) {
  auto budget = std::make_shared<Budget>();
  budget->memory_bytes.set_cap(5 * page);
  auto registry = std::make_shared<wasm::TypeRegistry>();
  Store store({registry, nullptr, nullptr, budget});
  Limits limits;
  limits.memory_bytes = 3 * page;
  ASSERT_TRUE(store.set_limits(limits));
  auto memory = make(1, 10, budget);
  Memory& cell = **create_memory(store, memory);
  EXPECT_EQ(grow(cell, 3), std::nullopt);
  EXPECT_EQ(grow(cell, 2), 1u);
  EXPECT_EQ(grow(*memory, 3), std::nullopt);
  EXPECT_EQ(grow(*memory, 2), 3u);
  EXPECT_EQ(grow(cell, 0), 5u);
  // The store knows now that it is over its limit.
  EXPECT_EQ(grow(cell, 1), std::nullopt);
  EXPECT_FALSE(create_memory(store, memory));
  EXPECT_FALSE(SharedMemory::create(shared_type(1, 1), budget));
}

TEST(SharedMemory, ThreadsGrowItTogether) {
  auto memory = make(0, 400);
  std::vector<std::thread> threads;
  std::vector<std::uint64_t> seen[4];
  for (auto& mine : seen) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) mine.push_back(grow(*memory, 1).value());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::uint64_t> all;
  for (const auto& mine : seen) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  std::vector<std::uint64_t> wanted(400);
  std::iota(wanted.begin(), wanted.end(), 0);
  EXPECT_EQ(all, wanted);
  EXPECT_EQ(grow(*memory, 1), std::nullopt);
}

TEST(SharedMemory, CopiesAsTheUnsharedOnesDo) {
  constexpr std::size_t size = 64;
  for (std::size_t from = 0; from < 20; ++from) {
    for (std::size_t to = 0; to < 20; ++to) {
      for (const std::size_t count : {0, 1, 5, 8, 9, 16, 23, 40}) {
        alignas(8) std::uint8_t shared[size];
        std::uint8_t plain[size];
        std::iota(shared, shared + size, std::uint8_t{1});
        std::memcpy(plain, shared, size);
        move_shared(shared + to, shared + from, count);
        std::memmove(plain + to, plain + from, count);
        ASSERT_EQ(std::memcmp(shared, plain, size), 0) << from << ' ' << to << ' ' << count;
        std::uint8_t out[size] = {};
        copy_from_shared(out + to, shared + from, count);
        ASSERT_EQ(std::memcmp(out + to, shared + from, count), 0);
        copy_to_shared(shared + to, out, count);
        ASSERT_EQ(std::memcmp(shared + to, out, count), 0);
        std::memcpy(plain, shared, size);
        fill_shared(shared + from, 0xa5, count);
        std::memset(plain + from, 0xa5, count);
        ASSERT_EQ(std::memcmp(shared, plain, size), 0);
      }
    }
  }
}

TEST(Parking, NotEqualAndTimeOut) {
  auto memory = make(1, 1);
  os::Parker parker;
  EXPECT_EQ(memory->wait32(0, 1, {parker, {}}), WaitResult::not_equal);
  EXPECT_EQ(memory->wait64(0, std::uint64_t{1} << 40, {parker, {}}), WaitResult::not_equal);
  const auto before = os::MonotonicClock::now();
  EXPECT_EQ(memory->wait32(0, 0, {parker, wait_end(3'000'000)}), WaitResult::timed_out);
  EXPECT_GE(os::MonotonicClock::now() - before, 3ms);
  EXPECT_EQ(memory->wait64(8, 0, {parker, wait_end(0)}), WaitResult::timed_out);
  EXPECT_EQ(memory->notify(0, 1), 0u);
  EXPECT_EQ(wait_end(-1), std::nullopt);
  EXPECT_EQ(wait_end(std::numeric_limits<std::int64_t>::max()), std::nullopt);
}

TEST(Parking, WakesInTheOrderOfArrival) {
  auto memory = make(1, 1);
  std::vector<int> order;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      os::Parker parker;
      ASSERT_EQ(memory->wait32(64, 0, {parker, {}}), WaitResult::woken);
      const std::lock_guard lock(mutex);
      order.push_back(i);
    });
    // Nobody can see a waiter but notify(), which would wake it: those that wait at another address
    // in the same bucket aren't woken, either.
    std::this_thread::sleep_for(30ms);
    EXPECT_EQ(memory->notify(128, 10), 0u);
  }
  for (std::size_t i = 1; i <= 4; ++i) {
    EXPECT_EQ(memory->notify(64, 1), 1u);
    until([&] {
      const std::lock_guard lock(mutex);
      return order.size() == i;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
}

TEST(Parking, ARequestToStopEndsTheWait) {
  auto memory = make(1, 1);
  ExecState state;
  std::thread waiter([&] {
    EXPECT_EQ(memory->wait32(0, 0, {state.parker, {}, &state}), WaitResult::stopped);
    EXPECT_EQ(memory->wait32(0, 0, {state.parker, {}, &state}), WaitResult::stopped);
  });
  std::this_thread::sleep_for(5ms);
  state.request(ExecState::Stop::interrupted);
  waiter.join();
  EXPECT_EQ(memory->notify(0, 1), 0u);
}

// Two threads that hand a number to each other: one lost wake-up would hang them.
TEST(Parking, NoWakeUpIsLost) {
  auto memory = make(1, 1);
  constexpr std::uint32_t rounds = 3000;
  const auto play = [&](std::uint32_t mine) {
    os::Parker parker;
    for (std::uint32_t turn = mine; turn < rounds; turn += 2) {
      while (true) {
        const auto now = wasm::atomic_load<std::uint32_t>(memory->base());
        if (now == turn) break;
        memory->wait32(0, now, {parker, {}});
      }
      wasm::atomic_store<std::uint32_t>(memory->base(), turn + 1);
      memory->notify(0, 1);
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EXPECT_EQ(wasm::atomic_load<std::uint32_t>(memory->base()), rounds);
}

}  // namespace
}  // namespace wrun::test
