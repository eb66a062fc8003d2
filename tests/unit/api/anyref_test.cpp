// References to structures, arrays and integers of 31 bits, from the host.

#include <memory>
#include <tuple>
#include <vector>

#include "lib/api/inspect.hpp"
#include "support.hpp"

namespace wrun::test {
namespace {

constexpr std::string_view any_text = R"((module
  (type $pair (struct (field i8) (field $x (mut i64)) (field (mut anyref))))
  (type $numbers (array (mut f64)))
  (import "host" "pass" (func $pass (param anyref) (result anyref)))
  (import "host" "make" (func $make (result externref)))
  (func (export "pair") (param i64) (result (ref $pair))
    (struct.new $pair (i32.const 200) (local.get 0) (ref.i31 (i32.const -3))))
  (func (export "x") (param (ref $pair)) (result i64) (struct.get $pair $x (local.get 0)))
  (func (export "any") (param i64) (result anyref)
    (struct.new $pair (i32.const 0) (local.get 0) (ref.null any)))
  (func (export "sum") (param (ref $numbers)) (result f64)
    (f64.add (array.get $numbers (local.get 0) (i32.const 0))
      (array.get $numbers (local.get 0) (i32.const 1))))
  (func (export "passed") (param i64) (result i64)
    (struct.get $pair $x (ref.cast (ref $pair)
      (call $pass (struct.new $pair (i32.const 0) (local.get 0) (ref.null any))))))
  (func (export "through") (param anyref) (result externref)
    (extern.convert_any (local.get 0)))
  (func (export "back") (param externref) (result anyref)
    (any.convert_extern (local.get 0)))
  (func (export "drop") (param i32)
    (loop (drop (call $make))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))";

struct AnyRefTest : testing::Test {
  AnyRefTest() {
    world.linker.func("host", "pass", [this](Rooted<AnyRef> value) {
      ++passed;
      take(world.store.collect());
      return value;
    });
    world.linker.func("host", "make", [this] {
      return Rooted<ExternRef>(take(ExternRef::make(world.store, object)));
    });
    module.emplace(world.module(any_text));
    instance = take(world.linker.instantiate(world.store, *module));
  }

  Val call(std::string_view name, std::initializer_list<Val> args = {}) {
    return take(take(instance.func(name)).call(args)).at(0);
  }
  std::size_t handles() { return take(api::heap_counts(world.store)).handles; }

