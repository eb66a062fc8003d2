#include <gtest/gtest.h>

#include "tests/unit/wasm/body_builder.hpp"
#include "tests/unit/wasm/trace_client.hpp"

namespace wrun::test {
namespace {

using enum wasm::Op;

struct TraceCase {
  const char* name;
  std::uint8_t type;
  Bytes code;
  const char* trace;
};

void PrintTo(const TraceCase& c, std::ostream* out) {
  *out << c.name;
}

class Trace : public testing::TestWithParam<TraceCase> {};

/// Both walks tell the same, and what is expected.
TEST_P(Trace, IsTheSameTrustedOrNot) {
  const auto& c = GetParam();
  const auto options = all_features();
  const auto module = build(c.type, {0}, c.code, options);
  ASSERT_TRUE(module);
  EXPECT_EQ(trace_checked(*module, tried_function, options), c.trace);
  EXPECT_EQ(trace_trusted(*module, tried_function), c.trace);
}

const TraceCase trace_cases[] = {
    {"empty", 0, assemble({end}), "begin/0 end() finish"},
    {"add", 2, assemble({local_get, 0, local_get, 1, i32_add, end}),
     "begin/2 0=local0 1=local1 2=i32.add(0,1) end(2) finish"},
    {"block_keeps_its_values_where_nothing_jumps", 3,
     assemble({block, i32, i32_const, 5, end, end}), "begin/0 block@0() 0=5 end(0) end(0) finish"},
    {"block_that_is_a_target_has_results", 3,
     assemble({block, i32, i32_const, 5, i32_const, 1, br_if, 0, end, end}),
     "begin/0 block@0() 0=5 1=1 br_if(1)(0) end(0)+target result0@0=2 end(2) finish"},
    {"code_after_a_branch_is_not_heard", 0,
     assemble({block, empty, br, 0, i32_const, 1, drop, block, empty, end, end, nop, end}),
     "begin/0 block@0() br() end!+target end() finish"},
    {"a_block_that_nothing_leaves", 0,
     assemble({block, empty, unreachable, end, i32_const, 1, drop, end}),
     "begin/0 block@0() unreachable end! end! finish"},
    {"loop_branches_to_its_start", 0, assemble({loop, empty, br, 0, end, end}),
     "begin/0 loop@0() br() end!+target end! finish"},
    {"if_without_else", 1, assemble({local_get, 0, if_, empty, nop, end, local_get, 0, end}),
     "begin/1 0=local0 if@0(0) end()+target 1=local0 end(1) finish"},
    {"if_else", 1, assemble({local_get, 0, if_, i32, i32_const, 1, else_, i32_const, 2, end, end}),
     "begin/1 0=local0 if@0(0) 1=1 else(1) 2=2 end(2)+target result0@0=3 end(3) finish"},
    {"if_with_one_arm_reached", 1,
     assemble({local_get, 0, if_, i32, unreachable, else_, i32_const, 2, end, end}),
     "begin/1 0=local0 if@0(0) unreachable else! 1=2 end(1) end(1) finish"},
    {"else_gets_the_parameters_again", 1,
     assemble({i32_const, 9, local_get, 0, if_, 1, i32_eqz, else_, i32_clz, end, end}),
     "begin/1 0=9 1=local0 if@0(1) 2=i32.eqz(0) else(2) 3=i32.clz(0) end(3)+target "
     "result0@0=4 end(4) finish"},
    {"vectors_take_two_slots", 3,
     assemble({i32_const, 1, i8x16_splat, i32_const, 2, call, 1, i8x16_splat, i8x16_eq,
               i8x16_all_true, end}),
     "begin/0 0=1 1=i8x16.splat(0) 2=2 3@2=call:1(2) 4=i8x16.splat(3) 5=i8x16.eq(1,4) "
     "6=i8x16.all_true(5) end(6) finish"},
    {"call_indirect", 3, assemble({i32_const, 4, i32_const, 0, call_indirect, 1, 0, end}),
     "begin/0 0=4 1=0 2@0=call_indirect[1](0) end(2) finish"},
    {"tail_call_ends_the_path", 3, assemble({i32_const, 4, return_call, 1, drop, end}),
     "begin/0 0=4 =return_call:1(0) end! finish"},
    {"several_results", 4, assemble({local_get, 0, local_get, 0, end}),
     "begin/1 0=local0 1=local0 end(0,1) finish"},
    {"br_table", 1,
     assemble({block, empty, block, empty, local_get, 0, br_table, 1, 0, 1, end, i32_const, 1,
               return_, end, i32_const, 2, end}),
     "begin/1 block@0() block@0() 0=local0 br_table(0)x2 end!+target 1=1 return(1) end!+target "
     "2=2 end(2) finish"},
    {"wide_arithmetic", 3,
     assemble({i64_const, 1, i64_const, 2, i64_mul_wide_u, i64_add, i32_wrap_i64, end}),
     "begin/0 0=1 1=2 2@03@1=i64.mul_wide_u(0,1) 4=i64.add(2,3) 5=i32.wrap_i64(4) end(5) finish"},
    {"struct_new_and_get", 3,
     assemble({i32_const, 1, i32_const, 2, struct_new, 5, struct_get_u, 5, 1, end}),
     "begin/0 0=1 1=2 2@0=struct.new(0,1) 3@0=struct.get_u(2) end(3) finish"},
    {"try_table_hands_over_at_its_label", 3,
     assemble({block, i32, try_table, i32, 1, 0, 0, 0, i32_const, 1, end, end, end}),
     "begin/0 block@0() try_table catch0->1 0=1 end(0) end(0)+target result0@0=1 end(1) finish"},
    {"legacy_catch", 3,
     assemble({try_, i32, i32_const, 1, catch_, 0, catch_all, i32_const, 3, end, end}),
     "begin/0 try 0=1 catch(0) catch_all(1) 2=3 end(2)+target result0@0=3 end(3) finish"},
    {"legacy_delegate", 0, assemble({try_, empty, call, 0, delegate, 0, end}),
     "begin/0 try =call:0() delegate end() end() finish"},
    {"br_on_null", 0, assemble({block, empty, ref_null, 0x70, br_on_null, 0, drop, end, end}),
     "begin/0 block@0() 0@0=ref.null() br_on_null(0) drop(1) end()+target end() finish"},
    // clang-format off
    {"dead_code_with_all_kinds_of_immediates", 0,
     assemble({return_,
               block, 4,
                 try_table, empty, 1, 2, 1,
                   unreachable, br_table, 2, 0, 2, 0,
                 end,
                 i32_const, 0,
               end,
               i32_load, 2, 0x80, 1,
               select_t, 1, i32,
               f32_const, 0, 0, 0, 0,
               f64_const, 0, 0, 0, 0, 0, 0, 0, 0,
               drop, drop,
               ref_null, 5, drop,
               v128_const, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
               v128_load8_lane, 0, 0, 3, drop,
               atomic_fence, 0,
               end}),
     // clang-format on
     "begin/0 return() end! finish"},
};

INSTANTIATE_TEST_SUITE_P(Walker, Trace, testing::ValuesIn(trace_cases),
                         [](const auto& test) { return test.param.name; });

TEST(Walker, LargeRunsOfLocalsStayRuns) {
  wasm::LocalTypes locals;
  locals.add(2, wasm::Kind::i32);
  locals.add(0, wasm::Kind::f32);
  locals.add(49'000, wasm::Kind::i32);
  locals.add(3, wasm::Kind::v128);
  EXPECT_EQ(locals.size(), 49'005u);
  EXPECT_EQ(locals.runs().size(), 2u);
  EXPECT_EQ(locals[0], wasm::Kind::i32);
  EXPECT_EQ(locals[49'001], wasm::Kind::i32);
  EXPECT_EQ(locals[49'002], wasm::Kind::v128);
  EXPECT_EQ(locals[49'004], wasm::Kind::v128);
}

/// A hundred thousand blocks are no deeper in C++ than one.
TEST(Walker, DeepNestingIsFlat) {
  Bytes code;
  constexpr int depth = 100'000;
  for (int i = 0; i < depth; ++i) code.insert(code.end(), {0x02, 0x40});
  code.insert(code.end(), depth + 1, 0x0b);
  const auto options = all_features();
  const auto module = build(0, {0}, code, options);
  ASSERT_TRUE(module);
  EXPECT_TRUE(validate(*module, options).has_value());
  EXPECT_EQ(trace_trusted(*module, tried_function),
            trace_checked(*module, tried_function, options));
}

TEST(Walker, RecordsFeatures) {
  const auto options = all_features();
  const auto module = build(0, {0}, assemble({i32_const, 1, i32_extend8_s, drop, end}), options);
  ASSERT_TRUE(module);
  ASSERT_TRUE(validate(*module, options).has_value());
  EXPECT_TRUE(module->features_used.has(Feature::sign_extension));
  EXPECT_FALSE(module->features_used.has(Feature::simd));
}

}  // namespace
}  // namespace wrun::test
