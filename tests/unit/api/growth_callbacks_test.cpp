// Callbacks of limits, a store's and a budget's, which try what they must not: whatever grows, and
// whoever is told or asked, uses of the store fail meanwhile, and nothing else does.

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

constexpr std::string_view growing_text = R"((module
  (import "host" "f" (func $f))
  (memory $memory (export "memory") 1 100)
  (memory $shared (export "shared") 1 100 shared)
  (table $t 1 funcref)
  (tag $e (param i64 i64 i64 i64 i64 i64 i64 i64))
  (type $bytes (array i8))
  (type $pair (struct (field (ref null $pair)) (field i64)))
  (global $kept (mut (ref null $bytes)) (ref.null $bytes))
  (global $pairs (mut (ref null $pair)) (ref.null $pair))
  (func (export "seven") (result i32) i32.const 7)
  (func (export "grow") (drop (memory.grow $memory (i32.const 3))))
  (func (export "grow_shared") (drop (memory.grow $shared (i32.const 3))))
  (func (export "grow_table") (drop (table.grow $t (ref.null func) (i32.const 9))))
  (func (export "keep") (global.set $kept (array.new_default $bytes (i32.const 200000))))
  (func (export "keep_pairs") (local $i i32)
    (loop
      (global.set $pairs (struct.new $pair (global.get $pairs) (i64.const 5)))
      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 9999)))))
  (func (export "throw")
    (block $caught
      (try_table (catch_all $caught)
        (throw $e (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)
                  (i64.const 5) (i64.const 6) (i64.const 7) (i64.const 8)))))
  (func (export "call_host") (call $f))))";

Config with_all_features(Config config) {
  config.features = Features::all();
  return config;
}

/// A store with a budget, whose every callback tries to use the store.
struct Nosy : World {
  struct Told {
    int soft = 0;
    int asked = 0;
  };
  Told of_store, of_budget;
  bool may_grow = true;
  std::optional<Budget> budget;
  std::optional<Store> limited;
  Instance instance;

  explicit Nosy(Tier tier) : World(with_all_features(hot_config(tier, true))) {
    linker.func("host", "f", [] {});
  }

  void begin(const SoftLimits& soft) {
    BudgetLimits sums{.may_grow = asking(of_budget), .soft = soft};
    sums.soft.passed = telling(of_budget);
    budget.emplace(sums);
    limited.emplace(engine, *budget);
    Limits limits{.may_grow = asking(of_store), .soft = soft};
    limits.soft.passed = telling(of_store);
    take(limited->limits(limits));
    instance = take(linker.instantiate(*limited, module(growing_text)));
    of_store = of_budget = {};
  }
  std::function<bool(const Growth&)> asking(Told& told) {
    return [this, &told](const Growth&) {
      ++told.asked;
      pry();
      return may_grow;
    };
  }
  std::function<void(const SoftLimitPassed&)> telling(Told& told) {
    return [this, &told](const SoftLimitPassed&) {
      ++told.soft;
      pry();
    };
  }
  void pry() {
    EXPECT_EQ(kind_of(limited->collect()), ErrorKind::usage);
    EXPECT_EQ(kind_of(limited->usage()), ErrorKind::usage);
    EXPECT_EQ(kind_of(limited->limits({})), ErrorKind::usage);
    EXPECT_EQ(kind_of(Memory::make(*limited, {{1, {}, false}, false, 16})), ErrorKind::usage);
    EXPECT_EQ(kind_of(instance.memory("memory")), ErrorKind::usage);
    EXPECT_EQ(kind_of(linker.instantiate(*limited, module(add_text))), ErrorKind::usage);
    (void)budget->usage();
  }
  void run(std::string_view name) { take(take(instance.func(name)).call()); }

  /// Uses of the store work, and what was there is.
  void expect_usable() {
    take(limited->collect());
    EXPECT_EQ(take(take(instance.func("seven")).call()).at(0).get<int>(), 7);
  }
};

struct Growing {
  Resource resource;
  std::function<void(Nosy&)> grow;
  bool asks = false;  ///< may_grow
};

Growing running(Resource resource, const char* name, bool asks = false) {
  return {resource, [name](Nosy& nosy) { nosy.run(name); }, asks};
}

