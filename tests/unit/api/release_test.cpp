#include <fstream>

#include "lib/api/inspect.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

/// Makes and releases instances; each has a memory, a table, a host function, and is called once.
void churn(World& world, const Prepared& prepared, int count) {
  for (int i = 0; i < count; ++i) {
    const Instance instance = take(prepared.instantiate(world.store));
    ASSERT_EQ(take(take(instance.typed<int(int)>("run"))(i)), i + 1);
    take(instance.release());
  }
}

constexpr std::string_view churned = R"((module
  (import "host" "inc" (func $inc (param i32) (result i32)))
  (memory 1)
  (table 4 funcref)
  (elem (i32.const 0) $inc)
  (func (export "run") (param i32) (result i32)
    (i32.store (i32.const 0) (local.get 0))
    (call $inc (i32.load (i32.const 0))))))";

Prepared prepare(World& world) {
  world.linker.func("host", "inc", [](int x) { return x + 1; });
  return take(world.linker.prepare(world.module(churned)));
}

TEST(Release, FreesWhatNobodyReaches) {
  World world;
  std::optional prepared = prepare(world);
  churn(world, *prepared, 2000);
  take(world.store.collect());
  auto counts = take(api::heap_counts(world.store));
  EXPECT_EQ(counts.cells, 1u) << "the host function, which the Prepared's instances share";
  prepared.reset();
  take(world.store.collect());
  counts = take(api::heap_counts(world.store));
  EXPECT_EQ(counts.cells, 0u);
  EXPECT_EQ(counts.handles, 0u);
  EXPECT_EQ(take(world.store.usage()).instances, 0u);
}

#if defined(WRUN_LONG_TESTS)
TEST(Release, AMillionInstancesKeepMemoryFlat) {
  World world;
  const Prepared prepared = prepare(world);
  churn(world, prepared, 100'000);
  const std::size_t before = resident_kib();
  churn(world, prepared, 900'000);
  EXPECT_LE(resident_kib(), before + before / 10);
}
#else
TEST(Release, ManyInstancesKeepMemoryFlat) {
  if (sanitized) GTEST_SKIP() << "sanitizers keep what was freed";
  World world;
  const Prepared prepared = prepare(world);
  churn(world, prepared, 5'000);
  const std::size_t before = resident_kib();
  churn(world, prepared, 15'000);
  EXPECT_LE(resident_kib(), before + before / 5 + 4096);
}
#endif

}  // namespace
}  // namespace wrun::test
