#include "lib/runtime/instance_pool.hpp"

#include "lib/os/poison.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/table.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

constexpr wasm::ElemIdx first_segment{0};

class InstancePoolTest : public RuntimeTest {
 protected:
  std::shared_ptr<IdleBytes> idle_bytes = std::make_shared<IdleBytes>();

  std::shared_ptr<ModuleCode> functions(int count) {
    ModuleBuilder builder(registry);
    const auto type = builder.type({}, {});
    for (int i = 0; i < count; ++i) builder.func(type);
    return builder.build(idle_bytes);
  }
  /// With a passive segment of null references.
  std::shared_ptr<ModuleCode> elements(std::size_t count) {
    ModuleBuilder builder(registry);
    builder.table(1).passive_elements({count, builder.range({0xd0, 0x70, 0x0b})});
    return builder.build(idle_bytes);
  }
  /// So many instances live at once, and die.
  void live_and_die(const std::shared_ptr<ModuleCode>& module, int count) {
    Store store(config());
    for (int i = 0; i < count; ++i) made(store, module);
  }
  static std::size_t empty_out(InstancePool& pool) {
    std::size_t count = 0;
    for (; Instance* each = pool.take(); ++count) delete each;
    return count;
  }
};

TEST_F(InstancePoolTest, GivesTheFunctionsToTheNextInstance) {
  const auto module = functions(3);
  const Instance* first = nullptr;
  {
    Store store(config());
    first = &made(store, module);
  }
  const std::size_t bytes = idle_bytes->used();
  EXPECT_GT(bytes, sizeof(Instance));
  Store store(config());
  Instance& second = made(store, module);
  EXPECT_EQ(&second, first);
  EXPECT_EQ(idle_bytes->used(), 0u);
  EXPECT_EQ(second.store, &store);
  EXPECT_EQ(second.state, &store.state());
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(second.functions[i], &second.own_functions[i]);
    EXPECT_EQ(second.functions[i]->instance, &second);
    EXPECT_EQ(second.functions[i]->index, i);
    EXPECT_EQ(second.functions[i]->cell, &module->cells[i]);
  }
  store.collect();
  EXPECT_EQ(idle_bytes->used(), bytes);
}

TEST_F(InstancePoolTest, KeepsAsMuchAsItsBoundSays) {
  const auto module = functions(1000);
  live_and_die(module, 1);
  const std::size_t one = idle_bytes->used();
  EXPECT_GE(one, 1000 * (sizeof(FuncRef) + sizeof(void*)));
  live_and_die(module, 40);
  EXPECT_EQ(idle_bytes->used(), InstancePool::most_bytes / one * one);
  EXPECT_EQ(empty_out(module->idle), InstancePool::most_bytes / one);
  EXPECT_EQ(idle_bytes->used(), 0u);
}

