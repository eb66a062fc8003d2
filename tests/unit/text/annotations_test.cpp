// https://webassembly.github.io/spec/core/appendix/custom.html

#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

std::vector<std::string> custom_names(const Bytes& bytes) {
  auto module = load(bytes);
  std::vector<std::string> names;
  if (module)
    for (const auto& custom : (*module)->customs) names.emplace_back(custom.name);
  return names;
}

TEST(Annotations, UnknownOnesChangeNothing) {
  expect_same("((@a) module (@b x) $m (func (@c) (@d (nop)) nop (@e \"\")))",
              "(module $m (func nop))");
}

TEST(Annotations, CustomSectionsHaveAPlace) {
  const Bytes bytes = parse(
      "(module (@custom \"last\" \"a\" \"b\") (func) (global i32 (i32.const 0))"
      "(@custom \"b\" (before global)) (@custom \"a\" (after func)) (@custom \"0\" (before first))"
      "(@custom \"c\" (after code)))");
  EXPECT_EQ(custom_names(bytes), (std::vector<std::string>{"0", "a", "b", "c", "last"}));
  const auto module = load(bytes);
  ASSERT_TRUE(module.has_value());
  const auto payload = (*module)->at((*module)->customs.back().payload);
  EXPECT_EQ(std::string(payload.begin(), payload.end()), "ab");
}

TEST(Annotations, IllFormedOnesAreErrors) {
  EXPECT_EQ(error_of("(@custom)"), "@custom annotation: missing section name");
  EXPECT_EQ(error_of("(@custom \"\\df\")"), "@custom annotation: malformed UTF-8 encoding");
  EXPECT_EQ(error_of("(@custom \"a\" here)"), "@custom annotation: unexpected token");
  EXPECT_EQ(error_of("(@custom \"a\" (after))"), "@custom annotation: malformed section kind");
  EXPECT_EQ(error_of("(@custom \"a\" (aft type))"), "@custom annotation: malformed placement");
  EXPECT_EQ(error_of("(func (@custom \"a\"))"), "misplaced @custom annotation");
  EXPECT_EQ(error_of("(func) (@name \"m\")"), "misplaced @name annotation");
  EXPECT_EQ(error_of("(module (@name \"a\") (@name \"b\"))"),
            "@name annotation: multiple module names");
}

TEST(Annotations, BranchHintsBecomeASection) {
  const Bytes bytes = parse(
      "(func (param i32) (local i64)"
      "  (@metadata.code.branch_hint \"\\01\") (if (local.get 0) (then nop))"
      "  local.get 0 (@metadata.code.branch_hint \"\\00\") br_if 0)");
  const auto module = load(bytes);
  ASSERT_TRUE(module.has_value());
  ASSERT_EQ((*module)->customs.size(), 1u);
  EXPECT_EQ((*module)->customs[0].name, "metadata.code.branch_hint");
  const auto payload = (*module)->at((*module)->customs[0].payload);
  const Bytes found(payload.begin(), payload.end());
  EXPECT_EQ(found, (Bytes{1, 0, 2, 5, 1, 1, 11, 1, 0}));
  const auto body = (*module)->at((*module)->functions[0].body);
  EXPECT_EQ(body[5], 0x04);
  EXPECT_EQ(body[11], 0x0d);
}

TEST(Annotations, BranchHintsOutOfPlace) {
  const std::string hint = "(@metadata.code.branch_hint \"\\00\")";
  EXPECT_EQ(error_of("(func i32.const 0 " + hint + hint + " br_if 0)"),
            "@metadata.code.branch_hint annotation: duplicate annotation");
  EXPECT_EQ(error_of("(func " + hint + " nop)"),
            "@metadata.code.branch_hint annotation: invalid target");
  EXPECT_EQ(error_of("(func nop " + hint + ")"), "misplaced @metadata.code.branch_hint annotation");
  EXPECT_EQ(error_of("(module " + hint + ")"),
            "@metadata.code.branch_hint annotation: not in a function");
}

}  // namespace
}  // namespace wrun::wat
