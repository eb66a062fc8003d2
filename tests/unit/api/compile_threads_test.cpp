// Functions compiled by threads of the engine's while others run them.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun {
namespace {

Config config_with(std::uint32_t threads) {
  Config config;
  config.hot_after = 20;
  config.compile_threads = threads;
  return config;
}

/// `count` functions that call the next, with a loop each.
std::string chain(int count) {
  std::string text = "(module ";
  for (int i = 0; i < count; ++i) {
    const std::string next =
        i + 1 < count ? "(call $f" + std::to_string(i + 1) + " (local.get 0))" : "(i32.const 1)";
    text += "(func $f" + std::to_string(i) + (i == 0 ? " (export \"go\")" : "") +
            " (param i32) (result i32) (local $n i32) (local $sum i32)"
            " (loop (local.set $sum (i32.add (local.get $sum) " +
            next +
            ")) (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))"
            " (local.get 0)))) (local.get $sum))";
  }
  return text + ")";
}

bool has_compiler(const Engine& engine) {
  return engine.info().tier != "interpreter";
}

std::int32_t call(const Engine& engine, const Module& module, std::int32_t n) {
  Store store(engine);
  auto instance = Linker(engine).instantiate(store, module);
  if (!instance) return -1;
  const auto result = instance->typed<std::int32_t(std::int32_t)>("go").value()(n);
  return result ? *result : -1;
}

std::int32_t expected(int depth, std::int32_t n) {
  std::int32_t value = 1;
  for (int i = 0; i < depth; ++i) value *= n;
  return value;
}

/// Calls until `done` of the module's counts, or for some seconds.
template <class Done>
bool runs_until(const Engine& engine, const Module& module, std::int32_t want, Done done) {
  for (int i = 0; i < 2000; ++i) {
    EXPECT_EQ(call(engine, module, 8), want);
    if (done(api::compiled_functions(module))) return true;
    usleep(1000);
  }
  return false;
}

TEST(CompileThreads, CompileEverythingThatIsHot) {
  const Engine engine(config_with(2));
  if (!has_compiler(engine)) GTEST_SKIP() << engine.info().tier_reason;
  const auto module = Module::from_text(engine, chain(4)).value();
  EXPECT_TRUE(runs_until(engine, module, expected(4, 8),
                         [](const auto& counts) { return counts.functions >= 3; }));
  EXPECT_TRUE(api::compiled_functions(module).interpreted.empty());
}

TEST(CompileThreads, AgreeFromManyThreadsOfTheHost) {
  const Engine engine(config_with(3));
  const auto module = Module::from_text(engine, chain(5)).value();
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i)
        wrong[static_cast<std::size_t>(t)] += call(engine, module, 6) != expected(5, 6);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(CompileThreads, ModulesAndEnginesMayGoWhileTheyWork) {
  for (int i = 0; i < 20; ++i) {
    const Engine engine(config_with(1));
    for (int j = 0; j < 3; ++j) {
      const auto module = Module::from_text(engine, chain(4 + j)).value();
      EXPECT_EQ(call(engine, module, 5), expected(4 + j, 5));
    }
  }
}

TEST(CompileThreads, AreNotStartedUnasked) {
  const auto threads = [] {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("Threads:")) return std::stoi(line.substr(8));
    return 0;
  };
  const int before = threads();
  const Engine engine(config_with(0));
  const auto module = Module::from_text(engine, chain(3)).value();
  EXPECT_EQ(call(engine, module, 30), expected(3, 30));
  EXPECT_EQ(threads(), before);
  if (has_compiler(engine)) {
    EXPECT_GT(api::compiled_functions(module).functions, 0u);
  }
}

#ifndef WRUN_SANITIZED
TEST(CompileThreads, ChildrenGoOnWithoutThem) {
  const Engine engine(config_with(1));
  for (int i = 0; i < 20; ++i) {
    const auto module = Module::from_text(engine, chain(5)).value();
    EXPECT_EQ(call(engine, module, 4 + i % 3), expected(5, 4 + i % 3));
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      {
        const auto again = Module::from_text(engine, chain(4)).value();
        if (call(engine, module, 7) != expected(5, 7)) _exit(1);
        if (call(engine, again, 7) != expected(4, 7)) _exit(2);
        const Engine own(config_with(1));
        const auto fresh = Module::from_text(own, chain(4)).value();
        if (call(own, fresh, 7) != expected(4, 7)) _exit(3);
      }
      _exit(0);
    }
    int status = 1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}
#endif

TEST(CodeBudget, FunctionsBeyondItStayInterpreted) {
  Config config = config_with(0);
  config.hot_after = 1;
  config.code_bytes = 64 * 1024;  // the stubs' share included
  const Engine engine(config);
  if (!has_compiler(engine)) GTEST_SKIP() << engine.info().tier_reason;
  std::string text = "(module (func (export \"go\") (param i32) (result i32)";
  for (int i = 1; i <= 40; ++i) text += " (drop (call " + std::to_string(i) + " (local.get 0)))";
  text += " (i32.const 1))";
  for (int i = 1; i <= 40; ++i) {
    text += "(func (param i32) (result i32) (local.get 0)";
    for (int j = 0; j < 300; ++j)
      text += " (i32.rem_u (i32.const " + std::to_string(j + 7919) + ")) (i32.xor (local.get 0))";
    text += ")";
  }
  const auto module = Module::from_text(engine, text + ")").value();
  EXPECT_EQ(call(engine, module, 3), 1);
  const auto counts = api::compiled_functions(module);
  EXPECT_GT(counts.functions, 1u);
  EXPECT_LE(counts.bytes, config.code_bytes);
  ASSERT_FALSE(counts.interpreted.empty());
  EXPECT_EQ(counts.interpreted[0].second, "the memory for machine code is full");
}

/// `calls` calls of a small function, which take far more machine code than bytes where
/// instructions are counted; in a loop.
std::string many_calls(int calls) {
  std::string text =
      "(module (func $g (param i32) (result i32) (i32.popcnt (local.get 0)))"
      "(func (export \"go\") (param i32) (result i32) (local $n i32) (local $sum i32) (loop ";
  for (int i = 0; i < calls; ++i)
    text += "(local.set $sum (i32.add (local.get $sum) (call $g (local.get $n))))";
  return text +
         "(br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))"
         " (local.get 0)))) (local.get $sum))"
         "(func (export \"small\") (param i32) (result i32) (local.get 0)))";
}

/// By calls, and in mid-loop.
TEST(CodeBudget, AModuleHasFourTimesItsBytes) {
  for (const std::uint32_t hot_after : {1u, 2u}) {
    Config config = config_with(0);
    config.hot_after = hot_after;
    config.fuel = true;
    const Engine engine(config);
    if (!has_compiler(engine)) GTEST_SKIP() << engine.info().tier_reason;
    const auto module = Module::from_text(engine, many_calls(20'000)).value();
    const std::uint64_t most = 256 * 1024 + 4 * api::data(module).bytes.size();
    EXPECT_EQ(call(engine, module, 3), 40'000);
    const auto counts = api::compiled_functions(module);
    EXPECT_LE(counts.bytes, most);
    ASSERT_FALSE(counts.interpreted.empty()) << counts.bytes;
    const std::string& reason = counts.interpreted[0].second;
    EXPECT_EQ(reason.find("the module would have more than " + std::to_string(most) + " bytes"), 0u)
        << reason;
  }
}

}  // namespace
}  // namespace wrun
