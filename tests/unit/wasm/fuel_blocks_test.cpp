#include <gtest/gtest.h>

#include "lib/wasm/fuel_blocks.hpp"
#include "tests/unit/wasm/body_builder.hpp"

namespace wrun::test {
namespace {

using enum wasm::Op;
using wasm::FuelBlock;

/// Offsets are from the first instruction of the body.
struct FuelCase {
  const char* name;
  std::uint8_t type;
  Bytes code;
  std::vector<FuelBlock> blocks;
};

void PrintTo(const FuelCase& c, std::ostream* out) {
  *out << c.name;
}

class Fuel : public testing::TestWithParam<FuelCase> {};

TEST_P(Fuel, CostsWhatTheTableSays) {
  const auto& c = GetParam();
  const auto options = all_features();
  const auto module = build(c.type, {0}, c.code, options);
  ASSERT_TRUE(module);
  const auto result = validate(*module, options);
  ASSERT_TRUE(result.has_value()) << result.error().message();
  const std::uint32_t start = module->functions[2].body.offset + 1;
  auto blocks = fuel_blocks(*module, tried_function);
  for (FuelBlock& block : blocks) block.offset -= start;
  ASSERT_EQ(blocks.size(), c.blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(blocks[i].offset, c.blocks[i].offset) << i;
    EXPECT_EQ(blocks[i].cost, c.blocks[i].cost) << i;
  }
}

// clang-format off
const FuelCase fuel_cases[] = {
    {"empty", 0, assemble({end}), {}},
    {"nop_is_free", 0, assemble({nop, nop, end}), {}},
    {"straight_line", 2, assemble({local_get, 0, local_get, 1, i32_add, end}), {{0, 3}}},
    {"leading_nop", 3, assemble({nop, i32_const, 1, end}), {{1, 1}}},
    {"block_is_free", 3, assemble({block, i32, i32_const, 1, end, end}), {{2, 1}}},
    {"block_doesnt_split", 3, assemble({i32_const, 1, block, empty, nop, end, i32_eqz, end}), {{0, 2}}},
    {"loop_splits", 3, assemble({i32_const, 1, drop, loop, i32, i32_const, 2, end, end}), {{0, 2}, {5, 1}}},
    {"loop_end_doesnt_split", 3, assemble({loop, i32, i32_const, 2, end, i32_eqz, end}), {{2, 2}}},
    {"two_loop_headers", 0, assemble({loop, empty, loop, empty, br, 1, end, end, end}), {{4, 1}}},
    {"br_if", 1, assemble({block, empty, local_get, 0, br_if, 0, nop, i32_const, 1, drop, end, local_get, 0, end}),
     {{2, 2}, {7, 2}, {11, 1}}},
    {"br_if_to_end_only", 0, assemble({block, empty, i32_const, 1, br_if, 0, end, end}), {{2, 2}}},
    {"backward_br_if", 1, assemble({loop, empty, local_get, 0, br_if, 0, end, local_get, 0, end}), {{2, 2}, {7, 1}}},
    {"br_ends_a_block", 0, assemble({block, empty, br, 0, i32_const, 1, drop, end, end}), {{2, 1}}},
    {"dead_code_is_free", 0, assemble({return_, i32_const, 1, drop, end}), {{0, 1}}},
    {"dead_block_is_free", 0, assemble({unreachable, block, empty, i32_const, 1, drop, end, end}), {{0, 1}}},
    {"if_counts_else_doesnt", 1, assemble({local_get, 0, if_, i32, i32_const, 1, else_, i32_const, 2, end, end}),
     {{0, 2}, {4, 1}, {7, 1}}},
    {"if_then_join", 1, assemble({local_get, 0, if_, empty, call, 0, end, local_get, 0, end}),
     {{0, 2}, {4, 1}, {7, 1}}},
    {"join_after_both_arms", 1,
     assemble({local_get, 0, if_, i32, i32_const, 1, else_, i32_const, 2, end, i32_eqz, end}),
     {{0, 2}, {4, 1}, {7, 1}, {10, 1}}},
    {"no_join_after_one_arm", 1,
     assemble({local_get, 0, if_, i32, unreachable, else_, i32_const, 2, end, i32_eqz, end}),
     {{0, 2}, {4, 1}, {6, 2}}},
    {"empty_if", 1, assemble({local_get, 0, if_, empty, end, local_get, 0, end}), {{0, 2}, {5, 1}}},
    {"call_splits", 0, assemble({call, 0, call, 0, end}), {{0, 1}, {2, 1}}},
    {"call_then_code", 3, assemble({i32_const, 1, call, 1, i32_eqz, end}), {{0, 2}, {4, 1}}},
    {"call_indirect_splits", 0, assemble({i32_const, 0, call_indirect, 0, 0, nop, i32_const, 0, drop, end}),
     {{0, 2}, {6, 2}}},
    {"call_ref_splits", 0, assemble({ref_null, 0, call_ref, 0, i32_const, 0, drop, end}), {{0, 2}, {4, 2}}},
    {"tail_call", 3, assemble({i32_const, 1, return_call, 1, end}), {{0, 2}}},
    {"br_table", 1,
     assemble({block, empty, local_get, 0, br_table, 1, 0, 0, end, i32_const, 1, end}), {{2, 2}, {9, 1}}},
    {"memory_access_doesnt_split", 3, assemble({i32_const, 0, i32_load, 2, 0, i32_eqz, end}), {{0, 3}}},
    {"division_doesnt_split", 2, assemble({local_get, 0, local_get, 1, i32_div_s, i32_eqz, end}), {{0, 4}}},
    {"throw", 9, assemble({local_get, 0, throw_, 0, end}), {{0, 2}}},
    {"try_table", 3,
     assemble({block, i32, try_table, i32, 1, 0, 0, 0, i32_const, 1, end, end, i32_eqz, end}),
     {{2, 2}, {12, 1}}},
    {"legacy_try", 3,
     assemble({try_, i32, call, 0, i32_const, 1, catch_, 0, i32_eqz, end, i32_eqz, end}),
     {{0, 2}, {4, 1}, {8, 1}, {10, 1}}},
    {"legacy_delegate", 3, assemble({try_, i32, i32_const, 1, delegate, 0, i32_eqz, end}), {{0, 3}}},
    {"br_on_null", 0,
     assemble({block, empty, ref_null, 0x70, br_on_null, 0, drop, end, end}), {{2, 2}, {6, 1}}},
    {"select_and_drop_count", 0,
     assemble({i32_const, 1, i32_const, 2, i32_const, 3, select, drop, end}), {{0, 5}}},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(FuelBlocks, Fuel, testing::ValuesIn(fuel_cases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace wrun::test
