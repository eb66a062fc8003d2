#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "lib/api/inspect.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

Config with_all_features() {
  Config config;
  config.features = Features::all();
  return config;
}

/// Exports a tag, a function that throws it, and one that calls host.f and gives what it caught.
constexpr std::string_view catcher = R"((module
  (import "host" "f" (func $f (param i32)))
  (tag $e (export "e") (param i32))
  (tag $other (param i32))
  (func (export "throw") (param i32) (throw $e (local.get 0)))
  (func (export "catch") (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $e $h) (call $f (local.get 0)))
      (i32.const -1)))
  (func (export "tail") (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $e $h) (call $jump (local.get 0)))
      (i32.const -1)))
  (func $jump (param i32)
    (try_table (catch_all 0) (return_call $f (local.get 0))))
  (func (export "pass") (param i32) (call $f (local.get 0)))
  (func (export "swallow") (param i32) (result i32)
    (block $h (try_table (catch_all $h) (call $f (local.get 0))) (return (i32.const 0)))
    (i32.const 1))))";

struct Crossing : testing::Test {
  World world{with_all_features()};
  std::optional<Instance> instance;
  std::optional<Tag> tag;
  std::function<Result<void>(Caller&, int32_t)> body;

  void SetUp() override {
    world.linker.func("host", "f", [this](Caller& caller, int32_t x) { return body(caller, x); });
    instance = world.instance(catcher);
    tag = std::get<Tag>(take(instance->get("e")));
  }
  Result<std::vector<Val>> call(std::string_view name, int32_t x) {
    return take(instance->func(name)).call({x});
  }
  int32_t caught(std::string_view name, int32_t x) {
    return *take(call(name, x))[0].get<int32_t>();
  }
};

TEST_F(Crossing, LeavesTheOutermostCallAsAValue) {
  const auto result = call("throw", 7);
  ASSERT_EQ(kind_of(result), ErrorKind::exception);
  EXPECT_EQ(result.error().message(), "tag \"e\" (i32.const 7)");
  ASSERT_EQ(result.error().details()->backtrace.size(), 1u);
  EXPECT_EQ(result.error().details()->backtrace[0].func_name, "throw");
  const auto exception = result.error().exception();
  ASSERT_TRUE(exception);
  EXPECT_TRUE(take(exception->is(*tag)));
  EXPECT_TRUE(take(take(exception->tag()).is_same(*tag)));
  EXPECT_EQ(*take(exception->values())[0].get<int32_t>(), 7);
  take(exception->release());
  EXPECT_EQ(kind_of(exception->values()), ErrorKind::usage);
  EXPECT_TRUE(result.error().exception());
}

TEST_F(Crossing, HostFunctionsThrow) {
  body = [&](Caller&, int32_t x) -> Result<void> { return Exception::raise(*tag, {x + 1}); };
  EXPECT_EQ(caught("catch", 5), 6);
  EXPECT_EQ(caught("tail", 5), 6);
  EXPECT_EQ(caught("swallow", 5), 1);
  const auto passed = call("pass", 5);
  ASSERT_EQ(kind_of(passed), ErrorKind::exception);
  EXPECT_EQ(passed.error().details()->backtrace.size(), 1u);
  EXPECT_EQ(*take(passed.error().exception()->values())[0].get<int32_t>(), 6);
}

TEST_F(Crossing, ThrownOnByReturningTheError) {
  ErrorKind seen{};
  body = [&](Caller& caller, int32_t x) -> Result<void> {
    auto inner = take(caller.func("throw")).call({x * 2});
    seen = kind_of(inner);
    return std::move(inner).error();
  };
  EXPECT_EQ(caught("catch", 21), 42);
  EXPECT_EQ(seen, ErrorKind::exception);
  const auto passed = call("pass", 4);
  ASSERT_EQ(kind_of(passed), ErrorKind::exception);
  EXPECT_EQ(passed.error().details()->backtrace.size(), 2u) << "where it was thrown first";
}

