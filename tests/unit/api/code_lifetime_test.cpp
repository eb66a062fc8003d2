// Machine code that belongs to no function: that it stays while somebody returns through it, and
// goes when no module needs it any more.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// A list of types of values that no other number has.
std::string types(int number) {
  std::string text;
  for (; number != 0; number /= 4) {
    constexpr const char* names[] = {" i32", " i64", " f32", " f64"};
    text += names[number % 4];
  }
  return text;
}

/// Zeros of these types.
std::vector<Val> zeros(int number) {
  const Val of_type[] = {0, std::int64_t{0}, 0.0f, 0.0};
  std::vector<Val> values;
  for (; number != 0; number /= 4) values.push_back(of_type[number % 4]);
  return values;
}

/// Its functions are of types that no module of another number has.
std::string odd_module(int number) {
  return "(module (func $f (param" + types(4 * number + 1) +
         ") (result i32) (i32.const 1)) (func (export \"go\") (param" + types(4 * number + 2) +
         ") (result i32) (i32.const " + std::to_string(number) + ")))";
}

/// Loads such modules and drops them.
void load_odd_modules(const Engine& engine, int first, int count) {
  for (int i = first; i < first + count; ++i) take(Module::from_text(engine, odd_module(i)));
}

Config compiling_config() {
  Config config;
  config.tier = Tier::compiler;
  config.code_bytes = 64 * 1024;
  return config;
}

TEST(CodeLifetime, TypesThatComeAndGoLeaveNoCode) {
  World world(compiling_config());
  if (world.engine.info().tier != "compiler") GTEST_SKIP() << world.engine.info().tier_reason;
  for (int i = 1; i <= 2000; ++i) {
    Store store(world.engine);
    const Module module = world.module(odd_module(i));
    const Instance instance = take(world.linker.instantiate(store, module));
    const Func go = take(instance.func("go"));
    EXPECT_EQ(take(go.call(zeros(4 * i + 2)))[0].get<int>(), i);
    ASSERT_EQ(api::compiled_functions(module).functions, 1u) << "of module " << i;
  }
}

/// More machine code than there may be: the last functions stay interpreted.
void fill_code_memory(World& world) {
  std::string text = "(module (memory 1) (func (export \"go\") (result i32)";
  for (int i = 0; i < 400; ++i) text += "(call $f" + std::to_string(i) + ")";
  text += "(i32.const 1))";
  for (int i = 0; i < 400; ++i)
    text += "(func $f" + std::to_string(i) +
            " (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))";
  const Instance full = world.instance(text + ")");
  EXPECT_EQ(take(take(full.typed<int()>("go"))()), 1);
}

TEST(CodeLifetime, ModulesLoadWhenThereIsNoRoomForMoreCode) {
  World world(compiling_config());
  if (world.engine.info().tier != "compiler") GTEST_SKIP() << world.engine.info().tier_reason;
  fill_code_memory(world);
  const Instance another = world.instance(R"((module
    (func (export "go") (param f64 i64 f32) (result i32) (i32.const 7))))");
  EXPECT_EQ(take(take(another.typed<int(double, std::int64_t, float)>("go"))(1, 2, 3)), 7);
}

/// With more types than there is room for the code of.
std::string many_types() {
  std::string text = "(module";
  for (int i = 1; i <= 2000; ++i) text += "(func (param" + types(i) + "))";
  return text + ")";
}

TEST(CodeLifetime, TooManyTypesAreAnError) {
  World world(compiling_config());
  if (world.engine.info().tier != "compiler") GTEST_SKIP() << world.engine.info().tier_reason;
  EXPECT_EQ(kind_of(Module::from_text(world.engine, many_types())), ErrorKind::limit);
  load_odd_modules(world.engine, 1, 10);
}

TEST(CodeLifetime, NothingIsCompiledBesideTooManyTypes) {
  const bool has_compiler = Engine(compiling_config()).info().tier == "compiler";
  World world(compiling_config());
  std::optional many = world.module(many_types());
  EXPECT_EQ(world.engine.info().tier, "interpreter");
  const Instance with_memory = world.instance(R"((module (memory (export "memory") 1)))");
  const Module module = world.module(odd_module(7));
  const Instance instance = take(world.linker.instantiate(world.store, module));
  const Func go = take(instance.func("go"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take(go.call(zeros(4 * 7 + 2)))[0].get<int>(), 7);
  EXPECT_EQ(api::compiled_functions(module).functions, 0u);
  many.reset();
  EXPECT_EQ(take(go.call(zeros(4 * 7 + 2)))[0].get<int>(), 7);
  // Now there is room; and the memory is one that compiled code may access.
  world.linker.instance("kept", with_memory);
  const Module loading = world.module(R"((module (memory (import "kept" "memory") 1)
    (func (export "go") (param i32) (result i32) (i32.load (local.get 0)))))");
  const Instance another = take(world.linker.instantiate(world.store, loading));
  const auto load = take(another.typed<int(int)>("go"));
  EXPECT_EQ(take(load(8)), 0);
  EXPECT_EQ(kind_of(load(65536)), ErrorKind::trap);
  EXPECT_EQ(api::compiled_functions(loading).functions, has_compiler ? 1u : 0u);
}