/// One for each thing that grows.
std::vector<Growing> all_growing() {
  return {
      running(Resource::memory_bytes, "grow", true),
      running(Resource::memory_bytes, "grow_shared", true),
      running(Resource::table_elements, "grow_table", true),
      running(Resource::heap_bytes, "keep"),
      running(Resource::heap_bytes, "keep_pairs"),
      running(Resource::heap_bytes, "throw"),
      running(Resource::stack_bytes, "seven"),
      running(Resource::host_calls, "call_host"),
      running(Resource::fuel, "keep_pairs"),
      {Resource::memory_bytes,
       [](Nosy& nosy) {
         take(Memory::make(*nosy.limited, {{3, {}, false}, false, 16}));
       },
       true},
      {Resource::memory_bytes,
       [](Nosy& nosy) {
         take(Memory::make(*nosy.limited, {{3, 9, false}, true, 16}));
       },
       true},
      {Resource::instances,
       [](Nosy& nosy) {
         const Instance more = take(nosy.linker.instantiate(*nosy.limited, nosy.module(add_text)));
         EXPECT_EQ(take(take(more.func("add")).call({4, 5})).at(0).get<int>(), 9);
       }},
      {Resource::heap_bytes,
       [](Nosy& nosy) { take(ExternRef::make(*nosy.limited, std::make_shared<int>(5))); }},
  };
}

/// Everything may be used that is in use once the instance is there.
SoftLimits soft_limit(const Growing& growing, const Usage& usage) {
  SoftLimits soft;
  switch (growing.resource) {
    case Resource::memory_bytes:
      soft.memory_bytes = usage.memory_bytes;
      break;
    case Resource::table_elements:
      soft.table_elements = usage.table_elements;
      break;
    case Resource::instances:
      soft.instances = usage.instances;
      break;
    case Resource::heap_bytes:
      soft.heap_bytes = usage.heap_bytes;
      break;
    case Resource::stack_bytes:
      soft.stack_bytes = usage.stack_bytes;
      break;
    case Resource::host_calls:
      soft.host_calls = 0;
      break;
    default:
      soft.fuel = 100;
  }
  return soft;
}

class GrowthCallbacks : public testing::TestWithParam<Tier> {};
INSTANTIATE_TEST_SUITE_P(Tiers, GrowthCallbacks,
                         testing::Values(Tier::interpreter, Tier::compiler, Tier::automatic));

TEST_P(GrowthCallbacks, MayNotUseTheStore) {
  for (const Growing& growing : all_growing()) {
    SCOPED_TRACE(text(growing.resource));
    Nosy nosy(GetParam());
    nosy.begin({});
    const Usage before = take(nosy.limited->usage());
    nosy.begin(soft_limit(growing, before));
    growing.grow(nosy);
    EXPECT_EQ(nosy.of_store.soft, 1);
    EXPECT_EQ(nosy.of_budget.soft, 1);
    EXPECT_EQ(nosy.of_store.asked, growing.asks ? 1 : 0);
    EXPECT_EQ(nosy.of_budget.asked, growing.asks ? 1 : 0);
    nosy.expect_usable();
  }
}

TEST_P(GrowthCallbacks, OfTheBudgetRefuseWithoutATrace) {
  for (const char* name : {"grow", "grow_shared", "grow_table"}) {
    SCOPED_TRACE(name);
    Nosy nosy(GetParam());
    nosy.begin({.memory_bytes = 131072, .table_elements = 1});
    const Usage before = take(nosy.limited->usage());
    const Usage sums = nosy.budget->usage();
    nosy.may_grow = false;
    nosy.run(name);
    nosy.run(name);
    // The budget isn't asked after the store's own callback has refused.
    EXPECT_EQ(nosy.of_store.asked, 2);
    EXPECT_EQ(nosy.of_budget.asked, 0);
    EXPECT_EQ(nosy.of_store.soft + nosy.of_budget.soft, 0);
    take(nosy.limited->limits({}));
    nosy.run(name);
    EXPECT_EQ(nosy.of_budget.asked, 1);
    EXPECT_EQ(nosy.of_budget.soft, 0);
    const Usage after = take(nosy.limited->usage());
    EXPECT_EQ(after.memory_bytes, before.memory_bytes);
    EXPECT_EQ(after.memory_peak_bytes, before.memory_peak_bytes);
    EXPECT_EQ(after.table_peak_elements, before.table_peak_elements);
    EXPECT_EQ(nosy.budget->usage().memory_peak_bytes, sums.memory_peak_bytes);
    EXPECT_EQ(nosy.budget->usage().table_peak_elements, sums.table_peak_elements);
    EXPECT_EQ(nosy.budget->usage().soft_limits_passed, 0u);
    nosy.may_grow = true;
    nosy.run(name);
    EXPECT_EQ(nosy.of_budget.soft, 1);
    nosy.expect_usable();
  }
}

