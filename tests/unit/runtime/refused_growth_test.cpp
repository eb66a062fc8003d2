// Growth that is refused, by whomever: it counts for nothing, and nobody is told of it.

#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include <sys/resource.h>

#include "lib/runtime/heap.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/shared_memory.hpp"
#include "lib/runtime/table.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

constexpr std::uint64_t page_bytes = 65536;

wasm::MemoryType memory_type(std::uint64_t min, std::uint64_t max, bool is_shared = false) {
  wasm::MemoryType type;
  type.limits = {min, max, false};
  type.is_shared = is_shared;
  return type;
}

/// A store with a budget, both of which want to be told of any use above `soft`.
struct Watched {
  std::shared_ptr<Budget> budget = std::make_shared<Budget>();
  Limits limits;
  Resource resource;
  std::vector<SoftLimitPassed> told;
  int asked = 0;
  std::unique_ptr<Store> store;

  Watched(StoreConfig config, Resource watched, std::uint64_t soft) : resource(watched) {
    const auto note = [this](const SoftLimitPassed& passed) { told.push_back(passed); };
    SoftLimits of_budget;
    of_budget.at[index(watched)] = limits.soft.at[index(watched)] = soft;
    of_budget.notify = limits.soft.notify = std::make_shared<const Notify>(note);
    budget->set_soft(of_budget);
    config.budget = budget;
    store = std::make_unique<Store>(config);
    set();
  }
  void set() { ASSERT_TRUE(store->set_limits(limits)); }

  void expect(std::uint64_t used, std::uint64_t peak) {
    const Meter& mine = store->account().used(resource);
    EXPECT_EQ(mine.now(), used);
    EXPECT_EQ(mine.peak(), peak);
    EXPECT_EQ((*budget)[resource].now(), used);
    EXPECT_EQ((*budget)[resource].peak(), peak);
  }
  void expect_untold() {
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(store->account().passed(), 0u);
    EXPECT_EQ(budget->passed, 0u);
  }
  void expect_told(std::uint64_t used) {
    ASSERT_EQ(told.size(), 2u);
    for (const SoftLimitPassed& each : told) EXPECT_EQ(each.used, used);
    EXPECT_NE(told[0].of_budget, told[1].of_budget);
    EXPECT_EQ(store->account().passed(), 1u << index(resource));
    EXPECT_EQ(budget->passed, 1u << index(resource));
  }
};

using Grow = std::function<bool()>;

/// `grow` goes from `now` to `then`, above the soft limits. Refuses it in each way but the
/// system's.
void refuse_and_grow(Watched& watched, std::uint64_t now, std::uint64_t then, const Grow& grow,
                     std::uint64_t* cap_of_store) {
  const auto expect_refused = [&] {
    EXPECT_FALSE(grow());
    EXPECT_FALSE(grow());
    watched.expect(now, now);
    watched.expect_untold();
  };
  *cap_of_store = then - 1;
  watched.set();
  expect_refused();
  *cap_of_store = unlimited;
  watched.limits.may_grow = [&](const Growth&) {
    ++watched.asked;
    watched.expect(now, now);
    watched.expect_untold();
    return false;
  };
  watched.set();
  Meter& shared = (*watched.budget)[watched.resource];
  shared.set_cap(then - 1);
  expect_refused();
  EXPECT_EQ(watched.asked, 0);  // it isn't within the limits
  shared.set_cap(then);
  if (watched.resource != Resource::heap_bytes) {
    expect_refused();
    EXPECT_EQ(watched.asked, 2);
  }
  watched.limits.may_grow = nullptr;
  watched.set();
  EXPECT_TRUE(grow());
  watched.expect(then, then);
  watched.expect_told(then);
}

using RefusedGrowth = RuntimeTest;

TEST_F(RefusedGrowth, OfMemories) {
  Watched watched(config(), Resource::memory_bytes, 2 * page_bytes);
  Memory& memory = **create_memory(*watched.store, memory_type(1, 100));
  (void)watched.store->handle(memory);
  refuse_and_grow(
      watched, page_bytes, 11 * page_bytes, [&] { return grow(memory, 10).has_value(); },
      &watched.limits.memory_bytes);
}

TEST_F(RefusedGrowth, OfNewMemories) {
  Watched watched(config(), Resource::memory_bytes, 2 * page_bytes);
  const auto make = [&](bool is_shared) {
    const auto made = create_memory(*watched.store, memory_type(10, 100, is_shared));
    if (made) (void)watched.store->handle(**made);
    return made.has_value();
  };
  const auto refuse = [&](bool is_shared) {
    EXPECT_FALSE(make(is_shared));
    watched.expect(0, 0);
    watched.expect_untold();
  };
  watched.limits.may_grow = [](const Growth&) { return false; };
  watched.set();
  refuse(false);
  refuse(true);
  watched.limits.may_grow = nullptr;
  watched.set();
  watched.budget->memory_bytes.set_cap(9 * page_bytes);
  refuse(false);
  refuse(true);
  watched.budget->memory_bytes.set_cap(10 * page_bytes);
  EXPECT_TRUE(make(true));
  watched.expect(10 * page_bytes, 10 * page_bytes);
  watched.expect_told(10 * page_bytes);
}