TEST_F(InstancePoolTest, CountsWhatIsKeptBesidesFunctions) {
  const auto module = elements(50'000);
  live_and_die(module, 10);
  EXPECT_GE(idle_bytes->used(), 2 * 50'000 * sizeof(Ref));
  EXPECT_LE(idle_bytes->used(), InstancePool::most_bytes);
  EXPECT_EQ(empty_out(module->idle), 2u);
  const auto too_large = elements(200'000);
  live_and_die(too_large, 1);
  EXPECT_EQ(idle_bytes->used(), 0u);
}

TEST_F(InstancePoolTest, SharesABoundWithOtherPools) {
  const auto measured = functions(100);
  live_and_die(measured, 1);
  const std::size_t one_instance = idle_bytes->used();
  const std::size_t most = 3 * one_instance + one_instance / 2;
  idle_bytes = std::make_shared<IdleBytes>(most);
  {
    const auto one = functions(100);
    const auto other = functions(100);
    live_and_die(one, 2);
    live_and_die(other, 10);
    EXPECT_EQ(idle_bytes->used(), 3 * one_instance);
    EXPECT_EQ(empty_out(one->idle), 2u);
    EXPECT_EQ(empty_out(other->idle), 1u);
    live_and_die(other, 10);
    EXPECT_EQ(empty_out(other->idle), 3u);
    live_and_die(one, 1);
    EXPECT_EQ(idle_bytes->used(), one_instance);
  }
  EXPECT_EQ(idle_bytes->used(), 0u);
}

TEST_F(InstancePoolTest, CoolsFunctions) {
  static const NativeTier tier{};
  const auto module = functions(2);
  module->native = &tier;
  {
    Store store(config());
    Instance& instance = made(store, module);
    instance.heat[0] = 5;
    instance.heat[1] = 6;
  }
  Store store(config());
  const Instance& next = made(store, module);
  EXPECT_EQ(next.heat[0], 0u);
  EXPECT_EQ(next.heat[1], 0u);
}

TEST_F(InstancePoolTest, BringsDroppedSegmentsBack) {
  const auto module = elements(3);
  {
    Store store(config());
    Instance& instance = made(store, module);
    drop(instance, first_segment);
    EXPECT_TRUE(instance.element_values[0].empty());
  }
  Store store(config());
  Instance& next = made(store, module);
  EXPECT_EQ(next.element_values[0].size(), 3u);
  EXPECT_EQ(init(next, *next.tables[0], first_segment, 0, 2, 1), Bulk::done);
}

TEST_F(InstancePoolTest, TakesInstancesThatFailedHalfway) {
  ModuleBuilder builder(registry);
  const auto type = builder.type({}, {});
  builder.import_memory("m", {{0, 9, false}}).func(type).func(type);
  builder.global({i32, true}, {0x41, 0x07, 0x0b});
  builder.table(4).active_elements({0x41, 0x01, 0x0b}, {wasm::FuncIdx(1)});
  builder.passive_elements({2, builder.range({0xd2, 0x00, 0x0b})});
  builder.active_data({0x41, 0x00, 0x0b}, {1, 2, 3});
  const auto module = builder.build(idle_bytes);
  ModuleBuilder memories(registry);
  const auto empty = memories.memory(0, 9).build();
  ModuleBuilder larger(registry);
  const auto page = larger.memory(1, 9).build();
  for (int round = 0; round < 3; ++round) {
    {
      Store store(config());
      const Extern memory = made(store, empty).memories[0];
      const auto failed = instantiate(store, module, std::span(&memory, 1));
      ASSERT_FALSE(failed);
      EXPECT_EQ(failed.error().kind(), ErrorKind::trap);
    }
    EXPECT_GT(idle_bytes->used(), 0u);
    Store store(config());
    Memory* const memory = made(store, page).memories[0];
    const Instance& instance = made(store, module, {memory});
    EXPECT_EQ(idle_bytes->used(), 0u);
    EXPECT_EQ(instance.memory_cells, std::vector<Memory*>{memory});
    EXPECT_EQ(instance.memory0, memory);
    EXPECT_EQ(memory->base[2], 3);
    ASSERT_EQ(instance.global_cells.size(), 1u);
    EXPECT_EQ(instance.globals[0]->get<std::int32_t>(), 7);
    ASSERT_EQ(instance.table_cells.size(), 1u);
    EXPECT_EQ(instance.tables[0]->elements[1], instance.functions[1]->as_ref());
    EXPECT_EQ(instance.element_values[1], std::vector<Ref>(2, instance.functions[0]->as_ref()));
    EXPECT_EQ(instance.dropped_elements, (std::vector<bool>{true, false}));
    EXPECT_EQ(instance.dropped_data, std::vector<bool>{true});
  }
}

TEST_F(InstancePoolTest, KeepsNothingOfStoresUnderStress) {
  StoreConfig stress = config();
  stress.gc_stress = true;
  const auto module = functions(3);
  {
    Store store(std::move(stress));
    made(store, module);
  }
  EXPECT_EQ(idle_bytes->used(), 0u);
  EXPECT_EQ(module->idle.take(), nullptr);
}

TEST_F(InstancePoolTest, PoisonsWhatWaits) {
  const auto module = functions(3);
  const Instance* instance = nullptr;
  const FuncRef* function = nullptr;
  {
    Store store(config());
    instance = &made(store, module);
    function = instance->functions[2];
  }
  EXPECT_EQ(os::is_poisoned(&instance->globals), os::poisons);
  EXPECT_EQ(os::is_poisoned(&function->instance), os::poisons);
  Store store(config());
  made(store, module);
  EXPECT_FALSE(os::is_poisoned(&instance->globals));
  EXPECT_FALSE(os::is_poisoned(&function->instance));
}

}  // namespace
}  // namespace wrun::runtime