TEST(CodeLifetime, HostFunctionsAreCalledThatFoundNoRoomBefore) {
  World world(compiling_config());
  if (world.engine.info().tier != "compiler") GTEST_SKIP() << world.engine.info().tier_reason;
  const Module caller = world.module(R"((module
    (import "host" "odd" (func $odd (param f32 f64 i64) (result f64)))
    (func (export "go") (result f64) (call $odd (f32.const 1) (f64.const 2) (i64.const 3)))))");
  world.linker.func("host", "odd", [](float a, double b, std::int64_t c) {
    return a + b + static_cast<double>(c);
  });
  std::vector<Module> kept;
  for (int i = 1; i < 5000; ++i) {
    auto module = Module::from_text(world.engine, odd_module(i));
    if (!module) break;
    kept.push_back(*std::move(module));
  }
  EXPECT_LT(kept.size(), 4999u);
  EXPECT_EQ(kind_of(world.linker.instantiate(world.store, caller)), ErrorKind::limit);
  kept.clear();
  const Instance instance = take(world.linker.instantiate(world.store, caller));
  EXPECT_EQ(take(take(instance.typed<double()>("go"))()), 6);
  EXPECT_EQ(api::compiled_functions(caller).functions, 1u);
}

/// Compiled code calls a function of `called`, which is interpreted and tail-calls one that drops
/// `called` and has its memory used for something else.
TEST(CodeLifetime, WhatIsReturnedThroughStays) {
  World world(hot_config(Tier::automatic));
  const Instance caller = world.instance(R"((module
    (type $odd (func (param i64 f32 i64 f64 i32) (result i32)))
    (table (export "table") 1 funcref)
    (func (export "go") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (i32.const 1) (call_indirect (type $odd) (i64.const 1) (f32.const 2)
          (i64.const 3) (f64.const 4) (i32.const 5) (i32.const 0))))
        (else (i32.const 0))))))");
  const Table table = take(caller.table("table"));
  std::optional<Instance> called;
  int drops = 0;
  world.linker.func("host", "drop", [&](int value) {
    take(table.set(0, Val::null(HeapKind::func)));
    take(called->release());
    called.reset();
    take(world.store.collect());
    load_odd_modules(world.engine, 1, 100);
    ++drops;
    return value + 1;
  });
  const Instance kept = world.instance(R"((module
    (import "host" "drop" (func $drop (param i32) (result i32)))
    (func (export "onward") (param i32) (result i32)
      (i32.add (i32.const 10) (call $drop (local.get 0))))))");
  world.linker.instance("kept", kept);
  called = world.instance(R"((module
    (import "kept" "onward" (func $onward (param i32) (result i32)))
    (func (export "odd") (param i64 f32 i64 f64 i32) (result i32)
      (return_call $onward (local.get 4)))))");
  take(table.set(0, Val(take(called->func("odd")))));
  const auto go = take(caller.typed<int(int)>("go"));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(take(go(0)), 0);
  EXPECT_EQ(take(go(1)), 17);
  EXPECT_EQ(drops, 1);
}

#ifndef WRUN_SANITIZED  // their locks don't mind forks
/// Whether a function gives what it should, and is compiled.
bool gives(const Engine& engine, const Module& module, int argument, int result) {
  Store store(engine);
  const Instance instance = take(Linker(engine).instantiate(store, module));
  return take(take(instance.typed<int(int)>("go"))(argument)) == result &&
         api::compiled_functions(module).functions > 0;
}

std::string adding(int number) {
  return R"((module (func (export "go") (param i32) (result i32)
    (i32.add (local.get 0) (i32.const )" +
         std::to_string(number) + R"()))))";
}

/// Forks; the child waits for all that the parent does, then does what it has to, and both are
/// right.
template <class Parent, class Child>
void fork_and(Parent in_parent, Child in_child) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  char byte = 0;
  if (child == 0) {
    alarm(20);
    _exit(read(pipes[0], &byte, 1) == 1 && in_child() ? 0 : 1);
  }
  EXPECT_TRUE(in_parent());
  EXPECT_EQ(write(pipes[1], &byte, 1), 1);
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(pipes[0]);
  close(pipes[1]);
}

TEST(CodeLifetime, ChildrenThatNobodyIsToldOfLeaveTheirParentsCode) {
  Config config;
  config.tier = Tier::compiler;
  const Engine engine(config);
  if (engine.info().tier != "compiler") GTEST_SKIP() << engine.info().tier_reason;
  std::optional dropped = take(Module::from_text(engine, adding(1)));
  EXPECT_TRUE(gives(engine, *dropped, 1, 2));
  const auto child = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  if (child == 0) {
    alarm(20);
    dropped.reset();
    _exit(0);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(gives(engine, *dropped, 1, 2));
}

TEST(CodeLifetime, ChildrenKeepWhatTheirParentDrops) {
  Config config;
  config.tier = Tier::compiler;
  const Engine engine(config);
  if (engine.info().tier != "compiler") GTEST_SKIP() << engine.info().tier_reason;
  std::optional module = take(Module::from_text(engine, adding(1)));
  EXPECT_TRUE(gives(engine, *module, 1, 2));
  const auto others_are_right = [&](int first) {
    for (int i = first; i < first + 100; ++i)
      if (!gives(engine, take(Module::from_text(engine, adding(i))), 1, 1 + i)) return false;
    return true;
  };
  fork_and(
      [&] {
        module.reset();
        return others_are_right(1000);
      },
      [&] { return gives(engine, *module, 1, 2); });
  module = take(Module::from_text(engine, adding(2)));
  EXPECT_TRUE(gives(engine, *module, 1, 3));
  fork_and([&] { return others_are_right(2000) && gives(engine, *module, 1, 3); },
           [&] { return others_are_right(3000) && gives(engine, *module, 1, 3); });
}
#endif

}  // namespace
}  // namespace wrun::test
