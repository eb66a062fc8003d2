#include <cmath>
#include <optional>
#include <tuple>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

TEST(Calls, Typed) {
  World world;
  const Instance instance = world.instance(add_text);
  const auto add = take(instance.typed<int32_t(int32_t, int32_t)>("add"));
  EXPECT_EQ(take(add(2, 3)), 5);
  EXPECT_EQ(take(add(INT32_MAX, 1)), INT32_MIN);
  const auto unsigned_add = take(instance.typed<uint32_t(uint32_t, uint32_t)>("add"));
  EXPECT_EQ(take(unsigned_add(0xffff'ffff, 1)), 0u);
}

TEST(Calls, TypedChecksTheWholeSignature) {
  World world;
  const Instance instance = world.instance(add_text);
  EXPECT_EQ(kind_of(instance.typed<int64_t(int32_t, int32_t)>("add")), ErrorKind::usage);
  EXPECT_EQ(kind_of(instance.typed<int32_t(int32_t)>("add")), ErrorKind::usage);
  EXPECT_EQ(kind_of(instance.typed<void(int32_t, int32_t)>("add")), ErrorKind::usage);
  EXPECT_EQ(kind_of(instance.typed<int32_t(int32_t, float)>("add")), ErrorKind::usage);
  const auto wrong = instance.typed<int64_t(int32_t)>("add");
  EXPECT_EQ(wrong.error().message(),
            "the function's type is (func (param i32 i32) (result i32)), not (func (param i32) "
            "(result i64))");
}

TEST(Calls, UntypedChecksArguments) {
  World world;
  const Func add = take(world.instance(add_text).func("add"));
  const auto sum = take(add.call({2, 40}));
  ASSERT_EQ(sum.size(), 1u);
  EXPECT_EQ(sum[0].get<int32_t>(), 42);
  EXPECT_EQ(kind_of(add.call({1})), ErrorKind::usage);
  EXPECT_EQ(kind_of(add.call({1, 2, 3})), ErrorKind::usage);
  EXPECT_EQ(kind_of(add.call({1, int64_t{2}})), ErrorKind::usage);
  EXPECT_EQ(add.call({1, 2.5}).error().message(), "argument 2 must be i32, not (f64.const 2.5)");
}

// In each tier: what was entered straight away, what fails there, what a host function does to the
// store meanwhile.
TEST(Calls, EachIsEnteredWhateverBecameOfTheLast) {
  for (const Tier tier : {Tier::interpreter, Tier::compiler}) {
    Config config;
    config.tier = tier;
    World world(config);
    std::optional<Instance> released;
    Limits watched;
    watched.measure_time = true;
    world.linker.func("host", "watch", [&](int32_t) { world.store.limits(watched).value(); });
    world.linker.func("host", "stop", [&](int32_t) { world.store.interrupt(); });
    world.linker.func("host", "release", [&](int32_t) { released->release().value(); });
    const Instance instance = world.instance(R"((module
      (import "host" "watch" (func $watch (param i32)))
      (import "host" "stop" (func $stop (param i32)))
      (import "host" "release" (func $release (param i32)))
      (func (export "divide") (param i32 i32) (result i32)
        (i32.div_s (local.get 0) (local.get 1)))
      (func (export "watch") (call $watch (i32.const 0)))
      (func (export "stop") (call $stop (i32.const 0)) (loop br 0))
      (func (export "release") (result i32) (call $release (i32.const 0)) (i32.const 9))))");
    const auto divide = take(instance.typed<int32_t(int32_t, int32_t)>("divide"));
    const auto stop = take(instance.typed<void()>("stop"));
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(take(divide(42, 6)), 7);
      EXPECT_EQ(divide(1, 0).error().trap(), TrapCode::integer_divide_by_zero);
      EXPECT_EQ(kind_of(stop()), ErrorKind::interrupted);
      world.store.interrupt();
      EXPECT_EQ(kind_of(divide(42, 6)), ErrorKind::interrupted);
    }
    EXPECT_FALSE(take(world.store.usage()).wall_time);
    EXPECT_TRUE(take(instance.typed<void()>("watch"))());
    EXPECT_EQ(take(divide(42, 6)), 7);
    EXPECT_TRUE(take(world.store.usage()).wall_time);
    EXPECT_TRUE(world.store.limits({}));
    released = instance;
    EXPECT_EQ(take(take(instance.typed<int32_t()>("release"))()), 9);
    EXPECT_EQ(kind_of(divide(42, 6)), ErrorKind::usage);
  }
}

constexpr std::string_view constants_text = R"((module
  (func (export "a") (result i32) i32.const 1) (func (export "b") (result i32) i32.const 2)
  (func (export "c") (result i32) i32.const 3) (func (export "d") (result i32) i32.const 4)
  (func (export "e") (result i32) i32.const 5) (func (export "f") (result i32) i32.const 6)))";

