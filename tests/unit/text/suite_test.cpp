// Reads every script of the conformance data. Running them, and printing their modules, is for
// tests/spec; this is about reading alone.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lib/text/script.hpp"
#include "lib/text/source.hpp"
#include "lib/wasm/decoder.hpp"

namespace wrun::wat {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* folder = std::getenv("WRUN_TEST_DATA");
  return folder ? folder : WRUN_DEFAULT_TEST_DATA;
}

std::vector<fs::path> scripts_in(const fs::path& folder) {
  std::vector<fs::path> scripts;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const bool is_unknown_proposal =
        entry.path().string().find("custom-descriptors") != std::string::npos;
    if (entry.path().extension() == ".wast" && !is_unknown_proposal)
      scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool loads(std::vector<std::uint8_t> bytes) {
  wasm::DecodeOptions options;
  options.features = Features::all();
  auto module = wasm::decode(std::move(bytes), options, std::make_shared<wasm::TypeRegistry>());
  return module && wasm::validate(**module, options);
}

bool must_parse(CommandKind kind) {
  return kind != CommandKind::assert_malformed && kind != CommandKind::assert_malformed_custom &&
         kind != CommandKind::assert_invalid_custom;
}

void check(const std::string& text, const Command& command) {
  ASSERT_NE(command.kind, CommandKind::unsupported) << command.text;
  ASSERT_TRUE(command.module.has_value());
  const auto parsed = parse_module(text, *command.module);
  if (must_parse(command.kind)) {
    EXPECT_TRUE(parsed.has_value()) << parsed.error().message();
  } else {
    EXPECT_FALSE(parsed.has_value() && loads(parsed->bytes)) << "accepted: " << command.text;
  }
}

TEST(Suite, EveryScriptIsRead) {
  const fs::path folder = data_folder() / "spec";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no conformance data at " << folder;
  for (const fs::path& path : scripts_in(folder)) {
    const std::string text = read(path);
    const Script script = parse_script(text);
    EXPECT_FALSE(script.error.has_value()) << path << ": " << script.error->message();
    EXPECT_FALSE(script.commands.empty()) << path;
    std::vector<Command> commands = script.commands;
    for (const Command& thread : script.commands)
      commands.insert(commands.end(), thread.commands.begin(), thread.commands.end());
    for (const Command& command : commands) {
      if (!command.module && command.kind != CommandKind::unsupported) continue;
      SCOPED_TRACE(path.string() + ":" + std::to_string(locate(text, command.begin).line));
      check(text, command);
    }
  }
}

TEST(Suite, CoreModulesOfComponentsParse) {
  const fs::path folder = data_folder() / "component-model";
  int modules = 0;
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no conformance data at " << folder;
  for (const fs::path& path : scripts_in(folder)) {
    const std::string text = read(path);
    const Script script = parse_script(text);
    EXPECT_FALSE(script.error.has_value()) << path << ": " << script.error->message();
    EXPECT_FALSE(script.commands.empty()) << path;
    for (const Command& command : script.commands) {
      for (const ScriptModule& module : command.core_modules) {
        const auto parsed = parse_module(text, module);
        EXPECT_TRUE(parsed.has_value())
            << path << ":" << locate(text, module.begin).line << ": " << parsed.error().message();
        ++modules;
      }
    }
  }
  EXPECT_GT(modules, 100);
}

}  // namespace
}  // namespace wrun::wat
