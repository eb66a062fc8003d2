#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/report.hpp"

namespace wrun::inline v0::tool {
namespace {

struct ValidateOptions {
  std::vector<std::string> files;
  std::optional<Features> features;
  bool json = false;
};

/// One line for all of them, as they were given.
class JsonReport {
 public:
  void add(const std::string& file, const Failure* failure) {
    nlohmann::ordered_json module{{"file", file}, {"valid", failure == nullptr}};
    if (failure != nullptr) module["error"] = to_json(failure->error.value());
    modules_.push_back(std::move(module));
  }
  void print(int status) const {
    fmt::print("{}\n", dump({{"status", status}, {"modules", modules_}}));
  }

 private:
  nlohmann::ordered_json modules_ = nlohmann::ordered_json::array();
};

// 1 for a module that isn't valid, as of any check that found something; 127 for an absent file.
int validate(const ValidateOptions& options) {
  Config config;
  config.features = options.features.value_or(default_features());
  const Engine engine(config);
  int status = exit_ok;
  JsonReport report;
  for (const std::string& file : options.files) {
    const auto module = load_module(engine, file);
    const auto* failure = std::get_if<Failure>(&module);
    if (options.json) report.add(file, failure);
    if (failure == nullptr) continue;
    if (!options.json) fmt::print(stderr, "{}\n", failure->message);
    const int found = failure->exit_code == exit_absent ? exit_absent : exit_failure;
    if (status != exit_absent) status = found;
  }
  if (options.json) report.print(status);
  return status;
}

}  // namespace

void add_validate(CLI::App& app, int& status) {
  CLI::App& command = *app.add_subcommand(
      "validate", "Say nothing if the modules are valid, or what is wrong, and exit 1");
  auto options = std::make_shared<ValidateOptions>();
  command.add_option("FILE", options->files, "Modules: .wasm, .wat, .gz, -")->required();
  add_features_option(command, options->features);
  command.add_flag("--json", options->json,
                   "Print what is found as one line of JSON on standard output");
  command.callback([options, &status] { status = validate(*options); });
}

}  // namespace wrun::inline v0::tool
