#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "lib/api/inspect.hpp"
#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/usage.hpp"

namespace wrun::inline v0::tool {
namespace {

struct CompileFileOptions {
  std::string input;
  std::string output;
  Config config;
  std::optional<Features> features;
};

int compile(const CompileFileOptions& options) {
  Config config = options.config;
  config.features = options.features.value_or(default_features());
  const auto loaded = load_module(Engine(config), options.input);
  if (const auto* failure = std::get_if<Failure>(&loaded)) return report(*failure);
  const Module& module = std::get<Module>(loaded);
  const auto image = module.serialize();
  if (!image) return report({exit_refused, describe_refusal(options.input, image.error())});
  const auto written = write_file(options.output, *image);
  if (const auto* failure = std::get_if<Failure>(&written)) return report(*failure);
  for (const auto& [function, reason] : api::compiled_functions(module).interpreted)
    fmt::print(stderr, "{}", interpreted_line(function, reason));
  return exit_ok;
}

}  // namespace

void add_compile(CLI::App& app, int& status) {
  CLI::App& command = *app.add_subcommand(
      "compile", "Compile a module for this CPU; `run --allow-precompiled` takes the result");
  auto options = std::make_shared<CompileFileOptions>();
  command.add_option("FILE", options->input, "A module: .wasm, .wat, .gz, -")->required();
  command.add_option("-o,--output", options->output, "Where to")->type_name("FILE")->required();
  add_features_option(command, options->features);
  add_code_options(command, options->config);
  command.callback([options, &status] { status = compile(*options); });
}

}  // namespace wrun::inline v0::tool