TEST_F(Crossing, ThrownOnByThrowingIt) {
  body = [&](Caller& caller, int32_t x) -> Result<void> {
    auto inner = take(caller.func("throw")).call({x});
    if (x == 1) throw inner.error();
    (void)inner.value();
    return {};
  };
  EXPECT_EQ(caught("catch", 1), 1);
  EXPECT_EQ(caught("catch", 2), 2);
}

TEST_F(Crossing, OtherFailuresPassHandlers) {
  body = [&](Caller&, int32_t x) -> Result<void> {
    if (x == 0) throw std::runtime_error("host");
    return Error(ErrorKind::host, "refused");
  };
  EXPECT_THROW((void)call("swallow", 0), std::runtime_error);
  EXPECT_EQ(kind_of(call("swallow", 1)), ErrorKind::host);
}

// The host calls WebAssembly calls the host, and back through all of them.
TEST_F(Crossing, ManyTimes) {
  body = [&](Caller& caller, int32_t x) -> Result<void> {
    auto inner = take(caller.func(x == 0 ? "throw" : "pass")).call({x == 0 ? 99 : x - 1});
    return inner ? Result<void>() : Result<void>(std::move(inner).error());
  };
  EXPECT_EQ(caught("catch", 20), 99);
}

TEST_F(Crossing, AnErrorOfAnotherStoreIsOnlyAnError) {
  World other(with_all_features());
  const Tag foreign = take(Tag::make(other.store, {{ValType::i32()}}));
  const Error error = Exception::raise(foreign, {1});
  ASSERT_EQ(error.kind(), ErrorKind::exception);
  body = [&](Caller&, int32_t) -> Result<void> { return error; };
  const auto result = call("swallow", 0);
  ASSERT_EQ(kind_of(result), ErrorKind::exception);
  EXPECT_TRUE(take(result.error().exception()->is(foreign)));
}

TEST_F(Crossing, HostThrowsWithoutEndInBoundedMemory) {
  body = [&](Caller&, int32_t x) -> Result<void> { return Exception::raise(*tag, {x}); };
  const auto run = take(instance->typed<int32_t(int32_t)>("catch"));
  for (int32_t i = 0; i < 300'000; ++i) ASSERT_EQ(take(run(i)), i);
  EXPECT_LT(take(api::heap_counts(world.store)).cells, 200'000u);
}

TEST(Exception, NeedsValuesOfTheTagsTypes) {
  World world;
  const Tag tag = take(Tag::make(world.store, {{ValType::i32(), ValType::externref()}}));
  const ExternRef object = take(ExternRef::make(world.store, std::make_shared<int>(5)));
  EXPECT_EQ(kind_of(Exception::make(tag, {1})), ErrorKind::usage);
  EXPECT_EQ(kind_of(Exception::make(tag, {1.5, object})), ErrorKind::usage);
  EXPECT_EQ(Exception::raise(tag, {1}).kind(), ErrorKind::usage);
  EXPECT_EQ(kind_of(Exception::make(Tag(), {})), ErrorKind::usage);
  EXPECT_EQ(kind_of(Exception().values()), ErrorKind::usage);
  const Exception made = take(Exception::make(tag, {1, object}));
  const std::vector<Val> values{1, object};
  EXPECT_EQ(take(take(Exception::make(tag, values)).values()).size(), values.size());
  EXPECT_EQ(Exception::raise(tag, values).kind(), ErrorKind::exception);
  EXPECT_EQ(take(made.values())[1].get<ExternRef>(), object);
  EXPECT_EQ(made.error().kind(), ErrorKind::exception);
  EXPECT_EQ(Exception().error().kind(), ErrorKind::usage);
}

TEST(Exception, IsAnExnref) {
  World world(with_all_features());
  const Tag tag = take(Tag::make(world.store, {{ValType::i32()}}));
  world.linker.define("host", "e", tag);
  world.linker.func("host", "same", [](std::optional<Exception> e) { return e; });
  const Instance instance = world.instance(R"((module
    (import "host" "e" (tag $e (param i32)))
    (import "host" "same" (func $same (param exnref) (result exnref)))
    (tag $own (param i32))
    (func (export "open") (param exnref) (result i32)
      (block $h (result i32)
        (block $o (result i32)
          (try_table (catch $e $h) (catch $own $o) (throw_ref (call $same (local.get 0))))
          (unreachable))
        (i32.add (i32.const 1000))))
    (func (export "close") (param i32) (result exnref)
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (throw $own (local.get 0))) (unreachable)))))");
  const Func open = take(instance.func("open"));
  const Exception made = take(Exception::make(tag, {5}));
  EXPECT_EQ(*take(open.call({made}))[0].get<int32_t>(), 5);
  const Val closed = take(take(instance.func("close")).call({8}))[0];
  ASSERT_TRUE(closed.get<Exception>());
  EXPECT_FALSE(take(closed.get<Exception>()->is(tag)));
  EXPECT_EQ(*take(open.call({closed}))[0].get<int32_t>(), 1008);
  const auto typed = take(instance.typed<std::optional<Exception>(int32_t)>("close"));
  EXPECT_EQ(*take(take(typed(9))->values())[0].get<int32_t>(), 9);
  const auto null = open.call({Val::null(HeapKind::exn)});
  EXPECT_EQ(null.error().trap(), TrapCode::null_exception_reference);
}

