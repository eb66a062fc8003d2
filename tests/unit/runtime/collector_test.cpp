#include <fstream>

#include "lib/runtime/cells.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/table.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

class CollectorTest : public RuntimeTest {
 protected:
  /// One function in a table of its own, and one table for others' functions.
  std::shared_ptr<ModuleCode> module_with_table() {
    ModuleBuilder builder(registry);
    const auto type = builder.type({}, {});
    builder.func(type).table(2);
    return builder.build();
  }
  std::shared_ptr<ModuleCode> importing_module() {
    ModuleBuilder builder(registry);
    const auto type = builder.type({}, {});
    builder.import_func("f", type).func(type);
    return builder.build();
  }
};

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * os::page_size();
}

TEST_F(CollectorTest, FreesWhatNothingReaches) {
  Store store(config());
  const Handle handle = store.handle(made(store, module_with_table()));
  EXPECT_EQ(store.cell_count(), 2u);
  store.collect();
  EXPECT_EQ(store.cell_count(), 2u);
  EXPECT_EQ(store.account().used(Resource::instances).now(), 1u);
  EXPECT_EQ(store.account().used(Resource::table_elements).now(), 2u);
  EXPECT_TRUE(store.release(handle));
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
  EXPECT_EQ(store.account().used(Resource::instances).now(), 0u);
  EXPECT_EQ(store.account().used(Resource::table_elements).now(), 0u);
}

TEST_F(CollectorTest, ImportsKeepTheirInstancesAlive) {
  Store store(config());
  Instance& exporter = made(store, module_with_table());
  const Handle exporter_handle = store.handle(exporter);
  Instance& importer = made(store, importing_module(), {exporter.function_refs[0]});
  const Handle importer_handle = store.handle(importer);
  EXPECT_TRUE(store.release(exporter_handle));
  store.collect();
  EXPECT_EQ(store.cell_count(), 3u);
  EXPECT_EQ(importer.function_refs[0]->instance, &exporter);
  EXPECT_TRUE(store.release(importer_handle));
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
}

TEST_F(CollectorTest, AFunctionHandleKeepsItsInstanceAlive) {
  Store store(config());
  Instance& instance = made(store, module_with_table());
  const Handle handle = store.handle(*instance.function_refs[0]);
  store.collect();
  EXPECT_EQ(store.resolve<FuncRef>(handle)->instance, &instance);
  EXPECT_EQ(store.cell_count(), 2u);
}

TEST_F(CollectorTest, FreesCyclesThroughTables) {
  Store store(config());
  const auto module = module_with_table();
  Instance& a = made(store, module);
  const Handle root = store.handle(a);
  Instance& b = made(store, module);
  ASSERT_TRUE(set(*a.table_cells[0], 0, b.function_refs[0]->as_ref()));
  ASSERT_TRUE(set(*b.table_cells[0], 0, a.function_refs[0]->as_ref()));
  store.collect();
  EXPECT_EQ(store.cell_count(), 4u);
  EXPECT_TRUE(store.release(root));
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
}

TEST_F(CollectorTest, FollowsALongChain) {
  Store store(config());
  const auto module = module_with_table();
  RootScope scope(store);
  Instance* first = &made(store, module);
  scope.add(*first);
  Instance* last = first;
  constexpr std::size_t length = test::sanitized ? 5'000 : 30'000;
  for (std::size_t i = 1; i < length; ++i) {
    Instance& next = made(store, module);
    ASSERT_TRUE(set(*last->table_cells[0], 0, next.function_refs[0]->as_ref()));
    last = &next;
  }
  store.collect();
  EXPECT_EQ(store.cell_count(), 2 * length);
}

