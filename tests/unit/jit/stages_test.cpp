// Functions and what becomes of them behind the graph: machine operations with the places that the
// register allocator gives values, and machine code, if there is a disassembler.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <regex>
#include <string>

#include "jit/arena.hpp"
#include "jit/compiler.hpp"
#include "jit/pipeline.hpp"
#include "jit/stubs.hpp"
#include "tests/unit/jit/golden_case.hpp"
#include "tools/wrun/disassembler.hpp"
#include "tools/wrun/listing.hpp"

namespace wrun::jit {
namespace {

namespace fs = std::filesystem;

/// What the stack pointer is compared with may move in its structure.
std::string with_limit(const std::string& text) {
  static const std::regex limit(R"(cmp rsp, \[(\w+)\+0x\w+\])");
  return std::regex_replace(text, limit, "cmp rsp, [$1+limit]");
}

class Stages : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!tool::has_disassembler()) GTEST_SKIP() << "there is no disassembler";
    arena_ = CodeArena::create(1 << 20, false);
    if (arena_ == nullptr) GTEST_SKIP() << "the system refuses executable memory";
  }

  std::string text_of(const wasm::ModuleData& module, wasm::FuncIdx function,
                      const Settings& settings) {
    const Stubs stubs(*arena_, settings.options.fuel);
    Pipeline pipeline(settings.cpu, stubs, never_);
    CompileOptions options = settings.options;
    std::string text = pipeline.print(module, function, options, Form::allocated);
    if (!settings.has_code) return text;
    options.lines = true;
    const auto result = pipeline.run(module, function, options);
    const auto* made = std::get_if<Compiled>(&result);
    if (made == nullptr) return std::get<std::string>(result) + "\n";
    return text + "code\n" + with_limit(tool::listing_text(listing(made->code, stubs)));
  }

 private:
  std::unique_ptr<CodeArena> arena_;
  std::atomic<bool> never_{false};
};

TEST_P(Stages, AreAsWritten) {
  expect_golden(fs::path(WRUN_JIT_CASES) / "stages" / (GetParam() + ".txt"),
                [this](const auto&... args) { return text_of(args...); });
}

INSTANTIATE_TEST_SUITE_P(Cases, Stages,
                         testing::ValuesIn(case_names(fs::path(WRUN_JIT_CASES) / "stages")),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace wrun::jit