using Constants = std::vector<TypedFunc<int32_t()>>;

Constants constants_of(const Instance& instance) {
  Constants all;
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    all.push_back(take(instance.typed<int32_t()>(name)));
  return all;
}

void expect_one_to_six(const Constants& constants) {
  for (std::size_t i = 0; i < constants.size(); ++i)
    EXPECT_EQ(take(constants[i]()), static_cast<int32_t>(i) + 1);
}

// More functions than are kept at hand, of several instances and stores, and other ones where they
// were.
TEST(Calls, FunctionsAreNotTakenForOthers) {
  World world(hot_config(Tier::compiler));
  const Module module = world.module(constants_text);
  Store other(world.engine);
  const Instance first = take(world.linker.instantiate(world.store, module));
  const Constants apart = constants_of(take(world.linker.instantiate(other, module)));
  const Constants kept = constants_of(first);
  for (int round = 0; round < 4; ++round) {
    const Instance passing = take(world.linker.instantiate(world.store, module));
    const Constants gone = constants_of(passing);
    for (int again = 0; again < 3; ++again) {
      expect_one_to_six(kept);
      expect_one_to_six(gone);
      expect_one_to_six(apart);
    }
    take(passing.release());
    for (const auto& each : gone) EXPECT_EQ(kind_of(each()), ErrorKind::usage);
    expect_one_to_six(kept);
  }
  { const Store ended = std::move(other); }
  for (const auto& each : apart) EXPECT_EQ(kind_of(each()), ErrorKind::usage);
  expect_one_to_six(kept);
}

TEST(Calls, SeveralResults) {
  World world;
  const Instance instance = world.instance(R"((module
    (func (export "split") (param i64 f32) (result f32 i64 i32)
      local.get 1 local.get 0 i32.const 7)))");
  const auto split = take(instance.typed<std::tuple<float, int64_t, int>(int64_t, float)>("split"));
  EXPECT_EQ(take(split(int64_t{1} << 40, 1.5f)), std::tuple(1.5f, int64_t{1} << 40, 7));
  const auto values = take(take(instance.func("split")).call({int64_t{-1}, -0.0f}));
  ASSERT_EQ(values.size(), 3u);
  EXPECT_TRUE(std::signbit(*values[0].get<float>()));
  EXPECT_EQ(values[1].get<int64_t>(), -1);
  EXPECT_EQ(values[2].get<int32_t>(), 7);
}

TEST(Calls, ManyArgumentsAndResults) {
  World world;
  std::string text = "(module (func (export \"f\")";
  for (int i = 0; i < 40; ++i) text += " (param i64)";
  for (int i = 0; i < 40; ++i) text += " (result i64)";
  for (int i = 39; i >= 0; --i) text += " local.get " + std::to_string(i);
  text += "))";
  std::vector<Val> args;
  for (int64_t i = 0; i < 40; ++i) args.emplace_back(i);
  const auto results = take(take(world.instance(text).func("f")).call(args));
  ASSERT_EQ(results.size(), 40u);
  for (int64_t i = 0; i < 40; ++i)
    EXPECT_EQ(results[static_cast<size_t>(i)].get<int64_t>(), 39 - i);
}

