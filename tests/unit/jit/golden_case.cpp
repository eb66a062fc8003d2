#include "tests/unit/jit/golden_case.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "lib/text/module.hpp"
#include "tests/unit/jit/jit_helpers.hpp"

namespace wrun::jit {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view separator = "------\n";

CpuFeatures x86_64_v3() {
  return {.has_v2 = true,
          .has_bmi1 = true,
          .has_bmi2 = true,
          .has_lzcnt = true,
          .has_avx = true,
          .has_avx2 = true,
          .has_fma = true};
}

Settings settings_of(std::string_view text) {
  Settings settings;
  settings.cpu.has_v2 = true;
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
    } else if (word == "operations") {
      settings.has_code = false;
    } else if (word == "avx") {
      settings.cpu = x86_64_v3();
    } else if (word.starts_with("osr=")) {
      settings.osr_loop = std::stoul(word.substr(4));
    } else {
      ADD_FAILURE() << "unknown option " << word;
    }
  }
  return settings;
}

}  // namespace

bool Settings::choose_loop(const wasm::ModuleData& module, wasm::FuncIdx function) {
  if (!osr_loop) return true;
  const auto loops = loops_of(module, function);
  if (*osr_loop >= loops.size()) return false;
  options.osr_offset = loops[*osr_loop];
  return true;
}

std::vector<std::string> case_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

void expect_golden(const fs::path& path, const MakeText& make) {
  const std::string text = read_file(path);
  const std::string source = text.substr(0, text.find(separator));
  const auto parsed = wat::parse_module(source);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
  const auto module = load_module(parsed->bytes);
  ASSERT_NE(module, nullptr);
  std::string made;
  for (std::uint32_t i = module->imported_functions; i < module->functions.size(); ++i) {
    Settings settings = settings_of(source);
    const wasm::FuncIdx function(i);
    made += fmt::format("function {}:\n", i);
    made += settings.choose_loop(*module, function) ? make(*module, function, settings)
                                                    : "no such loop\n";
  }
  const std::string whole = source + std::string(separator) + made;
  if (std::getenv("WRUN_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << whole;
  } else {
    EXPECT_EQ(whole, text);
  }
}

}  // namespace wrun::jit