  World world;
  std::optional<Module> module;
  Instance instance;
  std::shared_ptr<int> object = std::make_shared<int>(5);
  int passed = 0;
};

TEST_F(AnyRefTest, ReadsAndWritesStructures) {
  const Val value = call("pair", {std::int64_t{7}});
  EXPECT_EQ(value.type().heap(), HeapKind::struct_);
  const Rooted<AnyRef> pair(value.get<AnyRef>().value());
  EXPECT_EQ(take(pair->kind()), HeapKind::struct_);
  EXPECT_EQ(take(pair->size()), 3u);
  EXPECT_EQ(take(pair->get(0)).get<std::int32_t>(), 200);
  EXPECT_EQ(take(pair->get(1)).get<std::int64_t>(), 7);
  const Rooted<AnyRef> small(take(pair->get(2)).get<AnyRef>().value());
  EXPECT_EQ(take(small->i31_value()), -3);
  take(pair->set(1, std::int64_t{8}));
  EXPECT_EQ(call("x", {*pair}).get<std::int64_t>(), 8);
  take(pair->set(2, *pair));  // a cycle
  take(world.store.collect());
  EXPECT_EQ(take(pair->get(2)).get<AnyRef>().value(), *pair);
  EXPECT_EQ(kind_of(pair->set(0, 1)), ErrorKind::usage);  // immutable
  EXPECT_EQ(kind_of(pair->set(1, 1)), ErrorKind::usage);  // an i32
  EXPECT_EQ(kind_of(pair->get(3)), ErrorKind::usage);
  EXPECT_EQ(kind_of(small->get(0)), ErrorKind::usage);
  EXPECT_EQ(kind_of(pair->i31_value()), ErrorKind::usage);
}

TEST_F(AnyRefTest, MakesObjectsOfAModulesTypes) {
  const std::vector<Val> numbers{1.5, 2.25};
  const Rooted<AnyRef> array(take(AnyRef::make_array(world.store, *module, 1, numbers)));
  EXPECT_EQ(call("sum", {*array}).get<double>(), 3.75);
  EXPECT_EQ(take(array->get(1)).get<double>(), 2.25);
  EXPECT_EQ(array->get(2).error().trap(), TrapCode::out_of_bounds_array_access);
  const std::vector<Val> fields{1, std::int64_t{9}, *array};
  const Rooted<AnyRef> pair(take(AnyRef::make_struct(world.store, *module, 0, fields)));
  take(world.store.collect());
  EXPECT_EQ(call("x", {*pair}).get<std::int64_t>(), 9);
  EXPECT_EQ(kind_of(AnyRef::make_struct(world.store, *module, 1, fields)), ErrorKind::usage);
  EXPECT_EQ(kind_of(AnyRef::make_struct(world.store, *module, 99, fields)), ErrorKind::usage);
  EXPECT_EQ(kind_of(AnyRef::make_struct(world.store, *module, 0, numbers)), ErrorKind::usage);
  const Engine other;
  Store foreign(other);
  EXPECT_EQ(kind_of(AnyRef::make_array(foreign, *module, 1, numbers)), ErrorKind::usage);
}

TEST_F(AnyRefTest, ChecksTypesOfArguments) {
  const Rooted<AnyRef> small(take(AnyRef::i31(world.store, 4)));
  const auto x = take(instance.func("x"));
  EXPECT_EQ(kind_of(x.call({*small})), ErrorKind::usage);
  EXPECT_EQ(kind_of(x.call({Val::null(HeapKind::none)})), ErrorKind::usage);
  const Rooted<ExternRef> host(take(ExternRef::make(world.store, object)));
  EXPECT_EQ(kind_of(x.call({*host})), ErrorKind::usage);
  EXPECT_EQ(kind_of(x.call({AnyRef(*host)})), ErrorKind::usage);
  AnyRef stale = *small;
  take(stale.release());
  EXPECT_EQ(kind_of(stale.kind()), ErrorKind::usage);
}

TEST_F(AnyRefTest, ConvertsBothWays) {
  const Rooted<AnyRef> small(take(AnyRef::i31(world.store, 4)));
  const Val out = call("through", {*small});
  EXPECT_EQ(out.type().heap(), HeapKind::extern_);
  const ExternRef as_extern = out.get<ExternRef>().value();
  EXPECT_EQ(kind_of(as_extern.object()), ErrorKind::usage);
  EXPECT_EQ(call("back", {as_extern}).get<AnyRef>().value(), *small);
  const Rooted<ExternRef> host(take(ExternRef::make(world.store, object)));
  const Val in = call("back", {*host});
  EXPECT_EQ(in.type().heap(), HeapKind::any);
  EXPECT_EQ(take(in.get<AnyRef>()->to_extern().object()), object);
  EXPECT_TRUE(call("through", {Val::null(HeapKind::any)}).is_null());
}

TEST_F(AnyRefTest, TypedCallsPassReferences) {
  const auto any = take(instance.typed<Rooted<AnyRef>(std::int64_t)>("any"));
  const std::size_t before = handles();
  {
    const Rooted<AnyRef> pair = take(any(11));
    EXPECT_EQ(take(pair->get(1)).get<std::int64_t>(), 11);
    EXPECT_EQ(handles(), before + 1);
  }
  EXPECT_EQ(handles(), before);
  const auto through =
      take(instance.typed<std::optional<ExternRef>(std::optional<AnyRef>)>("through"));
  EXPECT_EQ(take(through(std::nullopt)), std::nullopt);
}

TEST_F(AnyRefTest, HostFunctionsTakeAndReturnReferences) {
  const auto run = take(instance.typed<std::int64_t(std::int64_t)>("passed"));
  const std::size_t before = handles();
  EXPECT_EQ(take(run(12)), 12);
  EXPECT_EQ(passed, 1);
  EXPECT_EQ(handles(), before);
  api::stress_collector(world.store);
  EXPECT_EQ(take(run(13)), 13);
}

TEST_F(AnyRefTest, WhatAHostMakesAndDropsIsFreed) {
  const auto drop = take(instance.typed<void(std::int32_t)>("drop"));
  take(drop(300'000));
  EXPECT_LT(object.use_count(), 200'000);
  take(world.store.collect());
  EXPECT_EQ(object.use_count(), 1);
}

TEST_F(AnyRefTest, UsageAndLimitsCountTheHeap) {
  EXPECT_EQ(take(world.store.usage()).heap_bytes, 0u);
  const std::vector<Val> numbers(100'000, Val(1.0));
  const Rooted<AnyRef> array(take(AnyRef::make_array(world.store, *module, 1, numbers)));
  EXPECT_EQ(take(world.store.usage()).heap_bytes, 800'016u);
  take(world.store.limits({.heap_bytes = 1'000'000}));
  EXPECT_EQ(kind_of(AnyRef::make_array(world.store, *module, 1, numbers)), ErrorKind::limit);
  EXPECT_EQ(take(world.store.usage()).heap_peak_bytes, 800'016u);
}

// Nobody but its own code knows of the second instance any more when it allocates.
TEST(AnyRef, CollectingKeepsTheInstanceThatRuns) {
  World world;
  const Instance first = world.instance(R"((module
    (table (export "t") 1 funcref)
    (func (export "run") (result i32) (call_indirect (result i32) (i32.const 0)))))");
  world.linker.instance("first", first);
  const Instance second = world.instance(R"((module
    (import "first" "t" (table $t 1 funcref))
    (type $box (struct (field i32)))
    (global $seven (mut i32) (i32.const 7))
    (elem (table $t) (i32.const 0) func $go)
    (func $go (result i32)
      (table.set $t (i32.const 0) (ref.null func))
      (drop (struct.new $box (i32.const 1)))
      (struct.get $box 0 (struct.new $box (global.get $seven))))))");
  take(second.release());
  const auto run = take(first.typed<std::int32_t()>("run"));
  api::stress_collector(world.store);
  EXPECT_EQ(take(run()), 7);
}

}  // namespace
}  // namespace wrun::test
