#include "lib/runtime/bulk.hpp"

#include <vector>

#include "lib/runtime/memory.hpp"
#include "lib/runtime/table.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

constexpr std::size_t size = 3u * 256 * 1024 + 77;  // some pieces, and a rest

class BulkTest : public RuntimeTest {
 protected:
  Store store{config()};

  Memory& memory() {
    auto made = create_memory(store, wasm::MemoryType{{size / 65536 + 1, {}, false}});
    if (!made) throw std::runtime_error(made.error().message());
    (void)store.handle(**made);
    return **made;
  }
  void ask_to_stop() { store.state().request(ExecState::Stop::interrupted); }
};

/// No two pieces have the same bytes.
std::uint8_t byte_at(std::size_t at) {
  return static_cast<std::uint8_t>(at * 31 + (at >> 12));
}

TEST_F(BulkTest, CopiesOverItselfInBothDirections) {
  constexpr std::size_t shifts[] = {1, 4096, 300'000};
  for (const std::size_t shift : shifts) {
    for (const bool is_up : {false, true}) {
      Memory& m = memory();
      const std::size_t to = is_up ? 0 : shift;
      const std::size_t from = is_up ? shift : 0;
      const std::size_t count = size - shift;
      for (std::size_t i = 0; i < size; ++i) m.base[i] = byte_at(i);
      ASSERT_EQ(copy(m, to, m, from, count), Bulk::done);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < count; ++i) wrong += m.base[to + i] != byte_at(from + i);
      EXPECT_EQ(wrong, 0u) << "shift " << shift << ", up: " << is_up;
    }
  }
}

TEST_F(BulkTest, FillsAllPieces) {
  Memory& m = memory();
  ASSERT_EQ(fill(m, 1, 7, size), Bulk::done);
  EXPECT_EQ(m.base[0], 0);
  EXPECT_EQ(m.base[size + 1], 0);
  EXPECT_EQ(std::count(m.base, m.base + m.size, 7), static_cast<std::ptrdiff_t>(size));
}

TEST_F(BulkTest, StopsBetweenPieces) {
  Memory& m = memory();
  ask_to_stop();
  ASSERT_EQ(fill(m, 0, 7, size), Bulk::stopped);
  const auto done = std::count(m.base, m.base + m.size, 7);
  EXPECT_GT(done, 0);
  EXPECT_LT(done, static_cast<std::ptrdiff_t>(size));
  EXPECT_EQ(copy(m, 1, m, 0, size), Bulk::stopped);
  EXPECT_EQ(fill(m, m.size - 10, 7, 11), Bulk::out_of_bounds);
  // What is short is done at once.
  EXPECT_EQ(fill(m, 0, 9, 1000), Bulk::done);
  EXPECT_EQ(m.base[999], 9);
}

TEST_F(BulkTest, TablesAndElementsStopToo) {
  const CanonTableType type{wasm::CanonType::ref(wasm::AbstractHeap::func, true),
                            {size, {}, false}};
  auto made = create_table(store, type, null_ref);
  ASSERT_TRUE(made);
  (void)store.handle(**made);
  Table& t = **made;
  constexpr Ref some = 16;
  ask_to_stop();
  ASSERT_EQ(fill(t, 0, some, size), Bulk::stopped);
  EXPECT_EQ(t.elements[0], some);
  EXPECT_EQ(t.elements[size - 1], null_ref);
  EXPECT_EQ(copy(t, 0, t, 1, size - 1), Bulk::stopped);
  std::fill_n(t.elements, size, null_ref);
}

}  // namespace
}  // namespace wrun::runtime