TEST(Calls, NanPayloadsPass) {
  World world;
  const Func same = take(world
                             .instance(R"((module
    (func (export "same") (param f32 f64) (result f32 f64) local.get 0 local.get 1)))")
                             .func("same"));
  const auto results =
      take(same.call({Val::f32_bits(0x7fa0'0001), Val::f64_bits(0xfff4'0000'0000'0001)}));
  EXPECT_EQ(results[0].bits()[0], 0x7fa0'0001u);
  EXPECT_EQ(results[1].bits()[0], 0xfff4'0000'0000'0001u);
}

TEST(Calls, VectorsPassThroughHostFunctions) {
  World world;
  const Func swap = take(Func::make(world.store, [](int32_t a, V128 v, int64_t b) {
    std::swap(v.bytes[0], v.bytes[15]);
    return std::tuple(b, v, a);
  }));
  V128 vector;
  vector.bytes[0] = 1;
  vector.bytes[15] = 2;
  const auto typed = take(swap.typed<std::tuple<int64_t, V128, int32_t>(int32_t, V128, int64_t)>());
  const auto [b, v, a] = take(typed(3, vector, 4));
  EXPECT_EQ(b, 4);
  EXPECT_EQ(a, 3);
  EXPECT_EQ(v.bytes[0], 2);
  EXPECT_EQ(v.bytes[15], 1);
  EXPECT_EQ(take(swap.call({3, vector, int64_t{4}}))[1].get<V128>(), v);
}

V128 i32x4(int32_t a, int32_t b, int32_t c, int32_t d) {
  return {std::bit_cast<std::array<uint8_t, 16>>(std::array{a, b, c, d})};
}

TEST(Calls, VectorsPassThroughWebAssembly) {
  World world;
  int calls = 0;
  world.linker.func("host", "twice", [&](float x, V128 v, V128 w) {
    ++calls;
    std::swap(v, w);
    return std::tuple(v, x * 2, w);
  });
  const Instance instance = world.instance(R"((module
    (import "host" "twice" (func $twice (param f32 v128 v128) (result v128 f32 v128)))
    (global (export "g") (mut v128) (v128.const i32x4 1 2 3 4))
    (func (export "add") (param i32 v128 i64 v128) (result i64 v128)
      local.get 2 (i32x4.add (local.get 1) (local.get 3)))
    (func (export "sub") (param v128 v128) (result v128) (local f32)
      (call $twice (f32.const 1.5) (local.get 0) (local.get 1))
      (local.set 0) (local.set 2) (i32x4.sub (local.get 0)))
    (func (export "get") (result v128) (global.get 0))))");

  const auto add =
      take(instance.typed<std::tuple<int64_t, V128>(int32_t, V128, int64_t, V128)>("add"));
  const auto [number, sum] = take(add(1, i32x4(1, 2, 3, -4), 5, i32x4(10, 20, 30, 40)));
  EXPECT_EQ(number, 5);
  EXPECT_EQ(sum, i32x4(11, 22, 33, 36));

  const Func sub = take(instance.func("sub"));
  const auto difference = take(sub.call({i32x4(1, 2, 3, 4), i32x4(10, 10, 10, 10)}));
  EXPECT_EQ(difference[0].get<V128>(), i32x4(9, 8, 7, 6));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(kind_of(sub.call({i32x4(1, 2, 3, 4), 1})), kind_of(sub.call({1, 2})));

  const Global global = take(instance.global("g"));
  EXPECT_EQ(take(global.get()).get<V128>(), i32x4(1, 2, 3, 4));
  take(global.set(i32x4(-1, 0, 7, 8)));
  EXPECT_EQ(take(take(instance.typed<V128()>("get"))()), i32x4(-1, 0, 7, 8));
}

TEST(Calls, FunctionReferences) {
  World world;
  const Instance instance = world.instance(R"((module
    (func $seven (export "seven") (result i32) i32.const 7)
    (elem declare func $seven)
    (func (export "get") (param i32) (result funcref)
      (if (result funcref) (local.get 0) (then (ref.func $seven)) (else (ref.null func))))
    (func (export "is_null") (param funcref) (result i32) (ref.is_null (local.get 0)))))");
  const auto get = take(instance.typed<std::optional<Func>(int)>("get"));
  EXPECT_FALSE(take(get(0)).has_value());
  const auto found = take(get(1));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(take(found->call())[0].get<int>(), 7);
  const auto is_null = take(instance.typed<int(std::optional<Func>)>("is_null"));
  EXPECT_EQ(take(is_null(*found)), 0);
  EXPECT_EQ(take(is_null(std::nullopt)), 1);
  const Func untyped = take(instance.func("is_null"));
  EXPECT_EQ(take(untyped.call({Val::null(HeapKind::func)}))[0].get<int>(), 1);
  EXPECT_EQ(kind_of(untyped.call({Val::null(HeapKind::extern_)})), ErrorKind::usage);
}

TEST(Calls, TrapsCarryWhatIsKnown) {
  World world;
  const Instance instance = world.instance(R"((module $trapper
    (memory 1)
    (func $inner (param i32) (result i32) (i32.load offset=4 (local.get 0)))
    (func (export "outer") (param i32) (result i32) (call $inner (local.get 0)))
    (func (export "divide") (param i32 i32) (result i32)
      (i32.div_s (local.get 0) (local.get 1)))))");
  const auto outer = take(instance.typed<int(int)>("outer"));
  EXPECT_EQ(take(outer(0)), 0);
  const auto trapped = outer(65536);
  ASSERT_EQ(kind_of(trapped), ErrorKind::trap);
  const Error& error = trapped.error();
  EXPECT_EQ(error.trap(), TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(error.message(), "out of bounds memory access");
  ASSERT_NE(error.details(), nullptr);
  EXPECT_EQ(error.details()->memory_size, 65536u);
  EXPECT_EQ(error.details()->address, 65540u);
  ASSERT_EQ(error.details()->backtrace.size(), 2u);
  EXPECT_EQ(error.details()->backtrace[0].func_name, "inner");
  EXPECT_EQ(error.details()->backtrace[0].module, "trapper");
  EXPECT_EQ(error.details()->backtrace[1].func_index, 1u);

  const auto divide = take(instance.typed<int(int, int)>("divide"));
  EXPECT_EQ(divide(1, 0).error().trap(), TrapCode::integer_divide_by_zero);
  EXPECT_EQ(divide(INT32_MIN, -1).error().trap(), TrapCode::integer_overflow);
  EXPECT_EQ(take(divide(6, 2)), 3);
}

