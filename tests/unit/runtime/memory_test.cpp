#include "lib/runtime/memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

constexpr std::uint64_t page = 65536;

class MemoryTest : public RuntimeTest {
 protected:
  Store store{config()};

  Memory& memory(wasm::MemoryType type) {
    auto made = create_memory(store, type);
    if (!made) throw std::runtime_error(made.error().message());
    (void)store.handle(**made);
    return **made;
  }
};

wasm::MemoryType type(std::uint64_t min, std::optional<std::uint64_t> max = {},
                      bool is_64 = false) {
  return {{min, max, is_64}};
}

TEST_F(MemoryTest, StartsZeroedAndGrowsInPlace) {
  Memory& m = memory(type(1));
  const auto* base = m.base;
  EXPECT_EQ(m.size, page);
  EXPECT_EQ(m.base[page - 1], 0);
  EXPECT_EQ(grow(m, 0), 1u);
  EXPECT_EQ(grow(m, 99), 1u);
  EXPECT_EQ(size_in_pages(m), 100u);
  EXPECT_EQ(m.base, base);
  EXPECT_EQ(m.base[100 * page - 1], 0);
  EXPECT_EQ(store.account().used(Resource::memory_bytes).now(), 100 * page);
}

TEST_F(MemoryTest, ThoseOfFormerOnesAreZeroed) {
  constexpr std::size_t step = 4096;
  for (std::uint64_t round = 0; round < 1000; ++round) {
    const std::uint64_t pages = round % 97 == 0 ? 3 : 1;
    auto made = create_memory(store, type(pages));
    ASSERT_TRUE(made);
    Memory& m = **made;
    const Handle handle = store.handle(m);
    for (std::size_t at = 0; at < m.size; at += 8)
      ASSERT_EQ(std::count(m.base + at, m.base + at + 8, 0), 8) << at << " in round " << round;
    // As few pages as none, and as many as all.
    for (std::size_t at = 0; at < round % 20 && at * step < m.size; ++at)
      m.base[at * step + round % step] = 1;
    if (round % 31 == 0) {
      ASSERT_TRUE(grow(m, 2));
      m.base[m.size - 1] = 1;
    }
    EXPECT_TRUE(store.release(handle));
    store.collect();
  }
}

TEST_F(MemoryTest, GrowsToItsMaximumAndNoFurther) {
  Memory& m = memory(type(0, 3));
  EXPECT_EQ(grow(m, 4), std::nullopt);
  EXPECT_EQ(grow(m, std::numeric_limits<std::uint64_t>::max()), std::nullopt);
  EXPECT_EQ(grow(m, 3), 0u);
  EXPECT_EQ(grow(m, 1), std::nullopt);
  EXPECT_EQ(grow(m, 0), 3u);
  m.base[3 * page - 1] = 9;
}

TEST_F(MemoryTest, ThirtyTwoBitsEndAtFourGigabytes) {
  Memory& m = memory(type(1));
  EXPECT_EQ(grow(m, 65536), std::nullopt);
  EXPECT_EQ(grow(m, 65535), 1u);
  EXPECT_EQ(m.size, 1ull << 32);
  m.base[m.size - 1] = 1;
}

TEST_F(MemoryTest, SixtyFourBitsGrowPastTheReservationByMoving) {
  Memory& m = memory(type(1, {}, true));
  m.base[7] = 77;
  EXPECT_EQ(grow(m, 5 * 16384), 1u);
  EXPECT_EQ(m.base[7], 77);
  m.base[m.size - 1] = 1;
  EXPECT_EQ(grow(m, 1ull << 47), std::nullopt);
}

TEST_F(MemoryTest, PagesOfOneByte) {
  wasm::MemoryType bytes = type(3, 5000);
  bytes.page_size_log2 = 0;
  Memory& m = memory(bytes);
  EXPECT_EQ(m.size, 3u);
  EXPECT_EQ(fill(m, 0, 1, 4), Bulk::out_of_bounds);
  EXPECT_EQ(grow(m, 4097), 3u);
  EXPECT_EQ(m.size, 4100u);
  EXPECT_EQ(m.base[4099], 0);
  EXPECT_EQ(grow(m, 901), std::nullopt);
  wasm::MemoryType unbounded = type(0);
  unbounded.page_size_log2 = 0;
  EXPECT_EQ(memory(unbounded).max_pages, 0xffff'ffffu);
}

TEST_F(MemoryTest, SharedOnesNeverMove) {
  wasm::MemoryType shared = type(1, 2000);
  shared.is_shared = true;
  Memory& m = memory(shared);
  const auto* base = m.base;
  ASSERT_TRUE(m.shared);
  EXPECT_EQ(grow(m, 1999), 1u);
  EXPECT_EQ(m.base, base);
}

TEST_F(MemoryTest, TooLargeIsAnError) {
  for (const std::uint64_t pages : {std::uint64_t{1} << 40, std::uint64_t{1} << 48,
                                    std::numeric_limits<std::uint64_t>::max()}) {
    const auto made = create_memory(store, type(pages, {}, true));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind(), ErrorKind::limit);
  }
  EXPECT_EQ(store.account().used(Resource::memory_bytes).now(), 0u);
}

