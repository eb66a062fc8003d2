#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

constexpr std::string_view grower = R"((module
  (memory (export "memory") 1)
  (table $t (export "table") 1 funcref)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "grow_table") (param i32) (result i32)
    (table.grow $t (ref.null func) (local.get 0)))))";

TEST(Limits, FuelIsRefusedWhereItIsNotCounted) {
  World world;
  EXPECT_EQ(kind_of(world.store.fuel()), ErrorKind::usage);
  EXPECT_EQ(kind_of(world.store.set_fuel(1)), ErrorKind::usage);
  EXPECT_EQ(kind_of(world.store.limits({.fuel = 1})), ErrorKind::usage);
  EXPECT_FALSE(take(world.store.usage()).instructions.has_value());
}

TEST(Limits, FuelIsExactInHostFunctions) {
  World world({.fuel = true});
  std::vector<std::uint64_t> seen;
  world.linker.func("host", "f",
                    [&](Caller& caller) { seen.push_back(take(caller.store().fuel())); });
  const auto run = take(world
                            .instance(R"((module
    (import "host" "f" (func $f))
    (func (export "run")
      (call $f)
      (drop (i32.add (i32.const 1) (i32.const 2)))
      (call $f))))")
                            .typed<void()>("run"));
  take(world.store.set_fuel(100));
  take(run());
  // One call; then two constants, an addition, a drop and the second call.
  ASSERT_EQ(seen, (std::vector<std::uint64_t>{99, 94}));
  EXPECT_EQ(take(world.store.fuel()), 94u);
  EXPECT_EQ(take(world.store.usage()).instructions, 6u);
  // A block that can't be paid doesn't begin.
  take(world.store.set_fuel(4));
  const auto result = run();
  ASSERT_EQ(kind_of(result), ErrorKind::limit);
  EXPECT_EQ(result.error().trap(), TrapCode::out_of_fuel);
  EXPECT_EQ(seen.size(), 3u);
}

