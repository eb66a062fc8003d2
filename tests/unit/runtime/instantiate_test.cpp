#include "lib/runtime/instantiate.hpp"

#include "lib/runtime/cells.hpp"
#include "lib/runtime/heap_object.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/table.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

using wasm::ExternKind;

class InstantiateTest : public RuntimeTest {
 protected:
  Store store{config()};

  void expect_unlinkable(const std::shared_ptr<ModuleCode>& module, Extern import,
                         std::string_view message) {
    const auto result = instantiate(store, module, std::span(&import, 1));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::unlinkable);
    EXPECT_EQ(result.error().message(), message);
  }
  const FuncRef* host_function(wasm::CanonFuncType type) {
    const wasm::TypeId id = registry->intern(type);
    HostFunction& function = create_host_function(store, {id, nullptr, nullptr, nullptr, nullptr});
    registry->release(id);
    (void)store.handle(function.ref);
    return &function.ref;
  }
};

TEST_F(InstantiateTest, AMissingImportIsNamed) {
  ModuleBuilder builder(registry);
  const auto type = builder.type({i32, i64}, {i64});
  builder.import_func("f\n\"", type);
  expect_unlinkable(builder.build(), {},
                    "unknown import \"m\" \"f\\0a\\\"\": the module needs "
                    "(func (param i32 i64) (result i64))");
}

TEST_F(InstantiateTest, AnImportOfAnotherTypeIsDescribed) {
  ModuleBuilder builder(registry);
  const auto type = builder.type({i32}, {});
  builder.import_func("f", type);
  expect_unlinkable(builder.build(), host_function({{wasm::Kind::f64}, {}}),
                    "incompatible import type of \"m\" \"f\": the module needs (func (param i32)), "
                    "found (func (param f64))");
}

TEST_F(InstantiateTest, AnImportOfAnotherKindIsDescribed) {
  ModuleBuilder builder(registry);
  builder.import_memory("x", {{1, 2, false}});
  const Slot zero{};
  expect_unlinkable(builder.build(), &create_global(store, {wasm::Kind::i32, true}, &zero),
                    "incompatible import type of \"m\" \"x\": the module needs (memory 1 2), "
                    "found (global (mut i32))");
}

TEST_F(InstantiateTest, FunctionsMatchBySubtyping) {
  ModuleBuilder exporter(registry);
  const auto super = exporter.type({}, {}, false);
  const auto sub = exporter.type({}, {}, true, super);
  exporter.func(super).func(sub);
  Instance& instance = made(store, exporter.build());

  ModuleBuilder importer(registry);
  importer.import_func("f", importer.type({}, {}, false));
  const auto module = importer.build();
  EXPECT_TRUE(instantiate(store, module, std::vector<Extern>{instance.function_refs[0]}));
  EXPECT_TRUE(instantiate(store, module, std::vector<Extern>{instance.function_refs[1]}));

  ModuleBuilder narrow(registry);
  const auto root = narrow.type({}, {}, false);
  narrow.import_func("f", narrow.type({}, {}, true, root));
  const auto refused =
      instantiate(store, narrow.build(), std::vector<Extern>{instance.function_refs[0]});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::unlinkable);
}

struct LimitsCase {
  wasm::SizeLimits found;
  wasm::SizeLimits expected;
  bool matches;
};

TEST_F(InstantiateTest, MemoriesAndTablesMatchByLimits) {
  const LimitsCase cases[] = {
      {{1, {}, false}, {0, {}, false}, true}, {{1, {}, false}, {2, {}, false}, false},
      {{1, {}, false}, {1, 5, false}, false}, {{1, 5, false}, {1, 5, false}, true},
      {{1, 4, false}, {1, 5, false}, true},   {{1, 6, false}, {1, 5, false}, false},
      {{1, {}, false}, {1, {}, true}, false},
  };
  for (const LimitsCase& c : cases) {
    ExternType found;
    ExternType expected;
    found.kind = expected.kind = ExternKind::memory;
    found.memory.limits = c.found;
    expected.memory.limits = c.expected;
    EXPECT_EQ(matches(*registry, found, expected), c.matches);
    found.kind = expected.kind = ExternKind::table;
    found.table = {wasm::CanonType::ref(wasm::AbstractHeap::func, true), c.found};
    expected.table = {found.table.element, c.expected};
    EXPECT_EQ(matches(*registry, found, expected), c.matches);
  }
}

