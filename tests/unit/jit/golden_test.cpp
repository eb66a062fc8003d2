// Functions and the graphs that are built of them, and optimized if a case says so.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "jit/builder.hpp"
#include "jit/ir_print.hpp"
#include "jit/ir_verify.hpp"
#include "jit/optimize.hpp"
#include "tests/unit/jit/golden_case.hpp"

namespace wrun::jit {
namespace {

std::string graph_of(const wasm::ModuleData& module, wasm::FuncIdx function,
                     const Settings& settings) {
  Graph graph;
  if (const auto refused = Builder(graph).build(module, function, settings.options))
    return fmt::format("unsupported: {}\n", refused->reason);
  EXPECT_EQ(verify(graph), "");
  if (settings.is_optimized) {
    EXPECT_EQ(Optimizer().run(graph, false), "");
    EXPECT_EQ(verify(graph), "");
  }
  return print(graph);
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, IsBuiltAsWritten) {
  expect_golden(std::filesystem::path(WRUN_JIT_CASES) / "graphs" / (GetParam() + ".txt"), graph_of);
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden,
                         testing::ValuesIn(case_names(std::filesystem::path(WRUN_JIT_CASES) /
                                                      "graphs")),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace wrun::jit
