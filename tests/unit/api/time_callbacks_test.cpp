// Who is told of time while the engine's timer thread tells him: the call, the store and its limits
// may end meanwhile.

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using namespace std::chrono_literals;

/// Until somebody sets it, but not for ever.
bool awaits(const std::atomic<bool>& flag) {
  for (int i = 0; i < 10'000 && !flag; ++i) std::this_thread::sleep_for(1ms);
  return flag;
}

/// A store whose host function waits until the timer's thread tells of its time.
struct Timed : World {
  std::thread::id mine = std::this_thread::get_id();
  std::atomic<bool> is_telling{false};
  std::atomic<bool> has_told{false};

  /// Calls a function that waits, and then does what `body` does.
  template <class Body>
  void run(const Body& body) {
    linker.func("host", "f", [&](Caller& caller) {
      EXPECT_TRUE(awaits(is_telling));
      body(caller.store());
    });
    const Instance instance = World::instance(
        R"((module (import "host" "f" (func $f)) (func (export "run") (call $f))))");
    take(take(instance.func("run")).call());
  }
  /// What `body` does is done on the timer's thread.
  template <class Body>
  void tell(Body body) {
    Limits limits;
    limits.soft.wall_time = 5ms;
    limits.soft.passed = [this, body](const SoftLimitPassed&) {
      EXPECT_NE(std::this_thread::get_id(), mine);
      is_telling = true;
      body();
      has_told = true;
    };
    take(store.limits(limits));
  }
};

TEST(TimeCallbacks, HoldUpNoCall) {
  Timed timed;
  std::atomic<bool> has_returned{false};
  timed.tell([&] { EXPECT_TRUE(awaits(has_returned)); });
  timed.run([](Store& store) { EXPECT_TRUE(take(store.usage()).passed(Resource::wall_time)); });
  has_returned = true;
  EXPECT_TRUE(awaits(timed.has_told));
}

TEST(TimeCallbacks, EndBeforeTheStore) {
  Timed timed;
  timed.tell([] { std::this_thread::sleep_for(50ms); });
  timed.run([](Store&) {});
  timed.store = Store(timed.engine);
  EXPECT_TRUE(timed.has_told);
}

TEST(TimeCallbacks, MayEndTheStoreAfterItsCall) {
  Timed timed;
  std::atomic<bool> has_returned{false};
  timed.tell([&timed, &has_returned, kept = std::make_shared<int>(7)] {
    EXPECT_TRUE(awaits(has_returned));
    timed.store = Store(timed.engine);
    EXPECT_EQ(*kept, 7);
  });
  timed.run([](Store&) {});
  has_returned = true;
  EXPECT_TRUE(awaits(timed.has_told));
}

TEST(TimeCallbacks, EndBeforeTheirLimits) {
  Timed timed;
  timed.tell([kept = std::make_shared<int>(7)] {
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(*kept, 7);
  });
  timed.run([&](Store& store) {
    take(store.limits({}));
    EXPECT_TRUE(timed.has_told);
  });
}

TEST(TimeCallbacks, MayReplaceTheirLimitsAfterTheCall) {
  Timed timed;
  std::atomic<bool> has_returned{false};
  timed.tell([&timed, &has_returned, kept = std::make_shared<int>(7)] {
    EXPECT_TRUE(awaits(has_returned));
    take(timed.store.limits({}));
    EXPECT_EQ(*kept, 7);
  });
  timed.run([](Store&) {});
  has_returned = true;
  EXPECT_TRUE(awaits(timed.has_told));
}

// What was used before isn't charged to them.
TEST(TimeCallbacks, AreAskedForInACall) {
  Timed timed;
  take(timed.store.limits({.measure_time = true}));
  timed.linker.func("host", "sleep", [] { std::this_thread::sleep_for(50ms); });
  timed.linker.func("host", "limit",
                    [](Caller& caller) { take(caller.store().limits({.wall_time = 30ms})); });
  const Instance instance = timed.World::instance(R"((module
    (import "host" "sleep" (func $sleep))
    (import "host" "limit" (func $limit))
    (func (export "once") (call $sleep) (call $limit))
    (func (export "forever") (call $limit) (loop (br 0)))))");
  take(take(instance.func("once")).call());
  EXPECT_EQ(kind_of(take(instance.func("forever")).call()), ErrorKind::limit);
}

}  // namespace
}  // namespace wrun::test
