// Prints every valid module of a folder's scripts, and every .wasm file, and parses the text again.
// A module that was written as text must come back as the very same bytes; one that was given in
// binary may be encoded anew once, and must then stay as it is.
//
// roundtrip FOLDER [EXCLUDED-FOLDER...]; exits 77 if FOLDER isn't there.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "lib/text/module.hpp"
#include "lib/text/printer.hpp"
#include "lib/text/script.hpp"
#include "lib/wasm/decoder.hpp"

namespace {

using namespace wrun;
using Bytes = std::vector<std::uint8_t>;

constexpr int skipped = 77;

struct Counts {
  unsigned modules = 0;
  unsigned failures = 0;
};

Result<std::string> print(const Bytes& bytes) {
  wasm::DecodeOptions options;
  options.features = Features::all();
  auto module = wasm::decode(bytes, options, std::make_shared<wasm::TypeRegistry>());
  if (!module) return std::move(module).error();
  auto valid = wasm::validate(**module, options);
  if (!valid) return std::move(valid).error();
  return wat::print_module(**module);
}

Result<Bytes> parse(const std::string& text) {
  return wat::parse_module(text).transform(
      [](wat::ParsedModule parsed) { return std::move(parsed.bytes); });
}

/// What is wrong with printing and parsing these bytes; nothing if all is well.
std::optional<std::string> check(const Bytes& bytes, bool must_be_same) {
  const auto text = print(bytes);
  if (!text) return "printing: " + text.error().message();
  const auto again = parse(*text);
  if (!again) return fmt::format("parsing: {}\n{}", again.error().message(), *text);
  if (must_be_same && *again != bytes) return "other bytes from\n" + *text;
  const auto text_again = print(*again);
  if (!text_again) return "printing again: " + text_again.error().message();
  if (!must_be_same && parse(*text_again).value_or(Bytes{}) != *again) {
    return "unstable bytes from\n" + *text_again;
  }
  if (must_be_same && *text_again != *text) return "another text than\n" + *text;
  return std::nullopt;
}

/// Modules that the script takes for valid.
bool is_valid_module(const wat::Command& command) {
  switch (command.kind) {
    case wat::CommandKind::module:
    case wat::CommandKind::assert_trap:
    case wat::CommandKind::assert_unlinkable:
      return command.module.has_value();
    default:
      return false;
  }
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void check_binary(const std::filesystem::path& path, Counts& counts) {
  const std::string bytes = contents(path);
  ++counts.modules;
  const auto problem = check(Bytes(bytes.begin(), bytes.end()), false);
  if (!problem) return;
  ++counts.failures;
  fmt::print("{}: {}\n", path.string(), problem->substr(0, 2000));
}

void check_script(const std::filesystem::path& path, Counts& counts) {
  const std::string text = contents(path);
  for (const wat::Command& command : wat::parse_script(text).commands) {
    if (!is_valid_module(command)) continue;
    ++counts.modules;
    const auto parsed = wat::parse_module(text, *command.module);
    const bool same = command.module->form != wat::ModuleForm::binary;
    const auto problem = parsed ? check(parsed->bytes, same) : parsed.error().message();
    if (!problem) continue;
    ++counts.failures;
    fmt::print("{}, byte {}: {}\n", path.string(), command.begin, problem->substr(0, 2000));
  }
}

int check_folder(const std::filesystem::path& folder, const std::set<std::string>& excluded) {
  namespace fs = std::filesystem;
  Counts counts;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::end(at); ++at) {
    if (excluded.contains(at->path().filename().string())) at.disable_recursion_pending();
    if (at->path().extension() == ".wast") check_script(at->path(), counts);
    if (at->path().extension() == ".wasm") check_binary(at->path(), counts);
  }
  fmt::print("{} modules, {} failures\n", counts.modules, counts.failures);
  return counts.failures == 0 && counts.modules != 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || !std::filesystem::is_directory(argv[1])) {
    fmt::print("skipped: no folder {}\n", argc < 2 ? "" : argv[1]);
    return skipped;
  }
  return check_folder(argv[1], {argv + 2, argv + argc});
}
