// Where a request to stop strikes, on each tier.

#include <chrono>
#include <string>
#include <thread>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using namespace std::chrono_literals;

class Stop : public ::testing::TestWithParam<Tier> {
 protected:
  World world{{.tier = GetParam(), .hot_after = 1}};
};

TEST_P(Stop, StrikesWhenAHostFunctionReturns) {
  world.linker.func("host", "ask", [&] { world.store.interrupt(); });
  const Instance instance = world.instance(R"((module
    (import "host" "ask" (func $ask))
    (global (export "after") (mut i32) (i32.const 0))
    (func (export "run") (call $ask) (global.set 0 (i32.const 1)))))");
  const auto run = take(instance.typed<void()>("run"));
  for (int i = 0; i < 3; ++i) {
    const auto result = run();
    EXPECT_EQ(kind_of(result), ErrorKind::interrupted);
    EXPECT_EQ(take(take(instance.global("after")).get()).get<int>(), 0);
  }
}

/// One instruction that takes longer than another thread needs to ask; whether it is stopped.
bool is_stopped(World& world, const TypedFunc<void()>& run) {
  std::thread other([&] {
    std::this_thread::sleep_for(1ms);
    world.store.interrupt();
  });
  const auto result = run();
  other.join();
  world.store.clear_interrupt();
  return !result && result.error().kind() == ErrorKind::interrupted;
}

TEST_P(Stop, StrikesInsideOfBulkInstructions) {
  const Instance instance = world.instance(R"((module
    (type $bytes (array (mut i8)))
    (memory 4096)
    (table 10000000 funcref)
    (global $array (mut (ref null $bytes)) (ref.null $bytes))
    (func (export "make")
      (global.set $array (array.new_default $bytes (i32.const 200000000))))
    (func (export "memory.fill")
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x10000000)))
    (func (export "memory.copy")
      (memory.copy (i32.const 0) (i32.const 1) (i32.const 0xfffffff)))
    (func (export "table.fill")
      (table.fill (i32.const 0) (ref.null func) (i32.const 10000000)))
    (func (export "table.copy")
      (table.copy (i32.const 0) (i32.const 1) (i32.const 9999999)))
    (func (export "array.fill")
      (array.fill $bytes (global.get $array) (i32.const 0) (i32.const 1) (i32.const 200000000)))
    (func (export "array.copy")
      (array.copy $bytes $bytes (global.get $array) (i32.const 0) (global.get $array)
        (i32.const 1) (i32.const 199999999)))))");
  take(take(instance.typed<void()>("make"))());
  for (const char* name :
       {"memory.fill", "memory.copy", "table.fill", "table.copy", "array.fill", "array.copy"}) {
    const auto run = take(instance.typed<void()>(name));
    int attempts = 0;
    while (attempts < 100 && !is_stopped(world, run)) ++attempts;
    EXPECT_LT(attempts, 100) << name;
  }
}

std::string name_of(const ::testing::TestParamInfo<Tier>& info) {
  constexpr const char* names[] = {"automatic", "interpreter", "compiler"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Tiers, Stop,
                         ::testing::Values(Tier::interpreter, Tier::compiler, Tier::automatic),
                         name_of);

}  // namespace
}  // namespace wrun::test
