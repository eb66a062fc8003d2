// The heap of structures, arrays and host references, and what its collector finds.

#include "lib/runtime/heap.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <vector>

#include "lib/runtime/cells.hpp"
#include "lib/runtime/heap_access.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

using wasm::AbstractHeap;
using wasm::CompositeKind;
using wasm::SubType;
using wasm::TypeId;

wasm::FieldType field(wasm::ValType type) {
  return {type, true};
}

wasm::ValType anyref() {
  return wasm::ValType::ref(AbstractHeap::any, true);
}

class HeapTest : public RuntimeTest {
 protected:
  HeapTest() {
    node = intern(CompositeKind::struct_, {field(anyref()), field(i64)});
    bytes = intern(CompositeKind::array, {field(wasm::Kind::i8)});
    refs = intern(CompositeKind::array, {field(anyref())});
    wide = intern(CompositeKind::struct_, std::vector<wasm::FieldType>(400, field(i64)));
  }

  TypeId intern(CompositeKind kind, std::vector<wasm::FieldType> fields) {
    SubType type;
    type.kind = kind;
    type.fields = std::move(fields);
    std::vector<TypeId> ids;
    registry->intern(std::span(&type, 1), 0, {}, ids);
    return ids[0];
  }

  /// A list of `length` nodes in front of `tail`.
  Ref list(Store& store, std::size_t length, Ref tail = null_ref) {
    ScratchValues roots(store);
    Slot first{};
    first.set(tail);
    for (std::size_t i = 0; i < length; ++i) {
      roots.push(first);
      Object* object = store.allocate_struct(node);
      roots.pop();
      if (!object) throw std::bad_alloc();
      store_at(object, first_field, first.get<Ref>());
      store_at(object, first_field + 8, std::uint64_t{i});
      first.set(as_ref(object));
    }
    return first.get<Ref>();
  }
  static std::size_t length(Ref at) {
    std::size_t nodes = 0;
    for (; at != null_ref; at = load_at<Ref>(object_of(at), first_field)) ++nodes;
    return nodes;
  }
  static std::uint64_t used(Store& store) {
    return store.account().used(Resource::heap_bytes).now();
  }

  TypeId node, bytes, refs, wide;
};

TEST_F(HeapTest, SizeClassesAscendAndWasteLittle) {
  for (std::size_t size = 1; size <= max_cell_bytes; ++size) {
    const std::size_t cell = cell_sizes[bin_of(size)];
    EXPECT_GE(cell, size);
    EXPECT_EQ(cell % 8, 0u);
    if (size > 8) {
      EXPECT_LE(cell, (size + 7) / 8 * 8 * 4 / 3 + 8) << size;
    }
    if (bin_of(size) != 0) {
      EXPECT_LT(cell_sizes[bin_of(size) - 1u], size);
    }
  }
}

TEST_F(HeapTest, FieldsLieAtTheirAlignmentAndSubtypesExtend) {
  const std::vector<wasm::FieldType> fields = {field(wasm::Kind::i8),  field(wasm::Kind::i16),
                                               field(wasm::Kind::f32), field(anyref()),
                                               field(wasm::Kind::i8),  field(wasm::Kind::v128)};
  const StructLayout all = layout_of(std::span(fields));
  EXPECT_EQ(all.offsets, (std::vector<std::uint32_t>{8, 10, 12, 16, 24, 32}));
  EXPECT_EQ(all.bytes, 48u);
  const StructLayout some = layout_of(std::span(fields).first(4));
  EXPECT_TRUE(std::equal(some.offsets.begin(), some.offsets.end(), all.offsets.begin()));
}

