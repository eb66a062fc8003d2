#include <gtest/gtest.h>

#include <random>

#include "lib/wasm/const_expr_validator.hpp"
#include "tests/unit/wasm/body_builder.hpp"
#include "tests/unit/wasm/trace_client.hpp"

namespace wrun::test {
namespace {

using enum wasm::Op;

struct BodyCase {
  const char* name;
  std::uint8_t type;
  Bytes locals;
  Bytes code;
  ErrorKind kind;
  const char* message;
};

void PrintTo(const BodyCase& c, std::ostream* out) {
  *out << c.name;
}

class Rejected : public testing::TestWithParam<BodyCase> {};

TEST_P(Rejected, WithKindAndWords) {
  const auto& c = GetParam();
  const auto options = all_features();
  const auto module = build(c.type, c.locals, c.code, options);
  ASSERT_TRUE(module);
  const auto result = validate(*module, options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message(), "func 2: " + std::string(c.message));
  EXPECT_EQ(result.error().kind(), c.kind);
  const auto body = module->functions[2].body;
  EXPECT_GE(*result.error().offset(), body.offset);
  EXPECT_LE(*result.error().offset(), body.offset + body.size);
}

constexpr auto invalid = ErrorKind::invalid;
constexpr auto malformed = ErrorKind::malformed;

const BodyCase rejected_cases[] = {
    {"missing_operand",
     3,
     {0},
     assemble({i32_const, 1, i32_add, end}),
     invalid,
     "type mismatch: instruction requires [i32 i32] but stack has [i32]"},
    {"wrong_operand",
     3,
     {0},
     assemble({i64_const, 1, i32_eqz, end}),
     invalid,
     "type mismatch: instruction requires [i32] but stack has [i64]"},
    {"operand_left",
     0,
     {0},
     assemble({i32_const, 1, end}),
     invalid,
     "type mismatch: block requires [] but stack has [i32]"},
    {"operand_of_outer_block",
     3,
     {0},
     assemble({i32_const, 1, block, i32, end, end}),
     invalid,
     "type mismatch: block requires [i32] but stack has []"},
    {"wrong_type_in_dead_code",
     3,
     {0},
     assemble({unreachable, i64_const, 1, i32_add, end}),
     invalid,
     "type mismatch: instruction requires [i32 i32] but stack has [any i64]"},
    {"if_without_else_must_not_change_types",
     3,
     {0},
     assemble({i32_const, 1, if_, i32, i32_const, 1, end, end}),
     invalid,
     "type mismatch: if without else requires [i32] but stack has []"},
    {"unknown_local", 1, {0}, assemble({local_get, 5, drop, end}), invalid, "unknown local 5"},
    {"unknown_global", 0, {0}, assemble({global_get, 5, drop, end}), invalid, "unknown global 5"},
    {"unknown_label", 0, {0}, assemble({br, 1, end}), invalid, "unknown label 1"},
    {"unknown_function", 0, {0}, assemble({call, 7, end}), invalid, "unknown function 7"},
    {"unknown_type",
     0,
     {0},
     assemble({i32_const, 0, call_indirect, 0x20, 0, end}),
     invalid,
     "unknown type 32"},
    {"unknown_memory", 0, {0}, assemble({memory_size, 2, drop, end}), invalid, "unknown memory 2"},
    {"unknown_table", 0, {0}, assemble({table_size, 1, drop, end}), invalid, "unknown table 1"},
    {"unknown_tag", 0, {0}, assemble({throw_, 1, end}), invalid, "unknown tag 1"},
    {"unknown_data", 0, {0}, assemble({data_drop, 1, end}), invalid, "unknown data segment 1"},
    {"unknown_elem", 0, {0}, assemble({elem_drop, 1, end}), invalid, "unknown elem segment 1"},
    {"unknown_field",
     0,
     {0},
     assemble({ref_null, 5, struct_get, 5, 2, drop, end}),
     invalid,
     "unknown field 2"},
    {"immutable_global",
     0,
     {0},
     assemble({i32_const, 0, global_set, 0, end}),
     invalid,
     "immutable global 0"},
    {"immutable_field",
     0,
     {0},
     assemble({ref_null, 5, i32_const, 0, struct_set, 5, 1, end}),
     invalid,
     "immutable field 1"},
    {"immutable_array",
     0,
     {0},
     assemble({ref_null, 7, i32_const, 0, i32_const, 0, array_set, 7, end}),
     invalid,
     "immutable array 7"},
    {"packed_field_read_plainly",
     0,
     {0},
     assemble({ref_null, 5, struct_get, 5, 1, drop, end}),
     invalid,
     "type mismatch: storage type is i8, so a read must say how to extend it"},
    {"plain_field_read_as_packed",
     0,
     {0},
     assemble({ref_null, 5, struct_get_s, 5, 0, drop, end}),
     invalid,
     "type mismatch: storage type is i32, so a read must not say how to extend it"},
    {"alignment",
     0,
     {0},
     assemble({i32_const, 0, i32_load, 3, 0, drop, end}),
     invalid,
     "alignment must not be larger than natural: found 2^3, natural is 2^2"},
    {"atomic_alignment",
     0,
     {0},
     assemble({i32_const, 0, i32_atomic_load, 0, 0, drop, end}),
     invalid,
     "atomic alignment must be natural: found 2^0, natural is 2^2"},
    {"offset_out_of_range",
     0,
     {0},
     assemble({i32_const, 0, i32_load, 2, 0x80, 0x80, 0x80, 0x80, 0x10, drop, end}),
     invalid,
     "offset out of range: 4294967296 in a 32-bit memory"},
    {"memory64_wants_i64",
     0,
     {0},
     assemble({i32_const, 0, i32_load, 0x42, 1, 0, drop, end}),
     invalid,
     "type mismatch: instruction requires [i64] but stack has [i32]"},
    {"memop_flags",
     0,
     {0},
     assemble({i32_const, 0, i32_load, 0x80, 1, 0, drop, end}),
     malformed,
     "malformed memop flags"},
    {"lane",
     0,
     {0},
     assemble({i32_const, 0, i8x16_splat, i8x16_extract_lane_s, 16, drop, end}),
     invalid,
     "invalid lane index 16"},
    {"undeclared_function",
     0,
     {0},
     assemble({ref_func, 2, drop, end}),
     invalid,
     "undeclared function reference: function 2"},
    {"uninitialized_local",
     0,
     {1, 1, 0x64, 5},
     assemble({local_get, 0, drop, end}),
     invalid,
     "uninitialized local 0"},
    {"initialized_in_a_block_only",
     0,
     {1, 1, 0x64, 5},
     assemble({block, empty, struct_new_default, 5, local_set, 0, end, local_get, 0, drop, end}),
     invalid,
     "uninitialized local 0"},
    {"initialized_in_the_other_arm",
     0,
     {1, 1, 0x64, 5},
     assemble({i32_const, 0, if_, empty, struct_new_default, 5, local_set, 0, else_, local_get, 0,
               drop, end, end}),
     invalid,
     "uninitialized local 0"},
    {"select_of_references",
     0,
     {0},
     assemble({ref_null, 0x70, ref_null, 0x70, i32_const, 0, select, drop, end}),
     invalid,
     "type mismatch: select of references needs a type, found [funcref]"},
    {"select_arity",
     0,
     {0},
     assemble({unreachable, select_t, 0, end}),
     invalid,
     "invalid result arity: select has one result, not 0"},
    {"br_table_arity",
     0,
     {0},
     assemble({block, i32, i32_const, 0, i32_const, 0, br_table, 1, 0, 1, end, drop, end}),
     invalid,
     "type mismatch: br_table's labels take 1 and 0 values"},
    {"tail_call_type",
     0,
     {0},
     assemble({i32_const, 0, return_call, 1, end}),
     invalid,
     "type mismatch: function requires [] but stack has [i32]"},
    {"rethrow_label",
     0,
     {0},
     assemble({rethrow, 0, end}),
     invalid,
     "invalid rethrow label: not that of a catch"},
    {"else_alone",
     0,
     {0},
     assemble({else_, end}),
     malformed,
     "END opcode expected: else outside of if"},
    {"catch_alone",
     0,
     {0},
     assemble({catch_all, end}),
     malformed,
     "END opcode expected: catch_all outside of try"},
    {"delegate_alone",
     0,
     {0},
     assemble({block, empty, delegate, 0, end}),
     malformed,
     "END opcode expected: delegate outside of try"},
    {"no_end", 0, {0}, assemble({nop}), malformed, "END opcode expected"},
    {"code_after_the_end",
     0,
     {0},
     assemble({end, nop}),
     malformed,
     "section size mismatch: bytes after the function's end"},
    {"illegal_opcode", 0, {0}, assemble({unreachable, 0xff, end}), malformed, "illegal opcode ff"},
    {"illegal_prefixed_opcode",
     0,
     {0},
     assemble({0xfd, 0xff, 0x7f, end}),
     malformed,
     "illegal opcode fd 3fff"},
    {"truncated_immediate",
     0,
     {0},
     assemble({f64_const, 0, 0}),
     malformed,
     "unexpected end of section or function"},
    {"fence", 0, {0}, assemble({atomic_fence, 1, end}), malformed, "zero byte expected"},
    {"too_many_locals",
     0,
     {1, 0xd1, 0x86, 0x03, 0x7f},
     assemble({end}),
     ErrorKind::limit,
     "too many locals: 50001; at most 50000 are allowed"},
    {"far_too_many_locals",
     0,
     {2, 0xff, 0xff, 0xff, 0xff, 0xf, 0x7f, 1, 0x7f},
     assemble({end}),
     malformed,
     "too many locals: 4294967296"},
    {"fixed_array_of_nothing_on_a_stack_of_anything",
     0,
     {0},
     assemble({unreachable, array_new_fixed, 6, 0xff, 0xff, 0xff, 0xff, 0xf, drop, end}),
     ErrorKind::limit,
     "array.new_fixed of 4294967295 elements; at most 10000 are allowed"},
};

INSTANTIATE_TEST_SUITE_P(Validator, Rejected, testing::ValuesIn(rejected_cases),
                         [](const auto& test) { return test.param.name; });

TEST(Validator, AcceptsInitializedLocals) {
  const auto options = all_features();
  const auto module = build(0, {1, 1, 0x64, 5},
                            assemble({struct_new_default, 5, local_set, 0, block, empty, local_get,
                                      0, drop, end, local_get, 0, drop, end}),
                            options);
  ASSERT_TRUE(module);
  EXPECT_TRUE(validate(*module, options).has_value());
}

TEST(Validator, NamesTheMissingFeature) {
  const auto module =
      build(0, {0}, assemble({i32_const, 0, i8x16_splat, drop, end}), all_features());
  ASSERT_TRUE(module);
  auto options = all_features();
  options.features = options.features.without(Feature::simd);
  const auto result = validate(*module, options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::invalid);
  EXPECT_NE(result.error().message().find("needs feature simd"), std::string::npos);
}

TEST(ConstExpr, ValidatesAndDeclares) {
  const auto options = all_features();
  // Three expressions in a row, as code that is never walked: ref.func 2, (3 + global 0), select.
  const auto module = build(
      0, {0}, assemble({ref_func, 2, end, i32_const, 3, global_get, 0, i32_add, end, select, end}),
      options);
  ASSERT_TRUE(module);
  const auto body = module->functions[2].body;
  wasm::Errors errors;
  wasm::ConstExprValidator validator(*module, options, errors);
  const auto end_of_body = body.offset + body.size;
  const auto first = validator.validate(body.offset + 1, end_of_body, wasm::funcref, 2);
  EXPECT_EQ(first.size, 3u);
  EXPECT_TRUE(module->declared_functions[2]);
  const auto second =
      validator.validate(first.offset + first.size, end_of_body, wasm::Kind::i32, 1);
  EXPECT_EQ(second.size, 6u);
  EXPECT_TRUE(errors.ok());
  validator.validate(second.offset + second.size, end_of_body, wasm::Kind::i32, 2);
  ASSERT_FALSE(errors.ok());
  EXPECT_EQ(errors.first().message(), "constant expression required: select is not constant");
}

TEST(ConstExpr, SeesOnlyEarlierGlobals) {
  const auto options = all_features();
  const auto module = build(0, {0}, assemble({global_get, 0, end}), options);
  ASSERT_TRUE(module);
  const auto body = module->functions[2].body;
  wasm::Errors errors;
  wasm::ConstExprValidator validator(*module, options, errors);
  validator.validate(body.offset + 1, body.offset + body.size, wasm::Kind::i32, 0);
  ASSERT_FALSE(errors.ok());
  EXPECT_EQ(errors.first().message(), "unknown global 0");
}

/// Instructions in random order: what validates must be heard alike by a trusted walk.
TEST(Validator, RandomBodiesNeverCrash) {
  std::mt19937 random(2024);
  const auto options = all_features();
  int valid = 0;
  for (int round = 0; round < 4000; ++round) {
    Bytes code = assemble({i32_const, 1,          block,     i32,   i32_const,
                           2,         i32_const,  3,         br_if, 0,
                           i32_add,   end,        local_set, 0,     struct_new_default,
                           5,         struct_get, 5,         0,     drop,
                           loop,      empty,      local_get, 0,     if_,
                           empty,     br,         1,         else_, nop,
                           end,       end,        try_,      empty, call,
                           0,         catch_,     0,         drop,  end,
                           end});
    const int flips = random() % 8 == 0 ? 3 : 1;
    for (int i = 0; i < flips; ++i) {
      const std::size_t at = random() % code.size();
      if (random() % 2 == 0)
        code[at] = static_cast<std::uint8_t>(random());
      else if (random() % 2 == 0)
        code.insert(code.begin() + static_cast<std::ptrdiff_t>(at),
                    wasm::info(static_cast<wasm::Op>(random() % 0xc0)).code & 0xff);
      else
        code.erase(code.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const auto module = build(1, {0}, code, options);
    if (!module || !validate(*module, options)) continue;
    ++valid;
    EXPECT_EQ(trace_checked(*module, tried_function, options),
              trace_trusted(*module, tried_function));
  }
  EXPECT_GT(valid, 50);
}

}  // namespace
}  // namespace wrun::test