TEST_F(MemoryTest, LimitsRefuseAndCollectingMakesRoom) {
  Limits limits;
  limits.memory_bytes = 10 * page;
  ASSERT_TRUE(store.set_limits(limits));
  auto garbage = create_memory(store, type(6));
  ASSERT_TRUE(garbage);
  Memory& m = memory(type(6));
  EXPECT_EQ(grow(m, 5), std::nullopt);
  EXPECT_EQ(grow(m, 4), 6u);
  const auto refused = create_memory(store, type(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
  EXPECT_NE(refused.error().message().find("memory_bytes"), std::string::npos);
}

TEST_F(MemoryTest, AsksBeforeGrowing) {
  std::vector<Growth> asked;
  Limits limits;
  limits.may_grow = [&](const Growth& growth) {
    asked.push_back(growth);
    return growth.to <= 2 * page;
  };
  ASSERT_TRUE(store.set_limits(limits));
  Memory& m = memory(type(1, 10));
  EXPECT_EQ(grow(m, 1), 1u);
  EXPECT_EQ(grow(m, 1), std::nullopt);
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[2].from, 2 * page);
  EXPECT_EQ(asked[2].to, 3 * page);
  EXPECT_EQ(asked[2].declared_max, 10 * page);
  EXPECT_EQ(store.account().used(Resource::memory_bytes).now(), 2 * page);
}

TEST_F(MemoryTest, FillAndCopyCheckBeforeTheyWrite) {
  Memory& m = memory(type(1));
  EXPECT_EQ(fill(m, page - 2, 5, 2), Bulk::done);
  EXPECT_EQ(fill(m, page - 2, 6, 3), Bulk::out_of_bounds);
  EXPECT_EQ(m.base[page - 2], 5);
  EXPECT_EQ(fill(m, page, 6, 0), Bulk::done);
  EXPECT_EQ(fill(m, page + 1, 6, 0), Bulk::out_of_bounds);
  EXPECT_EQ(fill(m, 1, 6, std::numeric_limits<std::uint64_t>::max()), Bulk::out_of_bounds);

  for (int i = 0; i < 10; ++i) m.base[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(copy(m, 2, m, 0, 8), Bulk::done);
  EXPECT_EQ(m.base[9], 7);
  EXPECT_EQ(copy(m, 0, m, page - 1, 2), Bulk::out_of_bounds);
  EXPECT_EQ(copy(m, page - 1, m, 0, 2), Bulk::out_of_bounds);
  EXPECT_EQ(m.base[page - 1], 5);
  EXPECT_EQ(copy(m, 0, m, page + 1, 0), Bulk::out_of_bounds);
  EXPECT_EQ(copy(m, page, m, page, 0), Bulk::done);
}

TEST_F(MemoryTest, AnEmptyMemoryHasNoBytes) {
  Memory& m = memory(type(0, 0));
  EXPECT_EQ(fill(m, 0, 0, 0), Bulk::done);
  EXPECT_EQ(fill(m, 0, 0, 1), Bulk::out_of_bounds);
  EXPECT_EQ(copy(m, 0, m, 0, 0), Bulk::done);
  EXPECT_EQ(grow(m, 1), std::nullopt);
}

TEST_F(MemoryTest, InitReadsTheSegmentUntilItIsDropped) {
  ModuleBuilder builder(registry);
  builder.memory(1);
  builder.data().data.push_back({wasm::SegmentMode::passive, {}, {}, builder.range({1, 2, 3})});
  Instance& instance = made(store, builder.build());
  (void)store.handle(instance);
  Memory& m = *instance.memory0;
  const wasm::DataIdx segment(0);
  EXPECT_EQ(init(instance, m, segment, 10, 1, 2), Bulk::done);
  EXPECT_EQ(m.base[10], 2);
  EXPECT_EQ(m.base[11], 3);
  EXPECT_EQ(init(instance, m, segment, 0, 2, 2), Bulk::out_of_bounds);
  EXPECT_EQ(init(instance, m, segment, page - 1, 0, 2), Bulk::out_of_bounds);
  EXPECT_EQ(init(instance, m, segment, page, 3, 0), Bulk::done);
  drop(instance, segment);
  EXPECT_EQ(init(instance, m, segment, 0, 0, 0), Bulk::done);
  EXPECT_EQ(init(instance, m, segment, 0, 0, 1), Bulk::out_of_bounds);
  EXPECT_EQ(init(instance, m, segment, 0, 1, 0), Bulk::out_of_bounds);
}

// Runs in a process of its own, whose exit status tells the outcome.
int grow_in_little_address_space() {
  const rlimit little{200u << 20, 200u << 20};
  if (setrlimit(RLIMIT_AS, &little) != 0) return 1;
  Store store({std::make_shared<wasm::TypeRegistry>(), nullptr, nullptr, nullptr});
  auto made = create_memory(store, type(1));
  if (!made) return 2;
  Memory& m = **made;
  (void)store.handle(m);
  m.base[5] = 55;
  if (grow(m, 500) != 1u || m.base[5] != 55 || m.base[m.size - 1] != 0) return 3;
  if (grow(m, 60'000)) return 4;
  if (m.size != 501 * page || m.base[5] != 55) return 5;
  const auto refused = create_memory(store, type(60'000));
  return !refused && refused.error().kind() == ErrorKind::limit ? 0 : 6;
}

TEST(MemoryDeathTest, LittleAddressSpaceIsEnough) {
  if (test::sanitized) GTEST_SKIP() << "sanitizers need address space";
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(std::exit(grow_in_little_address_space()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace wrun::runtime