TEST_F(CollectorTest, TracesGlobalsAndHostReferences) {
  Store store(config());
  const auto keeper = std::make_shared<int>(7);
  const std::weak_ptr<int> watch = keeper;
  Handle handle;
  {
    HostRef& reference = create_host_ref(store, keeper);
    Slot slot{};
    slot.set(as_ref(reference));
    const auto type = wasm::CanonType::ref(wasm::AbstractHeap::extern_, true);
    handle = store.handle(create_global(store, {type, false}, &slot));
  }
  store.collect();
  EXPECT_EQ(keeper.use_count(), 2);
  EXPECT_EQ(store.cell_count(), 2u);
  EXPECT_TRUE(store.release(handle));
  store.collect();
  EXPECT_EQ(keeper.use_count(), 1);
}

TEST_F(CollectorTest, SmallIntegersAreNoCells) {
  Store store(config());
  Slot slot{};
  slot.set(Ref{0x7fff'ffff});
  const auto type = wasm::CanonType::ref(wasm::AbstractHeap::i31, true);
  (void)store.handle(create_global(store, {type, false}, &slot));
  store.collect();
  EXPECT_EQ(store.cell_count(), 1u);
}

TEST_F(CollectorTest, FramesKeepAliveWhatTheyPointTo) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  Instance& instance = made(store, module_with_table());
  auto* frame = reinterpret_cast<Slot*>(store.stack().begin());
  frame[3].set(instance.function_refs[0]->as_ref() + 9);  // into a function reference
  store.state().stack_top = frame + 4;
  store.collect();
  EXPECT_EQ(store.cell_count(), 2u);
  frame[3].set(reinterpret_cast<Ref>(instance.table_cells[0]));
  store.collect();
  EXPECT_EQ(store.cell_count(), 1u);
  store.state().stack_top = frame + 3;
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
}

TEST_F(CollectorTest, RecordsKeepTheirFramesAndInstancesAlive) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  Instance& calling = made(store, module_with_table());
  Instance& pointed_to = made(store, module_with_table());
  auto* frame = reinterpret_cast<Slot*>(store.stack().begin());
  frame[0].set(pointed_to.function_refs[0]->as_ref());
  Record record;
  record.kind = Record::Kind::host_call;
  record.instance = &calling;
  record.top = frame + 1;
  store.state().records = &record;
  store.collect();
  EXPECT_EQ(store.cell_count(), 4u);
  store.state().records = nullptr;
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
}

TEST_F(CollectorTest, ManyShortLivedInstancesStayFew) {
  Store store(config());
  ModuleBuilder builder(registry);
  const auto type = builder.type({i32}, {i32});
  builder.func(type).table(10).memory(1).global({i32, true}, {0x41, 0x05, 0x0b});
  const auto module = builder.build();
  std::size_t most = 0;
  std::size_t before = 0;
  constexpr int count = test::sanitized ? 5'000 : 30'000;
  for (int i = 0; i < count; ++i) {
    if (i == count / 10) before = resident_bytes();
    Instance& instance = made(store, module);
    instance.memory0->base[100] = 1;
    const Handle handle = store.handle(instance);
    (void)store.handle(*instance.function_refs[0], handle);
    EXPECT_TRUE(store.release(handle));
    most = std::max(most, store.cell_count());
  }
  // Freed soon, so that their memory is used again while it is in the caches.
  EXPECT_LT(most, 50u);
  EXPECT_EQ(store.handle_count(), 0u);
  if (!test::sanitized) {
    EXPECT_LT(resident_bytes(), before + (8u << 20));
  }
}

TEST_F(CollectorTest, TypesOutliveTheirModules) {
  Store store(config());
  Handle handle;
  {
    ModuleBuilder builder(registry);
    const auto type = builder.type({i32, i64}, {i64});
    builder.table(1, {}, wasm::ValType::ref(wasm::HeapType(type), true));
    handle = store.handle(*made(store, builder.build()).table_cells[0]);
  }
  store.collect();
  EXPECT_EQ(store.cell_count(), 1u);
  const auto element = store.resolve<Table>(handle)->element;
  EXPECT_EQ(store.types().entry(element.heap().index()).type.func.params.size(), 2u);
}

}  // namespace
}  // namespace wrun::runtime