// A shared memory that no store lets grow is its budget's all the same.
TEST(BudgetGrowth, OfSharedMemoriesIsAsked) {
  const Engine engine;
  std::vector<Growth> asked;
  BudgetLimits limits{.may_grow = [&](const Growth& growth) {
    asked.push_back(growth);
    return growth.to <= 2 * 65536;
  }};
  const Budget budget(limits);
  EXPECT_EQ(kind_of(SharedMemory::make(engine, {{3, 9, false}, true, 16}, budget)),
            ErrorKind::limit);
  const SharedMemory memory = take(SharedMemory::make(engine, {{1, 9, false}, true, 16}, budget));
  EXPECT_EQ(take(memory.grow(1)), 1u);
  EXPECT_EQ(kind_of(memory.grow(1)), ErrorKind::limit);
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(asked[3].from, 2u * 65536);
  EXPECT_EQ(asked[3].to, 3u * 65536);
  EXPECT_EQ(asked[3].declared_max, 9u * 65536);
  EXPECT_EQ(budget.usage().memory_peak_bytes, 2u * 65536);
}

TEST(BudgetGrowth, IsRefusedByExceptions) {
  const Engine engine;
  const Budget budget(
      BudgetLimits{.may_grow = [](const Growth&) -> bool { throw std::runtime_error("no"); }});
  Store store(engine, budget);
  EXPECT_EQ(kind_of(Memory::make(store, {{1, {}, false}, false, 16})), ErrorKind::limit);
  EXPECT_EQ(budget.usage().memory_peak_bytes, 0u);
}

struct Mortal {
  bool* is_gone;
  ~Mortal() { *is_gone = true; }
};

// A cache that is dropped when memory gets scarce.
TEST(BudgetGrowth, MayDropReferences) {
  const Engine engine;
  bool is_gone = false;
  std::optional<Rooted<ExternRef>> cache;
  BudgetLimits limits;
  limits.soft.memory_bytes = 65536;
  limits.soft.passed = [&](const SoftLimitPassed&) {
    cache.reset();
    EXPECT_FALSE(is_gone);
  };
  const Budget budget(limits);
  Store store(engine, budget);
  auto* const object = new Mortal{&is_gone};
  cache.emplace(take(ExternRef::make(store, std::shared_ptr<Mortal>(object))));
  const Memory memory = take(Memory::make(store, {{1, {}, false}, false, 16}));
  take(memory.grow(1));
  EXPECT_FALSE(cache.has_value());
  take(store.collect());
  EXPECT_TRUE(is_gone);
}

// A callback may use another store, whose growth calls it again.
TEST(BudgetGrowth, MayUseOtherStores) {
  const Engine engine;
  std::optional<Store> first, second;
  int depth = 0, told = 0;
  BudgetLimits limits;
  limits.soft.memory_bytes = 65536;
  limits.soft.instances = 0;
  limits.soft.passed = [&](const SoftLimitPassed&) { ++told; };
  limits.may_grow = [&](const Growth&) {
    if (++depth == 1) take(Memory::make(*second, {{1, {}, false}, false, 16}));
    EXPECT_EQ(kind_of(first->collect()), ErrorKind::usage);
    return true;
  };
  const Budget budget(limits);
  first.emplace(engine, budget);
  second.emplace(engine, budget);
  take(Memory::make(*first, {{1, {}, false}, false, 16}));
  EXPECT_EQ(depth, 2);
  EXPECT_EQ(told, 1);
  take(first->collect());
}

/// Threads that grow and give back all that they can, of a budget with so many pages.
void compete(const Engine& engine, const Budget& budget, std::atomic<bool>& over,
             std::uint64_t most) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        Store store(engine, budget);
        auto memory = Memory::make(store, {{0, 64, false}, false, 16});
        if (!memory) continue;
        for (int i = 0; i < 20; ++i) {
          (void)memory->grow(static_cast<std::uint64_t>(i % 5 + 1));
          if (budget.usage().memory_bytes > most) over = true;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(BudgetGrowth, OfSeveralThreadsStaysBelowTheCap) {
  const Engine engine;
  constexpr std::uint64_t most = 40 * 65536;
  std::atomic<int> asked = 0, told = 0;
  std::atomic<bool> over = false;
  BudgetLimits limits{.memory_bytes = most};
  limits.may_grow = [&](const Growth&) { return ++asked % 3 != 0; };
  limits.soft.memory_bytes = most / 2;
  limits.soft.passed = [&](const SoftLimitPassed&) { ++told; };
  const Budget budget(limits);
  const SharedMemory shared = take(SharedMemory::make(engine, {{0, 8, false}, true, 16}, budget));
  std::thread grower([&] {
    for (int i = 0; i < 1000; ++i) (void)shared.grow(1);
  });
  compete(engine, budget, over, most);
  grower.join();
  EXPECT_FALSE(over);
  EXPECT_LE(budget.usage().memory_peak_bytes, most);
  EXPECT_EQ(budget.usage().memory_bytes, shared.size());
  EXPECT_EQ(told > 0, budget.usage().memory_peak_bytes > most / 2);
}

}  // namespace
}  // namespace wrun::test
