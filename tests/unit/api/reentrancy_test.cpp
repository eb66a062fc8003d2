// What a host function may do to the store that called it: the second table of
// docs/threads-and-reentrancy.md, row by row.

#include <functional>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// A world whose instance calls `body` in the middle of run(), which returns what memory holds at
/// 0 afterwards.
struct Middle : World {
  std::function<void(Caller&)> body;
  Instance instance_;
  TypedFunc<int()> run;

  explicit Middle(const Config& config = {}) : World(config) {
    linker.func("host", "f", [this](Caller& caller) { body(caller); });
    instance_ = instance(R"((module
      (import "host" "f" (func $f))
      (memory (export "memory") 1 4)
      (table (export "table") 1 8 funcref)
      (global (export "global") (mut i32) (i32.const 5))
      (func (export "seven") (result i32) i32.const 7)
      (func (export "run") (result i32)
        (i32.store (i32.const 0) (i32.const 11))
        (call $f)
        (i32.load (i32.const 0)))))");
    run = take(instance_.typed<int()>("run"));
  }
};

TEST(Reentrancy, CallBack) {
  Middle middle;
  middle.body = [&](Caller& caller) {
    EXPECT_EQ(take(take(caller.func("seven")).call())[0].get<int>(), 7);
  };
  EXPECT_EQ(take(middle.run()), 11);
}

TEST(Reentrancy, CallBackDeepUntilExhaustion) {
  Middle middle;
  int deepest = 0;
  int depth = 0;
  std::optional<ErrorKind> seen;
  middle.body = [&](Caller&) {
    deepest = std::max(deepest, ++depth);
    const auto inner = middle.run();
    if (!inner && !seen) seen = inner.error().kind();
    --depth;
  };
  EXPECT_EQ(take(middle.run()), 11);
  EXPECT_EQ(seen, ErrorKind::exhaustion);
  EXPECT_GT(deepest, 50);
  EXPECT_EQ(depth, 0);
}

TEST(Reentrancy, Instantiate) {
  Middle middle;
  middle.body = [&](Caller& caller) {
    Linker linker(middle.engine);
    const Instance inner = take(linker.instantiate(caller.store(), middle.module(add_text)));
    EXPECT_EQ(take(take(inner.typed<int(int, int)>("add"))(1, 2)), 3);
  };
  EXPECT_EQ(take(middle.run()), 11);
}

TEST(Reentrancy, GrowMemory) {
  Middle middle;
  middle.body = [&](Caller& caller) {
    const Memory memory = take(caller.memory("memory"));
    EXPECT_EQ(take(memory.grow(2)), 1u);
    take(memory.write<int>(0, 12));
  };
  EXPECT_EQ(take(middle.run()), 12);
}

TEST(Reentrancy, ChangeTablesAndGlobals) {
  Middle middle;
  middle.body = [&](Caller& caller) {
    const Table table = take(middle.instance_.table("table"));
    EXPECT_EQ(take(table.grow(1, take(caller.func("seven")))), 1u);
    take(table.set(0, take(caller.func("run"))));
    take(take(middle.instance_.global("global")).set(6));
  };
  EXPECT_EQ(take(middle.run()), 11);
  EXPECT_EQ(take(take(middle.instance_.global("global")).get()).get<int>(), 6);
}

TEST(Reentrancy, ReleaseTheRunningInstance) {
  Middle middle;
  middle.body = [&](Caller& caller) {
    take(middle.instance_.release());
    take(caller.store().collect());
    EXPECT_EQ(kind_of(middle.instance_.get("run")), ErrorKind::usage);
    EXPECT_TRUE(caller.instance().has_value());
  };
  EXPECT_EQ(take(middle.run()), 11);
  EXPECT_EQ(kind_of(middle.run()), ErrorKind::usage);
}

/// Tells that its owner was destroyed.
struct Token {
  bool& gone;
  explicit Token(bool& g) : gone(g) {}
  ~Token() { gone = true; }
};

TEST(Reentrancy, ReleaseTheRunningHostFunction) {
  Middle middle;
  bool gone = false;
  const Table table = take(middle.instance_.table("table"));
  std::optional<Func> self;
  self = take(Func::make(middle.store, [&, token = std::make_shared<Token>(gone)]() {
    take(table.set(0, Val::null(HeapKind::func)));
    take(self->release());
    take(middle.store.collect());
    EXPECT_FALSE(gone);
    return 5;
  }));
  take(table.set(0, Val(*self)));
  middle.linker.instance("m", middle.instance_);
  const Instance caller = middle.instance(R"((module
    (import "m" "table" (table 1 funcref))
    (func (export "run") (result i32) (call_indirect (result i32) (i32.const 0)))))");
  EXPECT_EQ(take(take(caller.typed<int()>("run"))()), 5);
  EXPECT_FALSE(gone);
  take(middle.store.collect());
  EXPECT_TRUE(gone);
}

TEST(Reentrancy, ReleaseTheHostFunctionThatTheHostCalls) {
  World world;
  bool gone = false;
  std::optional<Func> self;
  self = take(Func::make(world.store, [&, token = std::make_shared<Token>(gone)]() {
    take(self->release());
    take(world.store.collect());
    EXPECT_FALSE(gone);
  }));
  take(self->call());
  EXPECT_FALSE(gone);
  take(world.store.collect());
  EXPECT_TRUE(gone);
}