TEST_F(RefusedGrowth, OfSharedMemories) {
  Watched watched(config(), Resource::memory_bytes, 2 * page_bytes);
  Memory& memory = **create_memory(*watched.store, memory_type(1, 100, true));
  (void)watched.store->handle(memory);
  refuse_and_grow(
      watched, page_bytes, 11 * page_bytes, [&] { return grow(memory, 10).has_value(); },
      &watched.limits.memory_bytes);
}

TEST_F(RefusedGrowth, OfTables) {
  Watched watched(config(), Resource::table_elements, 20);
  const CanonTableType type{wasm::CanonType::ref(wasm::AbstractHeap::i31, true), {1, {}, false}};
  Table& table = **create_table(*watched.store, type, null_ref);
  (void)watched.store->handle(table);
  refuse_and_grow(
      watched, 1, 101, [&] { return grow(table, 100, null_ref).has_value(); },
      &watched.limits.table_elements);
}

TEST_F(RefusedGrowth, OfTheHeap) {
  Watched watched(config(), Resource::heap_bytes, 1000);
  wasm::SubType bytes;
  bytes.kind = wasm::CompositeKind::array;
  bytes.fields = {{wasm::Kind::i8, true}};
  std::vector<wasm::TypeId> ids;
  registry->intern(std::span(&bytes, 1), 0, {}, ids);
  refuse_and_grow(
      watched, 0, 900'016,
      [&] { return watched.store->allocate_array(ids[0], 900'000) != nullptr; },
      &watched.limits.heap_bytes);
}

// Another store let it grow: that is use, too, when this one hears of it.
TEST_F(RefusedGrowth, IsNoneOfOtherStores) {
  Watched watched(config(), Resource::memory_bytes, 2 * page_bytes);
  Store other(config());
  Memory& memory = **create_memory(*watched.store, memory_type(1, 100, true));
  (void)watched.store->handle(memory);
  Memory& same = **create_memory(other, memory.shared);
  EXPECT_EQ(grow(same, 2), 1u);
  ASSERT_EQ(watched.told.size(), 1u);
  EXPECT_TRUE(watched.told[0].of_budget);
  refresh_size(memory);
  watched.expect(3 * page_bytes, 3 * page_bytes);
  watched.expect_told(3 * page_bytes);
}

// What is set aside counts for the other stores of a budget.
TEST(Meter, NeverUsesMoreThanItsCapWithWhatIsSetAside) {
  Meter meter;
  meter.set_cap(100);
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10'000; ++i) {
        if (!meter.reserve(30)) continue;
        if ((i + t) % 2 == 0) {
          meter.cancel(30);
          continue;
        }
        meter.use(30);
        if (meter.now() > 100) over = true;
        meter.give(30);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(meter.now(), 0u);
  EXPECT_LE(meter.peak(), 90u);
  EXPECT_TRUE(meter.reserve(100));
  EXPECT_FALSE(meter.reserve(1));
}

/// Whether a shared memory that the system refuses gives everything back to a budget of its own
/// while there still is one.
bool leaves_its_budget_whole() {
  bool is_whole = false;
  const auto end = [&](Budget* budget) {
    is_whole = budget->memory_bytes.reserve(page_bytes);
    delete budget;
  };
  std::shared_ptr<Budget> budget(new Budget, end);
  budget->memory_bytes.set_cap(page_bytes);
  const auto made = SharedMemory::create(memory_type(1, 65536, true), std::move(budget));
  return !made && is_whole;
}

// Runs in a process of its own, whose exit status tells the outcome.
int grow_more_than_the_system_has() {
  Watched watched({std::make_shared<wasm::TypeRegistry>(), nullptr, nullptr, nullptr},
                  Resource::memory_bytes, 2 * page_bytes);
  const rlimit little{200u << 20, 200u << 20};
  if (setrlimit(RLIMIT_AS, &little) != 0) return 1;
  auto made = create_memory(*watched.store, memory_type(1, 65536));
  if (!made) return 2;
  (void)watched.store->handle(**made);
  if (grow(**made, 60'000)) return 3;
  if (create_memory(*watched.store, memory_type(60'000, 65536))) return 4;
  if (create_memory(*watched.store, memory_type(1, 65536, true))) return 5;
  if (!leaves_its_budget_whole()) return 7;
  watched.expect(page_bytes, page_bytes);
  watched.expect_untold();
  return testing::Test::HasFailure() ? 6 : 0;
}

TEST(RefusedGrowthDeathTest, BySystem) {
  if (test::sanitized) GTEST_SKIP() << "sanitizers need address space";
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(std::exit(grow_more_than_the_system_has()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace wrun::runtime