TEST_F(InstantiateTest, TableElementsAndMutableGlobalsMatchExactly) {
  const auto func = wasm::CanonType::ref(wasm::AbstractHeap::func, true);
  const auto nofunc = wasm::CanonType::ref(wasm::AbstractHeap::nofunc, true);
  ExternType found;
  ExternType expected;
  found.kind = expected.kind = ExternKind::table;
  found.table = {nofunc, {}};
  expected.table = {func, {}};
  EXPECT_FALSE(matches(*registry, found, expected));
  found.kind = expected.kind = ExternKind::global;
  found.global = {nofunc, false};
  expected.global = {func, false};
  EXPECT_TRUE(matches(*registry, found, expected));
  EXPECT_FALSE(matches(*registry, expected, found));
  found.global.is_mutable = expected.global.is_mutable = true;
  EXPECT_FALSE(matches(*registry, found, expected));
  found.global.type = func;
  EXPECT_TRUE(matches(*registry, found, expected));
  expected.global.is_mutable = false;
  EXPECT_FALSE(matches(*registry, found, expected));
}

TEST_F(InstantiateTest, SharednessAndPageSizeMustAgree) {
  ExternType found;
  found.kind = ExternKind::memory;
  found.memory = {{1, 2, false}};
  ExternType expected = found;
  EXPECT_TRUE(matches(*registry, found, expected));
  expected.memory.is_shared = true;
  EXPECT_FALSE(matches(*registry, found, expected));
  expected = found;
  expected.memory.page_size_log2 = 0;
  EXPECT_FALSE(matches(*registry, found, expected));
}

TEST_F(InstantiateTest, TheSizeNowCountsForAnImport) {
  ModuleBuilder builder(registry);
  builder.import_memory("x", {{3, {}, false}});
  const auto module = builder.build();
  Memory& memory = **create_memory(store, {{1, {}, false}});
  (void)store.handle(memory);
  EXPECT_FALSE(instantiate(store, module, std::vector<Extern>{&memory}));
  ASSERT_TRUE(grow(memory, 2));
  const auto instance = instantiate(store, module, std::vector<Extern>{&memory});
  ASSERT_TRUE(instance);
  EXPECT_EQ((*instance)->memory0, &memory);
}

TEST_F(InstantiateTest, ObjectsOfAnotherStoreOrEngineAreRefused) {
  Store other(config());
  ModuleBuilder builder(registry);
  builder.import_memory("x", {{0, {}, false}});
  const auto module = builder.build();
  auto foreign = create_memory(other, {{1, {}, false}});
  const auto refused = instantiate(store, module, std::vector<Extern>{*foreign});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::usage);

  Store elsewhere({std::make_shared<wasm::TypeRegistry>(), nullptr, nullptr, nullptr});
  const auto none = instantiate(elsewhere, module, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind(), ErrorKind::usage);
}

