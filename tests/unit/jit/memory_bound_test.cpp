#include "jit/memory_bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "jit/chunks.hpp"
#include "jit/machine.hpp"

namespace wrun::inline v0::jit {
namespace {

TEST(MemoryBound, CountsWhatIsHeldAtOnce) {
  const MemoryBound bound(10'000);
  for (int i = 0; i < 100; ++i) {
    Vector<std::uint8_t> numbers(5000);
    EXPECT_THROW(numbers.reserve(10'000), BeyondBound);
    EXPECT_EQ(numbers.size(), 5000u);
    give_back(numbers);
    Chunks<std::uint64_t, 8> chunks;
    for (std::uint64_t each = 0; each < 512; ++each) chunks.push_back(each);
    EXPECT_EQ(chunks[511], 511u);
  }
}

TEST(MemoryBound, IsOfTheTimeThatItLives) {
  Vector<std::uint8_t> kept;
  {
    const MemoryBound bound(10'000);
    kept.resize(9000);
  }
  kept.resize(1 << 20);
  const MemoryBound bound(10'000);
  EXPECT_NO_THROW(Vector<std::uint8_t>(9000));
}

TEST(MemoryBound, LargeVectorsGrowByAQuarter) {
  Vector<std::uint8_t> numbers;
  std::size_t most = 0;
  while (numbers.size() < 3'000'000) {
    reserve_more(numbers);
    numbers.push_back(1);
    if (numbers.size() > 1 << 19) most = std::max(most, numbers.capacity() - numbers.size());
  }
  EXPECT_LE(most, numbers.size() / 4);
}

TEST(Machines, ArePackedAndUnpacked) {
  for (const bool packs : {false, true}) {
    Machines machines;
    machines.clear(packs);
    std::vector<std::uint32_t> payloads(10'000);
    for (std::uint32_t i = 0; i < payloads.size(); ++i) {
      Machine& made = machines.add(payloads[i]);
      EXPECT_EQ(made.imm, 0u);
      made.op = static_cast<MOp>(i % 30);
      made.origin.offset = i;
      if (i % 3 == 0) made.imm = std::uint64_t{i} << 32;
      if (i % 5 == 0) machines.back().address = {1, 2, 3, -4};
      if (i % 7 == 0) made.compare.imm = -1;
    }
    machines.finish();
    for (std::uint32_t i = 0; i < payloads.size(); ++i) {
      Machine room;
      const Machine& found = machines.get(payloads[i], room);
      EXPECT_EQ(found.op, static_cast<MOp>(i % 30));
      EXPECT_EQ(found.size, 4);
      EXPECT_EQ(found.origin.offset, i);
      EXPECT_EQ(found.imm, i % 3 == 0 ? std::uint64_t{i} << 32 : 0);
      EXPECT_EQ(found.address.disp, i % 5 == 0 ? -4 : 0);
      EXPECT_EQ(found.address.base, i % 5 == 0 ? 1 : no_operand);
      EXPECT_EQ(found.compare.imm, i % 7 == 0 ? -1 : 0);
    }
  }
}

}  // namespace
}  // namespace wrun::inline v0::jit
