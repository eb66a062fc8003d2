#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/options.hpp"

namespace wrun::inline v0::tool {
namespace {

struct ValidateOptions {
  std::vector<std::string> files;
  std::optional<Features> features;
};

// 1 for a module that isn't valid, as of any check that found something; 127 for an absent file.
int validate(const ValidateOptions& options) {
  Config config;
  config.features = options.features.value_or(default_features());
  const Engine engine(config);
  int status = exit_ok;
  for (const std::string& file : options.files) {
    const auto module = load_module(engine, file);
    const auto* failure = std::get_if<Failure>(&module);
    if (failure == nullptr) continue;
    fmt::print(stderr, "{}\n", failure->message);
    const int found = failure->exit_code == exit_absent ? exit_absent : exit_failure;
    if (status != exit_absent) status = found;
  }
  return status;
}

}  // namespace

void add_validate(CLI::App& app, int& status) {
  CLI::App& command = *app.add_subcommand(
      "validate", "Say nothing if the modules are valid, or what is wrong, and exit 1");
  auto options = std::make_shared<ValidateOptions>();
  command.add_option("FILE", options->files, "Modules: .wasm, .wat, .gz, -")->required();
  add_features_option(command, options->features);
  command.callback([options, &status] { status = validate(*options); });
}

}  // namespace wrun::inline v0::tool