// Tags are told apart by what they are, not by their types; one tag may have several names.
TEST(Exception, CrossesInstances) {
  World world(with_all_features());
  const Instance thrower = world.instance(R"((module
    (tag $a (export "a") (param i32)) (tag $b (export "b") (param i32))
    (func (export "throw") (param i32)
      (if (local.get 0) (then (throw $a (local.get 0)))) (throw $b (i32.const 50)))))");
  world.linker.instance("thrower", thrower);
  const Instance importer = world.instance(R"((module
    (import "thrower" "b" (tag $b (param i32)))
    (import "thrower" "a" (tag $a (param i32)))
    (import "thrower" "throw" (func $throw (param i32)))
    (memory (export "memory") 1)
    (func (export "run") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 7))
      (block $one (result i32) (block $two (result i32)
        (try_table (catch $b $two) (catch $a $one) (call $throw (local.get 0))) (unreachable))
        (i32.add (i32.load (i32.const 0)))))))");
  const auto run = take(importer.typed<int32_t(int32_t)>("run"));
  EXPECT_EQ(take(run(3)), 3);
  EXPECT_EQ(take(run(0)), 57);
}

TEST(Exception, PayloadReferencesStayAlive) {
  World world(with_all_features());
  const Instance instance = world.instance(R"((module
    (tag $e (param externref i64 externref))
    (func (export "throw") (param externref externref)
      (throw $e (local.get 0) (i64.const 1) (local.get 1)))))");
  auto first = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = first;
  {
    const ExternRef a = take(ExternRef::make(world.store, std::move(first)));
    const auto result = take(instance.func("throw")).call({a, Val::null(HeapKind::extern_)});
    ASSERT_EQ(kind_of(result), ErrorKind::exception);
    take(a.release());
    const auto exception = result.error().exception();
    const auto values = take(exception->values());
    EXPECT_EQ(*std::static_pointer_cast<int>(take(values[0].get<ExternRef>()->object())), 1);
    EXPECT_TRUE(values[2].is_null());
    take(values[0].get<ExternRef>()->release());
    EXPECT_FALSE(watch.expired());
    take(exception->release());
  }
}

TEST(Exception, OutlivesItsStoreHarmlessly) {
  std::optional<Error> error;
  {
    World world;
    error = Exception::raise(take(Tag::make(world.store, {})));
  }
  EXPECT_EQ(error->kind(), ErrorKind::exception);
  EXPECT_FALSE(error->exception());
}

}  // namespace
}  // namespace wrun::test