TEST_F(HeapTest, FreesWhatNothingReaches) {
  Store store(config());
  Ref kept = list(store, 1000);
  const Handle handle = store.ref_handle(kept);
  (void)list(store, 100'000);
  const std::uint64_t before = used(store);
  store.collect();
  EXPECT_LT(used(store), before / 10);
  EXPECT_EQ(length(store.resolve_ref(handle)), 1000u);
  EXPECT_TRUE(store.release(handle));
  store.collect();
  EXPECT_EQ(used(store), 0u);
  EXPECT_EQ(store.heap().types().size(), 0u);
}

TEST_F(HeapTest, FillsTheHolesThatACollectionLeaves) {
  Store store(config());
  // Every other node stays: its neighbours' cells are free, one at a time.
  std::vector<Handle> handles;
  for (int i = 0; i < 20'000; ++i) {
    const Ref one = list(store, 1);
    if (i % 2 == 0) handles.push_back(store.ref_handle(one));
  }
  store.collect();
  const std::uint64_t before = used(store);
  const Handle more = store.ref_handle(list(store, 9'000));
  EXPECT_EQ(used(store), before);
  EXPECT_EQ(length(store.resolve_ref(more)), 9'000u);
  for (const Handle handle : handles) EXPECT_EQ(length(store.resolve_ref(handle)), 1u);
}

TEST_F(HeapTest, WordsIntoAnObjectKeepIt) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  auto* frame = reinterpret_cast<Slot*>(store.stack().begin());
  Array* small = store.allocate_array(bytes, 100);
  elements_of(small)[99] = 42;
  Array* large = store.allocate_array(bytes, 1'000'000);
  elements_of(large)[999'999] = 43;
  frame[0].set(as_ref(small) + 115);
  frame[1].set(as_ref(large) + 999'999);
  store.state().stack_top = frame + 2;
  store.collect();
  EXPECT_EQ(elements_of(small)[99], 42);
  EXPECT_EQ(elements_of(large)[999'999], 43);
  const std::uint64_t both = used(store);
  frame[1].set(as_ref(large) + first_element + 1'000'000);  // behind it
  store.collect();
  EXPECT_LT(used(store), both - 900'000);
  store.state().stack_top = frame;
  store.collect();
  EXPECT_EQ(used(store), 0u);
}

TEST_F(HeapTest, WordsThatPointToNoObjectKeepNothing) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  auto* frame = reinterpret_cast<Slot*>(store.stack().begin());
  const Ref dead = list(store, 1);
  Block* block = Block::of(reinterpret_cast<CellHeader*>(dead));
  store.state().stack_top = frame + 4;
  frame[0].set(block);                               // the block's own
  frame[1].set(block->cell(first_cell + 24 * 100));  // never handed out
  frame[2].set(reinterpret_cast<std::uintptr_t>(block) + block_bytes - 1);
  frame[3].set(std::numeric_limits<std::uint64_t>::max());
  store.collect();
  EXPECT_EQ(used(store), 0u);
  frame[0].set(dead);  // freed: no object any more
  store.collect();
  EXPECT_EQ(used(store), 0u);
}

TEST_F(HeapTest, TracesFieldsElementsTablesAndGlobals) {
  Store store(config());
  Slot slot{};
  slot.set(list(store, 10));
  const auto any = wasm::CanonType::ref(AbstractHeap::any, true);
  Global& global = create_global(store, {any, true}, &slot);
  const Handle handle = store.handle(global);
  Array* array = store.allocate_array(refs, 2000);
  for (std::uint32_t i = 0; i < 2000; ++i) store_at(array, first_element + i * 8, i31_ref(i));
  store_at(array, first_element + 1999 * 8, slot.get<Ref>());
  global.value[0].set(as_ref(array));
  (void)list(store, 50'000);
  store.collect();
  EXPECT_EQ(length(load_at<Ref>(array, first_element + 1999 * 8)), 10u);
  global.value[0].set(i31_ref(5));
  store.collect();
  EXPECT_EQ(used(store), 0u);
  EXPECT_TRUE(store.release(handle));
}

TEST_F(HeapTest, AFunctionInAFieldKeepsItsInstance) {
  const TypeId holder = intern(CompositeKind::struct_, {field(wasm::funcref)});
  Store store(config());
  ModuleBuilder builder(registry);
  builder.func(builder.type({}, {}));
  Instance& instance = made(store, builder.build());
  Object* object = store.allocate_struct(holder);
  store_at(object, first_field, instance.function_refs[0]->as_ref());
  const Handle handle = store.ref_handle(as_ref(object));
  store.collect();
  EXPECT_EQ(store.cell_count(), 1u);
  store.release(handle);
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
}

TEST_F(HeapTest, ATinyMarkStackFindsEverything) {
  StoreConfig tiny = config();
  tiny.mark_stack_entries = 64;
  Store store(std::move(tiny));
  ScratchValues roots(store);
  Array* outer = store.allocate_array(refs, 300);
  Slot slot{};
  slot.set(as_ref(outer));
  roots.push(slot);
  std::vector<Ref> lists;
  for (std::uint32_t i = 0; i < 300; ++i) {
    Array* inner = store.allocate_array(refs, 300);
    store_at(outer, first_element + i * 8, as_ref(inner));
    for (std::uint32_t k = 0; k < 300; ++k) store_at(inner, first_element + k * 8, list(store, 3));
  }
  (void)list(store, 100'000);
  store.collect();
  std::size_t nodes = 0;
  for (std::uint32_t i = 0; i < 300; ++i) {
    const Array* inner = array_of(load_at<Ref>(outer, first_element + i * 8));
    for (std::uint32_t k = 0; k < 300; ++k)
      nodes += length(load_at<Ref>(inner, first_element + k * 8));
  }
  EXPECT_EQ(nodes, 300u * 300 * 3);
  const std::uint64_t exact = used(store);
  store.collect();
  EXPECT_EQ(used(store), exact);
}

TEST_F(HeapTest, ALongListIsMarkedWithoutRecursion) {
  Store store(config());
  constexpr std::size_t nodes = 1'000'000;
  const Handle handle = store.ref_handle(list(store, nodes));
  store.collect();
  EXPECT_EQ(length(store.resolve_ref(handle)), nodes);
  store.release(handle);
  store.collect();
  EXPECT_EQ(used(store), 0u);
}

TEST_F(HeapTest, LimitsCountAndRefuse) {
  Store store(config());
  Limits limits;
  limits.heap_bytes = 1024 * 1024;
  ASSERT_TRUE(store.set_limits(limits));
  EXPECT_EQ(store.allocate_array(bytes, 2'000'000), nullptr);
  EXPECT_EQ(store.allocate_array(refs, std::numeric_limits<std::uint32_t>::max()), nullptr);
  EXPECT_EQ(used(store), 0u);
  Array* array = store.allocate_array(bytes, 900'000);
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(used(store), 900'016u);
  // It is garbage: a second one takes its place.
  EXPECT_NE(store.allocate_array(bytes, 900'000), nullptr);
  EXPECT_EQ(used(store), 900'016u);
  EXPECT_THROW((void)list(store, 100'000), std::bad_alloc);
  EXPECT_LE(store.account().used(Resource::heap_bytes).peak(), 1024u * 1024);
  EXPECT_EQ(length(list(store, 100)), 100u);
}

TEST_F(HeapTest, BudgetsSumOverStores) {
  StoreConfig shared = config();
  shared.budget = std::make_shared<Budget>();
  shared.budget->heap_bytes.set_cap(1'000'000);
  auto first = std::make_unique<Store>(shared);
  Store second(shared);
  ASSERT_NE(first->allocate_array(bytes, 600'000), nullptr);
  EXPECT_EQ(second.allocate_array(bytes, 600'000), nullptr);
  first.reset();
  EXPECT_NE(second.allocate_array(bytes, 600'000), nullptr);
  EXPECT_EQ(shared.budget->heap_bytes.now(), 600'016u);
}

TEST_F(HeapTest, LargeStructuresAreZeroed) {
  Store store(config());
  Object* object = store.allocate_struct(wide);
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->place, Place::large);
  for (std::size_t i = 0; i < 400; ++i)
    EXPECT_EQ(load_at<std::uint64_t>(object, first_field + i * 8), 0u);
  store.collect();
  EXPECT_EQ(used(store), 0u);
}

TEST_F(HeapTest, UnreachableHostReferencesLetGo) {
  Store store(config());
  const auto keeper = std::make_shared<int>(7);
  constexpr int count = 200'000;
  Handle kept;
  for (int i = 0; i < count; ++i) {
    HostRef& reference = create_host_ref(store, keeper);
    if (i == 1000) kept = store.ref_handle(as_ref(reference));
    store.collect_if_due();
  }
  EXPECT_LT(keeper.use_count(), count);
  store.collect();
  EXPECT_EQ(keeper.use_count(), 2);
  EXPECT_EQ(store.cell_count(), 1u);
  store.release(kept);
  store.collect();
  EXPECT_EQ(keeper.use_count(), 1);
  EXPECT_EQ(store.cell_count(), 0u);
}

/// Collects, and makes another host reference, when it is destroyed.
struct Reentrant {
  Store& store;
  int& ended;
  explicit Reentrant(Store& s, int& count) : store(s), ended(count) {}
  Reentrant(const Reentrant&) = delete;
  Reentrant& operator=(const Reentrant&) = delete;
  ~Reentrant() {
    ++ended;
    (void)create_host_ref(store, nullptr);
    store.collect();
  }
};

TEST_F(HeapTest, WhatAHostReferenceHeldMayUseTheStore) {
  Store store(config());
  int ended = 0;
  for (int i = 0; i < 50; ++i) {
    const auto object = std::make_shared<Reentrant>(store, ended);
    (void)create_host_ref(store, object);
  }
  store.collect();
  EXPECT_EQ(ended, 50);
  store.collect();
  EXPECT_EQ(store.cell_count(), 0u);
}

TEST_F(HeapTest, StressCollectsAtEveryAllocation) {
  StoreConfig stress = config();
  stress.gc_stress = true;
  Store store(std::move(stress));
  const Ref dead = list(store, 1);
  const Ref next = list(store, 1);
  EXPECT_EQ(next, dead);  // the cell was free again
  const Handle handle = store.ref_handle(list(store, 500));
  EXPECT_EQ(length(store.resolve_ref(handle)), 500u);
}

TEST_F(HeapTest, StoresGiveMemoryBack) {
  Store store(config());
  const Handle handle = store.ref_handle(list(store, 2'000'000));
  EXPECT_GT(used(store), 40'000'000u);
  store.release(handle);
  store.collect();
  EXPECT_EQ(used(store), 0u);
  EXPECT_EQ(length(list(store, 1000)), 1000u);
}

}  // namespace
}  // namespace wrun::runtime
