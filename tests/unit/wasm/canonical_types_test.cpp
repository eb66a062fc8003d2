#include "lib/wasm/canonical_types.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace wrun::wasm {
namespace {

ValType ref(std::uint32_t index, bool nullable = true) {
  return ValType::ref(HeapType(TypeIdx(index)), nullable);
}

SubType func(std::vector<ValType> params, std::vector<ValType> results = {}) {
  SubType type;
  type.func = {std::move(params), std::move(results)};
  return type;
}

SubType structure(std::vector<FieldType> fields, std::optional<TypeIdx> super = std::nullopt) {
  SubType type;
  type.kind = CompositeKind::struct_;
  type.is_final = false;
  type.super = super;
  type.fields = std::move(fields);
  return type;
}

/// The types of one module.
struct Module {
  explicit Module(TypeRegistry& to) : registry(to) {}

  /// Adds a group; returns the id of its first type.
  TypeId add(std::vector<SubType> group) {
    const auto start = static_cast<std::uint32_t>(ids.size());
    registry.intern(group, start, ids, ids);
    return ids[start];
  }

  TypeRegistry& registry;
  std::vector<TypeId> ids;
};

TEST(TypeRegistry, EqualTypesOfTwoModulesShareAnId) {
  TypeRegistry registry;
  Module a(registry), b(registry);
  const TypeId first = a.add({func({Kind::i32}, {Kind::i64})});
  b.add({func({})});
  EXPECT_EQ(b.add({func({Kind::i32}, {Kind::i64})}), first);
  EXPECT_NE(b.add({func({Kind::i64}, {Kind::i32})}), first);
  EXPECT_NE(b.add({func({Kind::i32, Kind::i64})}), first);
}

TEST(TypeRegistry, HostSignaturesMeetTheModules) {
  TypeRegistry registry;
  Module module(registry);
  const TypeId id = module.add({func({Kind::i32, funcref}, {Kind::f64})});
  CanonFuncType type;
  type.params = {Kind::i32, CanonType::ref(AbstractHeap::func, true)};
  type.results = {Kind::f64};
  EXPECT_EQ(registry.intern(type), id);
  EXPECT_EQ(registry.entry(id).type.func, type);
}

TEST(TypeRegistry, FinalityAndMutabilityDistinguish) {
  TypeRegistry registry;
  Module module(registry);
  SubType open = func({});
  open.is_final = false;
  EXPECT_NE(module.add({func({})}), module.add({open}));
  EXPECT_NE(module.add({structure({{Kind::i8, false}})}),
            module.add({structure({{Kind::i8, true}})}));
}

TEST(TypeRegistry, RecursiveGroupsAreEqualByStructure) {
  TypeRegistry registry;
  Module a(registry), b(registry);
  const TypeId list = a.add({structure({{ref(0), false}})});
  b.add({func({})});
  // The same list, but index 1 here.
  EXPECT_EQ(b.add({structure({{ref(1), false}})}), list);
  // A group of two lists is another type, and so is the second one of it.
  const TypeId pair = b.add({structure({{ref(3), false}}), structure({{ref(2), false}})});
  EXPECT_NE(pair, list);
  EXPECT_NE(b.ids[2], b.ids[3]);
  EXPECT_EQ(registry.entry(list).type.fields[0].storage, CanonType::ref(CanonHeap(list), true));
}

TEST(TypeRegistry, OuterAndInnerReferencesDiffer) {
  TypeRegistry registry;
  Module module(registry);
  const TypeId self = module.add({structure({{ref(0), false}})});
  // A structure that names the first one, not itself.
  EXPECT_NE(module.add({structure({{ref(0), false}})}), self);
}

TEST(TypeRegistry, SubtypesOfDefinedTypesAreDeclared) {
  TypeRegistry registry;
  Module module(registry);
  const TypeId top = module.add({structure({})});
  const TypeId middle = module.add({structure({{Kind::i32, false}}, TypeIdx(0))});
  const TypeId low = module.add({structure({{Kind::i32, false}}, TypeIdx(1))});
  const TypeId other =
      module.add({structure({{Kind::i32, false}, {Kind::f32, false}}, TypeIdx(0))});
  EXPECT_TRUE(registry.is_subtype(low, top));
  EXPECT_TRUE(registry.is_subtype(low, middle));
  EXPECT_TRUE(registry.is_subtype(low, low));
  EXPECT_FALSE(registry.is_subtype(top, low));
  EXPECT_FALSE(registry.is_subtype(low, other));
  EXPECT_FALSE(registry.is_subtype(other, middle));
  EXPECT_EQ(registry.entry(low).depth, 2u);
  EXPECT_EQ(registry.entry(low).display, (std::vector<TypeId>{top, middle, low}));
}

TEST(TypeRegistry, SupertypesInTheSameGroup) {
  TypeRegistry registry;
  Module module(registry);
  module.add({structure({}), structure({{ref(1), false}}, TypeIdx(0)), structure({}, TypeIdx(0))});
  EXPECT_TRUE(registry.is_subtype(module.ids[1], module.ids[0]));
  EXPECT_FALSE(registry.is_subtype(module.ids[1], module.ids[2]));
}

TEST(TypeRegistry, AbstractHeapTypesFormThreeHierarchies) {
  using enum AbstractHeap;
  TypeRegistry registry;
  const auto below = [&](CanonHeap sub) {
    std::vector<AbstractHeap> supers;
    for (auto super :
         {func, extern_, any, eq, i31, struct_, array, exn, none, nofunc, noextern, noexn})
      if (registry.is_subtype(sub, CanonHeap(super))) supers.push_back(super);
    return supers;
  };
  using Heaps = std::vector<AbstractHeap>;
  EXPECT_EQ(below(func), Heaps{func});
  EXPECT_EQ(below(any), Heaps{any});
  EXPECT_EQ(below(eq), (Heaps{any, eq}));
  EXPECT_EQ(below(i31), (Heaps{any, eq, i31}));
  EXPECT_EQ(below(array), (Heaps{any, eq, array}));
  EXPECT_EQ(below(none), (Heaps{any, eq, i31, struct_, array, none}));
  EXPECT_EQ(below(nofunc), (Heaps{func, nofunc}));
  EXPECT_EQ(below(noextern), (Heaps{extern_, noextern}));
  EXPECT_EQ(below(noexn), (Heaps{exn, noexn}));
  EXPECT_EQ(below(bottom).size(), 12u);

  Module module(registry);
  EXPECT_EQ(below(CanonHeap(module.add({structure({})}))), (Heaps{any, eq, struct_}));
  EXPECT_EQ(below(CanonHeap(module.add({SubType()}))), Heaps{func});
}

TEST(TypeRegistry, DefinedTypesAreAboveTheLeastOnes) {
  TypeRegistry registry;
  Module module(registry);
  const CanonHeap aggregate(module.add({structure({})}));
  const CanonHeap function(module.add({func({})}));
  EXPECT_TRUE(registry.is_subtype(AbstractHeap::none, aggregate));
  EXPECT_FALSE(registry.is_subtype(AbstractHeap::nofunc, aggregate));
  EXPECT_TRUE(registry.is_subtype(AbstractHeap::nofunc, function));
  EXPECT_FALSE(registry.is_subtype(AbstractHeap::func, function));
  EXPECT_TRUE(registry.is_subtype(AbstractHeap::bottom, function));
}

TEST(TypeRegistry, NullabilityIsCovariant) {
  TypeRegistry registry;
  const auto any = [](bool nullable) { return CanonType::ref(AbstractHeap::any, nullable); };
  EXPECT_TRUE(registry.is_subtype(any(false), any(true)));
  EXPECT_FALSE(registry.is_subtype(any(true), any(false)));
  EXPECT_TRUE(registry.is_subtype(CanonType(Kind::bottom), any(false)));
  EXPECT_FALSE(registry.is_subtype(CanonType(Kind::i32), CanonType(Kind::i64)));
  EXPECT_FALSE(registry.is_subtype(CanonType(Kind::i32), any(true)));
}

TEST(TypeRegistry, ReleasedIdsAreUsedAgain) {
  TypeRegistry registry;
  Module module(registry);
  const TypeId id = module.add({func({Kind::i32})});
  registry.release(id);
  EXPECT_EQ(module.add({func({Kind::f64})}), id);
  EXPECT_EQ(registry.entry(id).type.func.params, std::vector<CanonType>{Kind::f64});
}

TEST(TypeRegistry, AReferenceKeepsWhatATypeNames) {
  TypeRegistry registry;
  Module module(registry);
  const TypeId inner = module.add({structure({})});
  const TypeId outer = module.add({structure({{ref(0), false}})});
  registry.release(inner);
  EXPECT_EQ(registry.entry(inner).type.kind, CompositeKind::struct_);
  registry.retain(outer);
  registry.release(outer);
  EXPECT_EQ(registry.entry(outer).type.fields.size(), 1u);
  registry.release(outer);
  // Both are gone: the next two types get their ids.
  Module next(registry);
  next.add({func({})});
  next.add({func({Kind::i32})});
  EXPECT_LT(next.ids[0].value + next.ids[1].value, 2u);
}

TEST(TypeRegistry, LongChainsOfGroupsAreReleasedWithoutRecursion) {
  TypeRegistry registry;
  Module module(registry);
  constexpr std::uint32_t length = 100'000;
  module.add({structure({})});
  for (std::uint32_t i = 1; i < length; ++i) module.add({structure({{ref(i - 1), false}})});
  for (std::uint32_t i = 0; i < length; ++i) registry.release(module.ids[i]);
  EXPECT_LT(module.add({func({})}).value, length);
}

TEST(TypeRegistry, ThreadsInternAndReleaseTheSameTypes) {
  TypeRegistry registry;
  const auto work = [&registry] {
    for (int round = 0; round < 200; ++round) {
      Module module(registry);
      module.add({structure({})});
      module.add({structure({{Kind::i32, false}}, TypeIdx(0))});
      for (int i = 0; i < 20; ++i)
        module.add({func(std::vector<ValType>(static_cast<std::size_t>(i), Kind::i64))});
      EXPECT_TRUE(registry.is_subtype(module.ids[1], module.ids[0]));
      EXPECT_EQ(registry.entry(module.ids[21]).type.func.params.size(), 19u);
      for (TypeId id : module.ids) registry.release(id);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace wrun::wasm
