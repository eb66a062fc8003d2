// Functions that are large in one way or another take linear time, or are refused with a reason.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "jit/builder.hpp"
#include "jit/ir_verify.hpp"
#include "jit/optimize.hpp"
#include "lib/text/module.hpp"
#include "tests/unit/jit/jit_helpers.hpp"

namespace wrun::jit {
namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

/// Builds function 0, also entered at its first loop; the reason if it was refused.
std::string build(const std::string& body, std::size_t* values = nullptr) {
  const auto parsed = wat::parse_module("(module (memory 1) (func " + body + "))");
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message());
  if (!parsed) return "malformed";
  const auto module = load_module(parsed->bytes);
  if (!module) return "invalid";
  Graph graph;
  Builder builder(graph);
  CompileOptions options;
  const auto loops = loops_of(*module, wasm::FuncIdx(0));
  if (!loops.empty()) {
    options.osr_offset = loops[loops.size() / 2];
    if (!builder.build(*module, wasm::FuncIdx(0), options)) {
      EXPECT_EQ(verify(graph), "");
    }
    options.osr_offset.reset();
  }
  const auto refused = builder.build(*module, wasm::FuncIdx(0), options);
  if (refused) return refused->reason;
  EXPECT_EQ(verify(graph), "");
  if (values != nullptr) *values = graph.value_count();
  EXPECT_EQ(Optimizer().run(graph, false), "");
  EXPECT_EQ(verify(graph), "");
  return "";
}

TEST(BuilderLimits, ManyBlocksInARow) {
  EXPECT_EQ(build("(param i32) " +
                  repeat("(block (br_if 0 (local.get 0)) (local.set 0 (i32.const 1)))", 100'000)),
            "");
}

TEST(BuilderLimits, ManyBlocksInsideEachOther) {
  EXPECT_EQ(build("(param i32) " + repeat("block ", 50'000) +
                  repeat("(br_if 0 (local.get 0)) end ", 50'000)),
            "");
  EXPECT_EQ(build("(param i32) " + repeat("loop ", 20'000) +
                  repeat("(br_if 0 (local.get 0)) end ", 20'000)),
            "");
}

TEST(BuilderLimits, ManyLocals) {
  EXPECT_EQ(build("(local " + repeat("i32 ", 50'000) + ") (local.set 49999 (local.get 7))"),
            "50000 locals");
  EXPECT_EQ(build("(param i32) (local " + repeat("i64 ", 1'000) +
                  ") (loop (local.set 999 (i64.const 1)) (br_if 0 (local.get 0)))"),
            "");
}

TEST(BuilderLimits, ManyLocalsInManyBlocks) {
  std::string sets;
  for (int i = 0; i < 1000; ++i) sets += fmt::format("(local.set {} (i32.const 1))", i);
  EXPECT_EQ(build("(local " + repeat("i32 ", 1'000) + ")" + repeat("block ", 1'000) + sets +
                  repeat("end ", 1'000)),
            "too many locals are assigned in too many blocks");
  EXPECT_EQ(build("(param i32) (local " + repeat("i32 ", 1'000) + ") block " + sets +
                  repeat("(br_if 0 (local.get 0)) ", 1'000) + "end"),
            "too many values at too many labels");
}

TEST(BuilderLimits, LargeTables) {
  EXPECT_EQ(build("(param i32) " + repeat("block ", 1'000) + "(br_table " +
                  repeat("0 999 ", 30'000) + "500 (local.get 0)) " + repeat("end ", 1'000)),
            "");
}

TEST(BuilderLimits, LongChains) {
  EXPECT_EQ(build("(param i32) (result i32) (local.get 0) " +
                  repeat("(i32.and (local.get 0)) i32.eqz ", 50'000)),
            "");
  std::size_t values = 0;
  EXPECT_EQ(build("(param i32) (result i32) (local.get 0) " + repeat("i32.eqz ", 50'001), &values),
            "");
  EXPECT_LT(values, 10u);
}

/// Loops that hand locals from one to the next, where a copy is found to be none late.
TEST(BuilderLimits, RotatingLocals) {
  std::string rotate = "(local.get 1)";
  for (int i = 1; i < 300; ++i) rotate += fmt::format("(local.set {} (local.get {}))", i, i + 1);
  rotate += "(local.set 300)";
  EXPECT_EQ(build("(param i32) (local " + repeat("i32 ", 300) + ")" +
                  repeat("(loop " + rotate + "(br_if 0 (local.get 0)))", 20)),
            "");
}

}  // namespace
}  // namespace wrun::jit