TEST_F(InstantiateTest, GlobalsAreEvaluatedInOrder) {
  ModuleBuilder builder(registry);
  builder.import_global("base", {i32, false});
  builder.global({i32, false}, {0x23, 0x00, 0x41, 0x02, 0x6a, 0x0b});        // base + 2
  builder.global({i32, true}, {0x23, 0x01, 0x41, 0x03, 0x6c, 0x0b});         // * 3
  builder.global({i64, true}, {0x42, 0x7f, 0x42, 0x01, 0x7d, 0x0b});         // -1 - 1
  builder.global({wasm::Kind::f32, false}, {0x43, 0, 0, 0xc0, 0x7f, 0x0b});  // nan
  builder.global({wasm::Kind::v128, false},
                 {0xfd, 0x0c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0x0b});
  builder.global({wasm::Kind::v128, false}, {0x23, 0x05, 0x0b});
  builder.global({wasm::ValType::ref(wasm::AbstractHeap::i31, false), false},
                 {0x41, 0x7f, 0xfb, 0x1c, 0x0b});
  Slot base{};
  base.set(std::uint64_t{0xdead'beef'0000'0005});  // the upper half means nothing
  Global& imported = create_global(store, {wasm::Kind::i32, false}, &base);
  (void)store.handle(imported);
  Instance& instance = made(store, builder.build(), {&imported});
  EXPECT_EQ(instance.globals[0], imported.value);
  EXPECT_EQ(instance.globals[1]->get<std::int32_t>(), 7);
  EXPECT_EQ(instance.globals[2]->get<std::int32_t>(), 21);
  EXPECT_EQ(instance.globals[3]->get<std::int64_t>(), -2);
  EXPECT_EQ(instance.globals[4]->get<std::uint32_t>(), 0x7fc00000u);
  EXPECT_EQ(instance.globals[6][0].get<std::uint64_t>(), 0x0807060504030201u);
  EXPECT_EQ(instance.globals[6][1].get<std::uint64_t>(), 0x100f0e0d0c0b0a09u);
  EXPECT_EQ(instance.globals[7]->get<Ref>(), Ref{0xffff'ffff});
}

TEST_F(InstantiateTest, ExpressionsThatAllocateKeepToTheLimit) {
  ModuleBuilder builder(registry);
  wasm::SubType array;
  array.kind = wasm::CompositeKind::array;
  array.fields = {{wasm::Kind::i64, false}};
  wasm::TypeSection& types = builder.data().types;
  registry->intern(std::span(&array, 1), 0, {}, types.ids);
  types.types.push_back(array);
  types.groups.push_back(0);
  types.explicit_groups.push_back(false);
  builder.global({wasm::ValType::ref(wasm::AbstractHeap::array, true), false},
                 {0x41, 0xc0, 0x00, 0xfb, 0x07, 0x00, 0x0b});  // 64 elements
  const auto module = builder.build();
  Instance& instance = made(store, module);
  const auto* made_array = array_of(instance.global_slots[0]->get<Ref>());
  EXPECT_EQ(made_array->length, 64u);
  Limits limits;
  limits.heap_bytes = 1000;
  Store poor(config());
  ASSERT_TRUE(poor.set_limits(limits));
  const auto refused = instantiate(poor, module, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
  EXPECT_NE(refused.error().message().find("heap_bytes"), std::string::npos);
}

TEST_F(InstantiateTest, FillsTheArraysThatCodeReads) {
  ModuleBuilder builder(registry);
  const auto type = builder.type({}, {});
  builder.import_func("f", type).func(type).table(1).memory(1);
  builder.import_tag("t", type);
  builder.data().tags.push_back({type});
  builder.data().start = wasm::FuncIdx(1);
  builder.data().tables[0].init = builder.range({0xd2, 0x01, 0x0b});
  builder.export_func("run", 1);
  const auto* imported = host_function({});
  Tag& tag = create_tag(store, imported->type);
  (void)store.handle(tag);
  Instance& instance = made(store, builder.build(), {imported, &tag});
  EXPECT_EQ(instance.state, &store.state());
  EXPECT_EQ(instance.functions[0], imported);
  EXPECT_EQ(instance.functions[1]->cell, &instance.cells[0]);
  EXPECT_EQ(instance.functions[1]->instance, &instance);
  EXPECT_EQ(instance.functions[1]->index, 1u);
  EXPECT_EQ(instance.functions[1]->type, instance.type_ids[0]);
  EXPECT_EQ(instance.imported_functions, 1u);
  EXPECT_EQ(instance.tables[0]->elements[0], instance.functions[1]->as_ref());
  EXPECT_EQ(instance.memory0, instance.memories[0]);
  EXPECT_EQ(instance.tag_cells.size(), 2u);
  EXPECT_EQ(start_function(instance), instance.functions[1]);
  EXPECT_EQ(find_export(instance, "run").function(), instance.functions[1]);
  EXPECT_FALSE(find_export(instance, "walk"));
}

TEST_F(InstantiateTest, ATrapLeavesEarlierEffects) {
  ModuleBuilder builder(registry);
  const auto type = builder.type({}, {});
  builder.import_table("t", {wasm::funcref, {1, {}, false}});
  builder.import_memory("mem", {{1, {}, false}});
  builder.func(type);
  builder.active_elements({0x41, 0x00, 0x0b}, {wasm::FuncIdx(0)});
  builder.active_data({0x41, 0x08, 0x0b}, {1, 2, 3});
  builder.active_data({0x41, 0x7f, 0x0b}, {4});  // at 0xffffffff
  builder.active_data({0x41, 0x00, 0x0b}, {5});
  const CanonTableType table_type{wasm::CanonType::ref(wasm::AbstractHeap::func, true),
                                  {1, {}, false}};
  Table& table = **create_table(store, table_type, null_ref);
  Memory& memory = **create_memory(store, {{1, {}, false}});
  (void)store.handle(table);
  (void)store.handle(memory);
  const auto result = instantiate(store, builder.build(), std::vector<Extern>{&table, &memory});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::trap);
  EXPECT_EQ(result.error().trap(), TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(result.error().details()->address, 0xffff'ffffu);
  EXPECT_EQ(result.error().details()->memory_size, 65536u);
  EXPECT_EQ(memory.base[9], 2);
  EXPECT_EQ(memory.base[0], 0);
  // The table holds a function of the failed instance, which therefore lives on.
  store.collect();
  const FuncRef* function = FuncRef::from(table.elements[0]);
  EXPECT_EQ(function->instance->table_cells[0], &table);
}

TEST_F(InstantiateTest, ElementsOutOfBoundsTrapBeforeData) {
  ModuleBuilder builder(registry);
  const auto type = builder.type({}, {});
  builder.func(type).table(1).memory(1);
  builder.active_elements({0x41, 0x01, 0x0b}, {wasm::FuncIdx(0)});
  builder.active_data({0x41, 0x7f, 0x0b}, {4});
  const auto result = instantiate(store, builder.build(), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().trap(), TrapCode::out_of_bounds_table_access);
}

TEST_F(InstantiateTest, AFailedInstanceIsGivenBack) {
  ModuleBuilder builder(registry);
  builder.memory(1).active_data({0x41, 0x7f, 0x0b}, {4});
  const auto module = builder.build();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(instantiate(store, module, {}));
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
  EXPECT_EQ(store.account().used(Resource::instances).now(), 0u);
  EXPECT_EQ(store.account().used(Resource::memory_bytes).now(), 0u);
}

TEST_F(InstantiateTest, TheLimitOfInstancesCountsTheLivingOnly) {
  Limits limits;
  limits.instances = 2;
  ASSERT_TRUE(store.set_limits(limits));
  const auto module = ModuleBuilder(registry).build();
  for (int i = 0; i < 5; ++i) (void)made(store, module);
  const Handle one = store.handle(made(store, module));
  (void)store.handle(made(store, module));
  const auto refused = instantiate(store, module, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
  EXPECT_TRUE(store.release(one));
  EXPECT_TRUE(instantiate(store, module, {}));
}

TEST_F(InstantiateTest, WhatTiersKeepIsFreedWithTheModule) {
  ModuleBuilder builder(registry);
  builder.func(builder.type({}, {}));
  auto module = builder.build();
  auto kept = std::make_shared<int>();
  const std::weak_ptr<int> watched = kept;
  module->tier_data = std::move(kept);
  const Handle handle = store.handle(made(store, module));
  module.reset();
  EXPECT_FALSE(watched.expired());
  EXPECT_TRUE(store.release(handle));
  store.collect();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace wrun::runtime
