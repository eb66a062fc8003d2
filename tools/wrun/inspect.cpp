#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/module_report.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/treemap/treemap.hpp"

namespace wrun::inline v0::tool {
namespace {

struct InspectOptions {
  std::string file;
  std::optional<std::string> html;
  bool json = false;
};

int inspect(const InspectOptions& options) {
  Config config;
  config.features = Features::all();
  const auto module = load_module(Engine(config), options.file);
  if (const auto* failure = std::get_if<Failure>(&module)) return report(*failure);
  if (options.html) {
    const std::string drawn = treemap_page(display_name(options.file), std::get<Module>(module));
    const auto written = write_text(*options.html, drawn);
    if (const auto* failure = std::get_if<Failure>(&written)) return report(*failure);
    return exit_ok;
  }
  const ModuleReport description = report_on(std::get<Module>(module));
  if (options.json) {
    fmt::print("{}\n", dump(to_json(description), 2));
  } else {
    fmt::print("{}", to_text(description));
  }
  return exit_ok;
}

}  // namespace

void add_inspect(CLI::App& app, int& status) {
  CLI::App& command = *app.add_subcommand(
      "inspect", "Show a module's sections, imports, exports, features, and grants it would need");
  auto options = std::make_shared<InspectOptions>();
  command.add_option("FILE", options->file, "A module: .wasm, .wat, .gz, -")->required();
  auto* json = command.add_flag("--json", options->json, "Print JSON");
  command
      .add_option("--html", options->html,
                  "Write a page with a treemap of sections and functions instead; - for standard "
                  "output")
      ->type_name("FILE")
      ->excludes(json);
  command.callback([options, &status] { status = inspect(*options); });
}

}  // namespace wrun::inline v0::tool