TEST(Calls, EndlessRecursionIsExhaustion) {
  World world;
  const auto recurse =
      take(world.instance(R"((module (func $f (export "f") (call $f))))").typed<void()>("f"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(kind_of(recurse()), ErrorKind::exhaustion);
}

TEST(Calls, GlobalsAndTablesAndMemories) {
  World world;
  const Global global = take(Global::make(world.store, {ValType::i64(), true}, int64_t{1}));
  EXPECT_EQ(kind_of(global.set(1)), ErrorKind::usage);
  take(global.set(int64_t{2}));
  EXPECT_EQ(take(global.get()).get<int64_t>(), 2);
  const Global constant = take(Global::make(world.store, {ValType::f32(), false}, 1.5f));
  EXPECT_EQ(kind_of(constant.set(2.5f)), ErrorKind::usage);
  EXPECT_EQ(take(constant.type()), (GlobalType{ValType::f32(), false}));

  const Memory memory = take(Memory::make(world.store, {{1, 2, false}, false, 16}));
  take(memory.write<uint32_t>(65532, 0x01020304));
  EXPECT_EQ(take(memory.read<uint8_t>(65532)), 4);
  const auto beyond = memory.read<uint32_t>(65533);
  EXPECT_EQ(beyond.error().trap(), TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(beyond.error().details()->address, 65533u);
  EXPECT_EQ(kind_of(memory.span(~uint64_t{0}, 2)), ErrorKind::trap);
  EXPECT_EQ(take(memory.grow(1)), 1u);
  EXPECT_EQ(take(memory.size()), 131072u);
  EXPECT_EQ(take(memory.read<uint32_t>(65532)), 0x01020304u);
  EXPECT_EQ(kind_of(memory.grow(1)), ErrorKind::limit);
  EXPECT_EQ(take(memory.type()), (MemoryType{{2, 2, false}, false, 16}));
  EXPECT_EQ(kind_of(Memory::make(world.store, {{2, 1, false}, false, 16})), ErrorKind::usage);
  EXPECT_EQ(kind_of(Memory::make(world.store, {{70000, {}, false}, false, 16})), ErrorKind::usage);

  const Table table = take(Table::make(world.store, {ValType::externref(), {1, 3, false}},
                                       Val::null(HeapKind::extern_)));
  EXPECT_TRUE(take(table.get(0)).is_null());
  EXPECT_EQ(table.get(1).error().trap(), TrapCode::out_of_bounds_table_access);
  EXPECT_EQ(kind_of(table.set(0, Val::null(HeapKind::func))), ErrorKind::usage);
  EXPECT_EQ(take(table.grow(2, Val::null(HeapKind::extern_))), 1u);
  EXPECT_EQ(kind_of(table.grow(1, Val::null(HeapKind::extern_))), ErrorKind::limit);
}

TEST(Calls, TypesAndValuesAsText) {
  EXPECT_EQ(to_string(FuncType{{ValType::i32(), ValType::funcref()}, {ValType::v128()}}),
            "(func (param i32 funcref) (result v128))");
  EXPECT_EQ(to_string(ValType::ref(HeapKind::any, false)), "(ref any)");
  EXPECT_EQ(to_string(ExternType(MemoryType{{1, 2, true}, true, 0})),
            "(memory i64 1 2 shared (pagesize 1))");
  EXPECT_EQ(to_string(ExternType(GlobalType{ValType::f64(), true})), "(global (mut f64))");
  EXPECT_EQ(to_string(ExternType(TableType{ValType::externref(), {0, {}, false}})),
            "(table 0 externref)");
  EXPECT_EQ(to_string(Val(-3)), "(i32.const -3)");
  EXPECT_EQ(to_string(Val::f32_bits(0x7fc0'0000)), "(f32.const nan)");
  EXPECT_EQ(to_string(Val::f64_bits(0xfff0'0000'0000'0001)), "(f64.const -nan:0x1)");
  EXPECT_EQ(to_string(Val::null(HeapKind::extern_)), "(ref.null extern)");
}

}  // namespace
}  // namespace wrun::test
