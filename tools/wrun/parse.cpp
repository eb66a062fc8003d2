#include <cstdint>
#include <memory>
#include <string>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/options.hpp"

namespace wrun::inline v0::tool {
namespace {

struct ParseOptions {
  std::string input, output;
  std::optional<Features> features;
};

// foo.wat becomes foo.wasm, standard input standard output.
std::string default_output(const std::string& input) {
  if (input == "-") return "-";
  std::string stem = input;
  if (stem.ends_with(".gz")) stem.resize(stem.size() - 3);
  if (stem.ends_with(".wat")) stem.resize(stem.size() - 4);
  return stem + ".wasm";
}

int parse(const ParseOptions& options) {
  Config config;
  config.features = options.features.value_or(default_features());
  const auto module = load_module(Engine(config), options.input);
  if (const auto* failure = std::get_if<Failure>(&module)) return report(*failure);
  const std::string output =
      options.output.empty() ? default_output(options.input) : options.output;
  const auto written = write_file(output, std::get<Module>(module).bytes());
  if (const auto* failure = std::get_if<Failure>(&written)) return report(*failure);
  return exit_ok;
}

}  // namespace

void add_parse(CLI::App& app, int& status) {
  CLI::App& command = *app.add_subcommand("parse", "Turn the text format into the binary one");
  auto options = std::make_shared<ParseOptions>();
  command.add_option("FILE", options->input, "A module as text, or - for standard input")
      ->required();
  command
      .add_option("-o,--output", options->output,
                  "Where to; FILE with .wasm for .wat unless given; - for standard output")
      ->type_name("FILE");
  add_features_option(command, options->features);
  command.callback([options, &status] { status = parse(*options); });
}

}  // namespace wrun::inline v0::tool
