// Builds, optimizes, lowers and verifies every function of the conformance data's modules and of
// the guests, plain and entered at its loops.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "jit/builder.hpp"
#include "jit/extension_verify.hpp"
#include "jit/ir_verify.hpp"
#include "jit/lower.hpp"
#include "jit/optimize.hpp"
#include "lib/text/script.hpp"
#include "tests/unit/jit/jit_helpers.hpp"

namespace wrun::jit {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

fs::path folder(const char* variable, const char* otherwise) {
  const char* set = std::getenv(variable);
  return set ? set : otherwise;
}

std::vector<fs::path> files(const fs::path& root, std::string_view extension) {
  std::vector<fs::path> found;
  if (!fs::exists(root)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file() && entry.path().extension() == extension)
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

struct Totals {
  std::size_t functions = 0;
  std::size_t entries = 0;  // graphs entered at a loop
  std::size_t bytes = 0;    // of bodies that were built
  std::size_t values = 0;
  Clock::duration time{};
  std::map<std::string, std::size_t> unsupported;
};

class Corpus : public testing::Test {
 protected:
  void build(const wasm::ModuleData& module, wasm::FuncIdx function,
             const CompileOptions& options) {
    const auto begin = Clock::now();
    const auto refused = builder_.build(module, function, options);
    totals_.time += Clock::now() - begin;
    if (refused) {
      ++totals_.unsupported[refused->reason];
      return;
    }
    totals_.bytes += module.functions[function.value].body.size;
    totals_.values += graph_.value_count();
    const std::string problem = verify(graph_);
    ASSERT_EQ(problem, "") << "function " << function.value << " osr "
                           << options.osr_offset.value_or(0);
    builder_.swap_cfg(known_);
    cfg_.compute(graph_);
    ASSERT_TRUE(is_same_cfg()) << "function " << function.value;
    optimizer_.run(graph_, known_, false);
    ASSERT_EQ(verify(graph_), "") << "optimized function " << function.value << " osr "
                                  << options.osr_offset.value_or(0);
    lower(module, function, options);
    const std::string unextended = verify_extension(machine_);
    ASSERT_EQ(unextended, "") << "function " << function.value;
  }

  /// Whether what is known of the graph is what can be found out anew.
  bool is_same_cfg() const {
    const auto order = cfg_.order();
    const auto known = known_.order();
    if (!std::equal(order.begin(), order.end(), known.begin(), known.end())) return false;
    return std::all_of(order.begin(), order.end(), [&](Block b) {
      const auto a = cfg_.incoming(b);
      const auto c = known_.incoming(b);
      return known_.position(b) == cfg_.position(b) &&
             std::equal(a.begin(), a.end(), c.begin(), c.end(), [](const auto& x, const auto& y) {
               return x.from == y.from && x.edge == y.edge && x.number == y.number;
             });
    });
  }

  void lower(const wasm::ModuleData& module, wasm::FuncIdx function,
             const CompileOptions& options) {
    cfg_.compute(graph_);
    order_.compute(graph_, cfg_);
    Signature own = signature_of(shape_of(module.type_of(function)));
    if (options.osr_offset) own.params.clear();
    Lowering(cpu_).run(module, graph_, order_, own, options, machine_);
  }

  /// Of many loops some, so that time stays linear.
  void build_all(const wasm::ModuleData& module, std::size_t max_loops) {
    for (std::uint32_t i = module.imported_functions; i < module.functions.size(); ++i) {
      const wasm::FuncIdx function(i);
      ++totals_.functions;
      CompileOptions options;
      ASSERT_NO_FATAL_FAILURE(build(module, function, options));
      options.fuel = options.interruptible = options.explicit_bounds = true;
      ASSERT_NO_FATAL_FAILURE(build(module, function, options));
      const auto loops = loops_of(module, function);
      const std::size_t step = loops.size() / max_loops + 1;
      for (std::size_t l = 0; l < loops.size(); l += step) {
        options.osr_offset = loops[l];
        ++totals_.entries;
        ASSERT_NO_FATAL_FAILURE(build(module, function, options));
      }
    }
  }

  void build_bytes(std::vector<std::uint8_t> bytes, std::size_t max_loops) {
    const auto module = load_module(std::move(bytes));
    if (module) {
      ASSERT_NO_FATAL_FAILURE(build_all(*module, max_loops));
    }
  }

  void build_files(const fs::path& root) {
    for (const fs::path& path : files(root, ".wasm")) {
      SCOPED_TRACE(path.filename().string());
      const std::string bytes = read_file(path);
      ASSERT_NO_FATAL_FAILURE(build_bytes({bytes.begin(), bytes.end()}, 4));
    }
  }

  void build_scripts(const fs::path& root) {
    for (const fs::path& path : files(root, ".wast")) {
      SCOPED_TRACE(path.filename().string());
      const std::string text = read_file(path);
      for (const wat::Command& command : wat::parse_script(text).commands) {
        if (!command.module) continue;
        const auto parsed = wat::parse_module(text, *command.module);
        if (parsed) {
          ASSERT_NO_FATAL_FAILURE(build_bytes(parsed->bytes, 1000));
        }
      }
    }
  }

  void report() {
    const double seconds = std::chrono::duration<double>(totals_.time).count();
    std::cout << fmt::format(
        "{} functions, {} entries at loops, {} bytes, {} values, {:.1f} MB/s\n", totals_.functions,
        totals_.entries, totals_.bytes, totals_.values,
        static_cast<double>(totals_.bytes) / 1e6 / seconds);
    for (const auto& [reason, count] : totals_.unsupported)
      std::cout << fmt::format("  {:6} {}\n", count, reason);
  }

  Graph graph_;
  Builder builder_{graph_};
  Optimizer optimizer_;
  Cfg cfg_;
  Cfg known_;  // by the builder
  BlockOrder order_;
  MachineFunction machine_;
  CpuFeatures cpu_ = CpuFeatures::detect();
  Totals totals_;
};

TEST_F(Corpus, ConformanceScripts) {
  build_scripts(folder("WRUN_TEST_DATA", WRUN_DEFAULT_TEST_DATA));
  if (totals_.functions == 0) GTEST_SKIP() << "no conformance data";
  report();
}

TEST_F(Corpus, ConformanceModules) {
  build_files(folder("WRUN_TEST_DATA", WRUN_DEFAULT_TEST_DATA));
  if (totals_.functions == 0) GTEST_SKIP() << "no conformance data";
  report();
}

TEST_F(Corpus, Guests) {
  build_files(folder("WRUN_GUESTS", WRUN_DEFAULT_GUESTS));
  if (totals_.functions == 0) GTEST_SKIP() << "no guests were built";
  report();
}

}  // namespace
}  // namespace wrun::jit
