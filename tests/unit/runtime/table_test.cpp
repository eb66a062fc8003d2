#include "lib/runtime/table.hpp"

#include <limits>

#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

class TableTest : public RuntimeTest {
 protected:
  Store store{config()};

  Table& table(wasm::SizeLimits limits, Ref init = null_ref) {
    const CanonTableType type{wasm::CanonType::ref(wasm::AbstractHeap::i31, true), limits};
    auto made = create_table(store, type, init);
    if (!made) throw std::runtime_error(made.error().message());
    (void)store.handle(**made);
    return **made;
  }
};

constexpr Ref seven = 7 << 1 | 1;
constexpr Ref eight = 8 << 1 | 1;

TEST_F(TableTest, GetAndSetCheckTheIndex) {
  Table& t = table({2, {}, false}, seven);
  Ref value = null_ref;
  EXPECT_TRUE(get(t, 1, value));
  EXPECT_EQ(value, seven);
  EXPECT_TRUE(set(t, 1, eight));
  EXPECT_TRUE(get(t, 1, value));
  EXPECT_EQ(value, eight);
  EXPECT_FALSE(get(t, 2, value));
  EXPECT_FALSE(set(t, std::numeric_limits<std::uint64_t>::max(), eight));
}

TEST_F(TableTest, GrowsWithTheGivenValue) {
  Table& t = table({1, 100});
  EXPECT_EQ(grow(t, 9, seven), 1u);
  EXPECT_EQ(grow(t, 0, seven), 10u);
  EXPECT_EQ(t.elements[0], null_ref);
  EXPECT_EQ(t.elements[9], seven);
  EXPECT_EQ(grow(t, 91, seven), std::nullopt);
  EXPECT_EQ(grow(t, std::numeric_limits<std::uint64_t>::max(), seven), std::nullopt);
  EXPECT_EQ(grow(t, 90, eight), 10u);
  EXPECT_EQ(t.elements[99], eight);
  EXPECT_EQ(type_of(t).limits, (wasm::SizeLimits{100, 100, false}));
}

TEST_F(TableTest, LimitsRefuse) {
  Limits limits;
  limits.table_elements = 50;
  ASSERT_TRUE(store.set_limits(limits));
  Table& t = table({10, {}, false});
  EXPECT_EQ(grow(t, 41, null_ref), std::nullopt);
  EXPECT_EQ(grow(t, 40, null_ref), 10u);
  const auto refused = create_table(store, type_of(t), null_ref);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
}

TEST_F(TableTest, NoTableIsLargerThanTheLargest) {
  const CanonTableType type{wasm::CanonType::ref(wasm::AbstractHeap::func, true),
                            {std::numeric_limits<std::uint64_t>::max(), {}, true}};
  const auto made = create_table(store, type, null_ref);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::limit);
  Table& t = table({0, {}, true});
  EXPECT_EQ(grow(t, max_table_elements + 1, null_ref), std::nullopt);
}

TEST_F(TableTest, FillAndCopyCheckBeforeTheyWrite) {
  Table& t = table({10, {}, false});
  EXPECT_EQ(fill(t, 8, seven, 2), Bulk::done);
  EXPECT_EQ(fill(t, 8, eight, 3), Bulk::out_of_bounds);
  EXPECT_EQ(t.elements[8], seven);
  EXPECT_EQ(fill(t, 10, seven, 0), Bulk::done);
  EXPECT_EQ(fill(t, 11, seven, 0), Bulk::out_of_bounds);
  EXPECT_EQ(copy(t, 7, t, 8, 2), Bulk::done);
  EXPECT_EQ(t.elements[7], seven);
  Table& other = table({2, {}, false});
  EXPECT_EQ(copy(other, 0, t, 7, 2), Bulk::done);
  EXPECT_EQ(other.elements[1], seven);
  EXPECT_EQ(copy(other, 1, t, 7, 2), Bulk::out_of_bounds);
  EXPECT_EQ(copy(t, 0, other, 1, 2), Bulk::out_of_bounds);
}

TEST_F(TableTest, InitReadsFunctionsAndExpressionsUntilDropped) {
  ModuleBuilder builder(registry);
  const auto type = builder.type({}, {});
  builder.func(type).func(type).table(5);
  wasm::ElementSegment functions;
  functions.type = wasm::funcref;
  functions.functions = {wasm::FuncIdx(1), wasm::FuncIdx(0)};
  wasm::ElementSegment expressions;
  expressions.type = wasm::funcref;
  expressions.expressions = {builder.range({0xd2, 0x01, 0x0b}), builder.range({0xd0, 0x70, 0x0b})};
  builder.data().elements = {functions, expressions};
  Instance& instance = made(store, builder.build());
  (void)store.handle(instance);
  Table& t = *instance.table_cells[0];
  EXPECT_EQ(init(instance, t, wasm::ElemIdx(0), 0, 1, 1), Bulk::done);
  EXPECT_EQ(FuncRef::from(t.elements[0]), instance.function_refs[0]);
  EXPECT_EQ(init(instance, t, wasm::ElemIdx(1), 3, 0, 2), Bulk::done);
  EXPECT_EQ(FuncRef::from(t.elements[3]), instance.function_refs[1]);
  EXPECT_EQ(t.elements[4], null_ref);
  EXPECT_EQ(init(instance, t, wasm::ElemIdx(0), 4, 0, 2), Bulk::out_of_bounds);
  EXPECT_EQ(init(instance, t, wasm::ElemIdx(0), 0, 1, 2), Bulk::out_of_bounds);
  for (const std::uint32_t i : {0u, 1u}) {
    drop(instance, wasm::ElemIdx(i));
    EXPECT_EQ(init(instance, t, wasm::ElemIdx(i), 0, 0, 0), Bulk::done);
    EXPECT_EQ(init(instance, t, wasm::ElemIdx(i), 0, 0, 1), Bulk::out_of_bounds);
  }
}

}  // namespace
}  // namespace wrun::runtime
