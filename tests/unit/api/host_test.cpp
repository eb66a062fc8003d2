#include <stdexcept>
#include <string>
#include <tuple>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// Calls the import host.f, which has no parameters or results.
constexpr std::string_view calls_host = R"((module
  (import "host" "f" (func $f))
  (memory (export "memory") 1)
  (func $inner (call $f))
  (func (export "run") (call $inner))))";

struct Thrown {
  int code;
};

TEST(Host, TypesAreDerivedFromSignatures) {
  World world;
  const auto type = [&](auto&& callable) {
    return take(take(Func::make(world.store, callable)).type());
  };
  const ValType i32 = ValType::i32();
  EXPECT_EQ(type([](int, unsigned) {}), (FuncType{{i32, i32}, {}}));
  EXPECT_EQ(type([](Caller&, long long, unsigned long) { return 1.0f; }),
            (FuncType{{ValType::i64(), ValType::i64()}, {ValType::f32()}}));
  EXPECT_EQ(type([](const double&) noexcept -> Result<std::tuple<int, double>> {
              return std::tuple(1, 2.0);
            }),
            (FuncType{{ValType::f64()}, {i32, ValType::f64()}}));
  EXPECT_EQ(type([n = 0](V128) mutable -> Result<void> { return ++n, Result<void>(); }),
            (FuncType{{ValType::v128()}, {}}));
  EXPECT_EQ(type(+[](std::optional<Func> f, std::optional<ExternRef>) { return f; }),
            (FuncType{{ValType::funcref(), ValType::externref()}, {ValType::funcref()}}));
}

TEST(Host, LambdasAreCalled) {
  World world;
  int seen = 0;
  world.linker.func("host", "f", [&](int32_t a, int64_t b) {
    seen = a;
    return std::tuple(b + 1, a * 2);
  });
  const auto run = take(world
                            .instance(R"((module
    (import "host" "f" (func $f (param i32 i64) (result i64 i32)))
    (func (export "run") (result i64)
      (local i32)
      (call $f (i32.const 21) (i64.const 99))
      (local.set 0)
      (i64.add (i64.extend_i32_s (local.get 0))))))")
                            .typed<int64_t()>("run"));
  EXPECT_EQ(take(run()), 142);
  EXPECT_EQ(seen, 21);
}

TEST(Host, ExceptionsComeOutUnchanged) {
  World world;
  world.linker.func("host", "f", [] { throw Thrown{17}; });
  const Instance instance = world.instance(calls_host);
  const auto run = take(instance.typed<void()>("run"));
  for (int i = 0; i < 3; ++i) {
    try {
      (void)run();
      FAIL() << "nothing was thrown";
    } catch (const Thrown& thrown) {
      EXPECT_EQ(thrown.code, 17);
    }
  }
  EXPECT_THROW((void)take(instance.func("run")).call(), Thrown);
}

TEST(Host, ExceptionsOfStartFunctionsComeOut) {
  World world;
  world.linker.func("host", "f", [] { throw std::runtime_error("at the start"); });
  const Module module = world.module(R"((module (import "host" "f" (func $f)) (start $f)))");
  EXPECT_THROW((void)world.linker.instantiate(world.store, module), std::runtime_error);
  take(world.store.collect());
  EXPECT_EQ(take(world.store.usage()).instances, 0u);
}

TEST(Host, ExceptionsCrossNestedCalls) {
  World world;
  TypedFunc<void()> again;
  int depth = 0;
  int unwound = 0;
  world.linker.func("host", "f", [&] {
    struct Count {
      int& n;
      ~Count() { ++n; }
    } const count{unwound};
    if (++depth == 5) throw Thrown{depth};
    take(again());
  });
  again = take(world.instance(calls_host).typed<void()>("run"));
  EXPECT_THROW((void)again(), Thrown);
  EXPECT_EQ(unwound, 5);
  depth = 5;
  // Past the throw: the store is as good as before.
  world.linker.func("host", "f", [] {});
  take(take(world.instance(calls_host).typed<void()>("run"))());
}

TEST(Host, ErrorsComeOutAsTheyAre) {
  World world;
  Error::Details details;
  details.exit_status = 3;
  Error error(ErrorKind::exit, "the guest exited", details);
  world.linker.func("host", "f", [&]() -> Result<void> { return error; });
  const auto run = take(world.instance(calls_host).typed<void()>("run"));
  auto result = run();
  ASSERT_EQ(kind_of(result), ErrorKind::exit);
  EXPECT_EQ(result.error().exit_status(), 3);
  EXPECT_EQ(result.error().message(), "the guest exited");
  error = Error(ErrorKind::denied, "no such grant");
  EXPECT_EQ(run().error().message(), "no such grant");
}

