// Functions and the graphs that are built of them. A case is a module, maybe after a line of
// options, and behind a line of dashes the graph of each function:
//
//   ;; fuel interruptible canonical explicit osr=0 (the number of the loop in the function)
//   ;; fused called (what relaxed_madd is) optimized inlined
//   (module ...)
//   ------
//   function 0:
//   b0: ...
//
// WRUN_UPDATE=1 writes what is built today into the cases.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>

#include "jit/builder.hpp"
#include "jit/ir_print.hpp"
#include "jit/ir_verify.hpp"
#include "jit/optimize.hpp"
#include "lib/text/module.hpp"
#include "tests/unit/jit/jit_helpers.hpp"

namespace wrun::jit {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view separator = "------\n";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(WRUN_JIT_CASES))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

struct Settings {
  CompileOptions options;
  std::optional<std::size_t> osr_loop;
  bool is_optimized = false;
};

Settings settings_of(std::string_view text) {
  Settings settings;
  settings.options.inlines = false;
  if (!text.starts_with(";; ")) return settings;
  std::istringstream words(std::string(text.substr(3, text.find('\n') - 3)));
  for (std::string word; words >> word;) {
    if (word == "fuel") {
      settings.options.fuel = true;
    } else if (word == "interruptible") {
      settings.options.interruptible = true;
    } else if (word == "canonical") {
      settings.options.canonical_nans = true;
    } else if (word == "fused") {
      settings.options.madd = Madd::fused;
    } else if (word == "called") {
      settings.options.madd = Madd::called;
    } else if (word == "explicit") {
      settings.options.explicit_bounds = true;
    } else if (word == "inlined") {
      settings.options.inlines = true;
    } else if (word == "optimized") {
      settings.is_optimized = true;
    } else if (word.starts_with("osr=")) {
      settings.osr_loop = std::stoul(word.substr(4));
    } else {
      ADD_FAILURE() << "unknown option " << word;
    }
  }
  return settings;
}

std::string graph_of(const wasm::ModuleData& module, std::uint32_t function, Settings settings) {
  const wasm::FuncIdx index(function);
  if (settings.osr_loop) {
    const auto loops = loops_of(module, index);
    if (*settings.osr_loop >= loops.size()) return "no such loop\n";
    settings.options.osr_offset = loops[*settings.osr_loop];
  }
  Graph graph;
  if (const auto refused = Builder(graph).build(module, index, settings.options))
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
  const fs::path path = fs::path(WRUN_JIT_CASES) / (GetParam() + ".txt");
  const std::string text = read_file(path);
  const std::string source = text.substr(0, text.find(separator));
  const auto parsed = wat::parse_module(source);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
  const auto module = load_module(parsed->bytes);
  ASSERT_NE(module, nullptr);
  std::string built;
  for (std::uint32_t i = module->imported_functions; i < module->functions.size(); ++i)
    built += fmt::format("function {}:\n{}", i, graph_of(*module, i, settings_of(source)));
  const std::string whole = source + std::string(separator) + built;
  if (std::getenv("WRUN_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << whole;
  } else {
    EXPECT_EQ(whole, text);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(case_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace wrun::jit