TEST(Limits, FuelEndsLoops) {
  World world({.fuel = true});
  const auto run = take(world.instance(forever_text).typed<void()>("run"));
  take(world.store.set_fuel(100'000));
  EXPECT_EQ(run().error().trap(), TrapCode::out_of_fuel);
  EXPECT_EQ(take(world.store.usage()).instructions.value() / 1000, 100u);
}

TEST(Limits, FuelSetInHostFunctionsCounts) {
  World world({.fuel = true});
  world.linker.func("host", "f", [](Caller& caller) { take(caller.store().set_fuel(0)); });
  const auto run = take(world
                            .instance(R"((module
    (import "host" "f" (func $f))
    (func (export "run") (result i32) (call $f) (i32.const 1))))")
                            .typed<int()>("run"));
  take(world.store.set_fuel(1000));
  EXPECT_EQ(run().error().trap(), TrapCode::out_of_fuel);
}

TEST(Limits, MemoryAndTables) {
  World world;
  take(world.store.limits({.memory_bytes = 3 * 65536, .table_elements = 10}));
  const Instance instance = world.instance(grower);
  const auto grow = take(instance.typed<int(int)>("grow"));
  const auto grow_table = take(instance.typed<int(int)>("grow_table"));
  EXPECT_EQ(take(grow(2)), 1);
  EXPECT_EQ(take(grow(1)), -1);
  EXPECT_EQ(take(grow_table(9)), 1);
  EXPECT_EQ(take(grow_table(1)), -1);
  const auto usage = take(world.store.usage());
  EXPECT_EQ(usage.memory_bytes, 3u * 65536);
  EXPECT_EQ(usage.table_elements, 10u);
  EXPECT_EQ(kind_of(world.linker.instantiate(world.store, world.module(grower))), ErrorKind::limit);
  EXPECT_EQ(kind_of(Memory::make(world.store, {{1, {}, false}, false, 16})), ErrorKind::limit);
  // What is freed can be used again.
  take(instance.release());
  take(world.store.collect());
  EXPECT_EQ(take(world.store.usage()).memory_bytes, 0u);
  EXPECT_EQ(take(world.store.usage()).memory_peak_bytes, 3u * 65536);
  world.instance(grower);
}

TEST(Limits, Instances) {
  World world;
  take(world.store.limits({.instances = 2}));
  const Instance first = world.instance(add_text);
  world.instance(add_text);
  const Module module = world.module(add_text);
  EXPECT_EQ(kind_of(world.linker.instantiate(world.store, module)), ErrorKind::limit);
  take(first.release());
  take(world.store.collect());
  take(world.linker.instantiate(world.store, module));
}

TEST(Limits, StackBytes) {
  // Where a function gets hot on its way down, its frames are on two stacks.
  World world({.tier = Tier::interpreter, .stack_bytes = 256 * 1024});
  EXPECT_EQ(kind_of(world.store.limits({.stack_bytes = 512 * 1024})), ErrorKind::usage);
  const auto depth = [&](std::uint64_t bytes) {
    Store store(world.engine);
    take(store.limits({.stack_bytes = bytes}));
    Linker linker(world.engine);
    const Instance instance = take(linker.instantiate(store, world.module(R"((module
      (global (export "depth") (mut i32) (i32.const 0))
      (func $f (export "f")
        (global.set 0 (i32.add (global.get 0) (i32.const 1)))
        (call $f))))")));
    EXPECT_EQ(kind_of(take(instance.typed<void()>("f"))()), ErrorKind::exhaustion);
    return *take(take(instance.global("depth")).get()).get<int>();
  };
  const int small = depth(64 * 1024);
  const int large = depth(256 * 1024);
  EXPECT_GT(small, 100);
  EXPECT_GT(large, 3 * small);
}

TEST(Limits, BudgetsSumOverStores) {
  Engine engine({.fuel = true});
  const Budget budget({.memory_bytes = 4 * 65536, .instances = 3, .fuel = 1000});
  const Module module = take(Module::from_text(engine, grower));
  Linker linker(engine);
  Store first(engine, budget);
  {
    Store second(engine, budget);
    take(first.set_fuel(600));
    EXPECT_EQ(kind_of(second.set_fuel(600)), ErrorKind::limit);
    take(second.set_fuel(400));
    const Instance one = take(linker.instantiate(first, module));
    const Instance two = take(linker.instantiate(second, module));
    EXPECT_EQ(take(take(one.typed<int(int)>("grow"))(2)), 1);
    EXPECT_EQ(take(take(two.typed<int(int)>("grow"))(1)), -1);
    EXPECT_EQ(budget.usage().memory_bytes, 4u * 65536);
    EXPECT_EQ(budget.usage().instances, 2u);
    EXPECT_GT(budget.usage().instructions.value_or(0), 0u);
  }
  EXPECT_EQ(budget.usage().memory_bytes, 3u * 65536);
  EXPECT_EQ(budget.usage().memory_peak_bytes, 4u * 65536);
  // What the second store didn't use came back.
  take(first.set_fuel(900));
}

TEST(Limits, HostCallsAreCounted) {
  World world;
  world.linker.func("host", "f", [] {});
  const auto run = take(world
                            .instance(R"((module
    (import "host" "f" (func $f))
    (func (export "run") (call $f) (call $f))))")
                            .typed<void()>("run"));
  take(run());
  EXPECT_EQ(take(world.store.usage()).host_calls, 2u);
}

TEST(Limits, FeaturesAreTheEngines) {
  const Engine old({.features = Features::wasm1()});
  const auto module = Module::from_text(old, R"((module
    (func (export "f") (param i32) (result i32) (i32.extend8_s (local.get 0)))))");
  ASSERT_EQ(kind_of(module), ErrorKind::invalid);
  EXPECT_NE(module.error().message().find("sign-extension"), std::string::npos);
}

TEST(Limits, ModulesAreBounded) {
  Config config;
  config.module_limits.functions = 2;
  const Engine engine(config);
  EXPECT_EQ(kind_of(Module::from_text(engine, "(module (func) (func) (func))")), ErrorKind::limit);
  take(Module::from_text(engine, "(module (func) (func))"));
}

}  // namespace
}  // namespace wrun::test