TEST(Host, TrapsOfHostFunctionsGetABacktrace) {
  World world;
  world.linker.func("host", "f", [](Caller& caller) -> Result<void> {
    EXPECT_EQ(caller.backtrace().size(), 2u);
    auto bytes = take(caller.memory("memory")).span(65535, 2);
    if (!bytes) return bytes.error();
    return {};
  });
  const auto result = take(world.instance(calls_host).typed<void()>("run"))();
  ASSERT_EQ(kind_of(result), ErrorKind::trap);
  EXPECT_EQ(result.error().trap(), TrapCode::out_of_bounds_memory_access);
  ASSERT_EQ(result.error().details()->backtrace.size(), 2u);
  EXPECT_EQ(result.error().details()->backtrace[0].func_name, "inner");
}

TEST(Host, CallerSeesItsInstance) {
  World world;
  int calls = 0;
  world.linker.func("host", "f", [&](Caller& caller) {
    ++calls;
    EXPECT_TRUE(caller.instance().has_value());
    take(take(caller.memory("memory")).write<uint8_t>(0, 9));
    EXPECT_EQ(kind_of(caller.memory("nope")), ErrorKind::usage);
    EXPECT_EQ(kind_of(caller.func("memory")), ErrorKind::usage);
    take(caller.store().usage());
  });
  const Instance instance = world.instance(calls_host);
  take(take(instance.typed<void()>("run"))());
  EXPECT_EQ(take(take(instance.memory("memory")).read<uint8_t>(0)), 9);
  const Func own = take(Func::make(world.store, [&](Caller& caller) {
    ++calls;
    EXPECT_FALSE(caller.instance().has_value());
    EXPECT_EQ(kind_of(caller.memory("memory")), ErrorKind::usage);
  }));
  take(own.call());
  EXPECT_EQ(calls, 2);
}

TEST(Host, UntypedFunctions) {
  World world;
  const ValType i32 = ValType::i32();
  world.linker.func("host", "f", {{i32, ValType::f64()}, {ValType::f64(), i32}},
                    [](Caller&, std::span<const Val> args, std::span<Val> results) -> Result<void> {
                      results[0] = args[1];
                      results[1] = args[0];
                      if (args[0].get<int>() == 0) results[0] = 1;
                      return {};
                    });
  const auto run = take(world
                            .instance(R"((module
    (import "host" "f" (func $f (param i32 f64) (result f64 i32)))
    (func (export "run") (param i32 f64) (result f64 i32)
      (call $f (local.get 0) (local.get 1)))))")
                            .typed<std::tuple<double, int>(int, double)>("run"));
  EXPECT_EQ(take(run(3, 0.5)), std::tuple(0.5, 3));
  const auto wrong = run(0, 0.5);
  ASSERT_EQ(kind_of(wrong), ErrorKind::usage);
  EXPECT_EQ(wrong.error().message(),
            "result 1 of the host function must be f64, not (i32.const 1)");
}

TEST(Host, LinkErrorsNameTheImport) {
  World world;
  const Module module = world.module(calls_host);
  const auto missing = world.linker.prepare(module);
  ASSERT_EQ(kind_of(missing), ErrorKind::unlinkable);
  EXPECT_NE(missing.error().message().find("host"), std::string::npos);
  world.linker.func("host", "f", [](int) {});
  EXPECT_EQ(kind_of(world.linker.prepare(module)), ErrorKind::unlinkable);
  world.linker.func("host", "f", [] {});
  take(world.linker.prepare(module));
}

TEST(Host, ModulesLinkToInstancesAndAliases) {
  World world;
  const Instance adder = world.instance(add_text);
  world.linker.instance("math", adder).alias_module("math", "arith");
  EXPECT_TRUE(world.linker.defines("arith", "add"));
  EXPECT_FALSE(world.linker.defines("arith", "sub"));
  const Instance user = world.instance(R"((module
    (import "arith" "add" (func $add (param i32 i32) (result i32)))
    (func (export "twice") (param i32) (result i32) (call $add (local.get 0) (local.get 0)))))");
  const auto twice = take(user.typed<int(int)>("twice"));
  // What an import reaches outlives the host's hold on it.
  take(adder.release());
  take(world.store.collect());
  EXPECT_EQ(take(twice(21)), 42);
}

TEST(Host, MistakesInDefinitionsComeOutOfPrepare) {
  World world;
  world.linker.define("host", "f", Func());
  world.linker.func("host", "g", [] {});
  EXPECT_EQ(kind_of(world.linker.prepare(world.module(add_text))), ErrorKind::usage);
}

TEST(Host, CallablesDieWithTheirLastUser) {
  const auto token = std::make_shared<int>(1);
  {
    World world;
    world.linker.func("host", "f", [token] {});
    const Instance instance = world.instance(calls_host);
    world.linker = Linker(world.engine);
    EXPECT_GT(token.use_count(), 1);
    take(instance.release());
    take(world.store.collect());
    EXPECT_EQ(token.use_count(), 1);
  }
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace wrun::test