/// Uses its store when it is destroyed.
struct Finalizer {
  Store& store;
  Instance instance;
  int& runs;
  Finalizer(Store& s, Instance i, int& r) : store(s), instance(i), runs(r) {}
  ~Finalizer() {
    ++runs;
    (void)instance.release();
    (void)Func::make(store, [] {});
    (void)store.collect();
  }
};

TEST(Reentrancy, FinalizersMayUseTheStore) {
  World world;
  int runs = 0;
  for (int i = 0; i < 10; ++i) {
    const Instance instance = world.instance("(module (memory 1))");
    const Func function = take(Func::make(
        world.store, [token = std::make_shared<Finalizer>(world.store, instance, runs)] {}));
    take(function.release());
  }
  take(world.store.collect());
  EXPECT_EQ(runs, 10);
  take(world.store.collect());
  EXPECT_EQ(take(world.store.usage()).instances, 0u);
}

TEST(Reentrancy, Collect) {
  Middle middle;
  middle.body = [&](Caller& caller) { take(caller.store().collect()); };
  EXPECT_EQ(take(middle.run()), 11);
}

TEST(Reentrancy, DestroyTheStore) {
  Engine engine;
  std::optional<Store> store(engine);
  Linker linker(engine);
  const auto token = std::make_shared<int>(1);
  linker.func("host", "f", [&, token](Caller& caller) {
    store.reset();
    EXPECT_GT(token.use_count(), 1);
    // The handles and the store are stale at once; the call itself goes on.
    EXPECT_EQ(kind_of(take(caller.memory("memory")).size()), ErrorKind::usage);
    EXPECT_EQ(kind_of(caller.store().usage()), ErrorKind::usage);
    EXPECT_EQ(kind_of(Func::make(caller.store(), [] {})), ErrorKind::usage);
  });
  const Module module = take(Module::from_text(engine, R"((module
    (import "host" "f" (func $f))
    (memory (export "memory") 1)
    (func (export "run") (result i32)
      (call $f) (i32.store (i32.const 4) (i32.const 3)) (i32.load (i32.const 4)))))"));
  const Instance instance = take(linker.instantiate(*store, module));
  linker = Linker(engine);
  const auto run = take(instance.typed<int()>("run"));
  EXPECT_EQ(take(run()), 3);
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(kind_of(run()), ErrorKind::usage);
}

TEST(Reentrancy, MoveTheStore) {
  Engine engine;
  Store store(engine);
  std::optional<Store> elsewhere;
  Linker linker(engine);
  linker.func("host", "f", [&](Caller& caller) {
    elsewhere.emplace(std::move(store));
    take(caller.store().usage());
    Store stolen(std::move(caller.store()));
    EXPECT_EQ(kind_of(stolen.usage()), ErrorKind::usage);
  });
  const Module module = take(Module::from_text(engine, R"((module
    (import "host" "f" (func $f)) (func (export "run") (call $f))))"));
  const auto run = take(take(linker.instantiate(store, module)).typed<void()>("run"));
  take(run());
  take(elsewhere->usage());
  take(run.func().type());
}

TEST(Reentrancy, SetLimitsAndFuel) {
  Middle middle({.fuel = true});
  middle.body = [&](Caller& caller) {
    take(caller.store().limits({.memory_bytes = 65536}));
    take(caller.store().set_fuel(1000));
    EXPECT_EQ(kind_of(take(caller.memory("memory")).grow(1)), ErrorKind::limit);
  };
  EXPECT_EQ(take(middle.run()), 11);
}

TEST(Reentrancy, InterruptFromInside) {
  Middle middle;
  middle.body = [&](Caller& caller) {
    caller.store().interrupt();
    // It strikes calls into WebAssembly at once, and the running one when the host returns to it.
    EXPECT_EQ(kind_of(take(caller.func("seven")).call()), ErrorKind::interrupted);
  };
  const auto forever = take(middle.instance(forever_text).typed<void()>("run"));
  const auto result = middle.run();
  // run() has no loop and no call after the host's: it may end before it looks.
  if (result) {
    EXPECT_EQ(kind_of(forever()), ErrorKind::interrupted);
  } else {
    EXPECT_EQ(result.error().kind(), ErrorKind::interrupted);
  }
  middle.body = [](Caller&) {};
  EXPECT_EQ(take(middle.run()), 11);
}

TEST(Reentrancy, UseAnotherStore) {
  Middle middle;
  Middle other;
  other.body = [](Caller&) {};
  middle.body = [&](Caller&) { EXPECT_EQ(take(other.run()), 11); };
  EXPECT_EQ(take(middle.run()), 11);
}

TEST(Reentrancy, GrowthCallbacksMayNotUseTheStore) {
  Middle middle;
  std::vector<ErrorKind> seen;
  take(middle.store.limits({.may_grow = [&](const Growth& growth) {
    EXPECT_EQ(growth.kind, Growth::Kind::memory);
    EXPECT_EQ(growth.from, 65536u);
    seen.push_back(kind_of(middle.store.usage()));
    seen.push_back(kind_of(middle.run()));
    return growth.to <= 131072;
  }}));
  const Memory memory = take(middle.instance_.memory("memory"));
  EXPECT_EQ(kind_of(memory.grow(2)), ErrorKind::limit);
  EXPECT_EQ(take(memory.grow(1)), 1u);
  EXPECT_EQ(seen, std::vector(4, ErrorKind::usage));
  middle.body = [](Caller&) {};
  EXPECT_EQ(take(middle.run()), 11);
}

}  // namespace
}  // namespace wrun::test
