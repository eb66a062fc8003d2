#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/script/find_scripts.hpp"
#include "tools/wrun/script/script_file.hpp"
#include "tools/wrun/terminal.hpp"

namespace wrun::inline v0::tool {
namespace {

struct WastOptions {
  std::vector<std::string> paths, excluded;
  std::optional<Features> features;
  bool require_all = false;
  bool verbose = false;
  Config config;
  bool gc_stress = false;
};

void print_findings(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const Colour colour = finding.is_failure ? Colour::red : Colour::yellow;
    const std::size_t place = finding.text.find(": ");
    fmt::print("{}{}\n", coloured(stdout, colour, finding.text.substr(0, place)),
               finding.text.substr(std::min(place, finding.text.size())));
  }
}

void print_summary(const Tally& tally, const FunctionCounts& functions) {
  for (const auto& [reason, count] : tally.skip_reasons) {
    fmt::print("skipped {}: {}\n", count, reason);
  }
  fmt::print("{} functions ran interpreted, {} compiled, {} entered in mid-loop\n",
             functions.interpreted, functions.compiled, functions.entered_in_loop);
  for (const std::string& each : functions.refused) fmt::print("stays interpreted: {}\n", each);
  fmt::print("{} passed, {} failed, {} skipped\n", tally.passed, tally.failed, tally.skipped);
}

/// With --tier=jit everything is to be compiled: that nothing was is a failure.
bool is_compiled(const WastOptions& options, const FunctionCounts& functions) {
  if (options.config.tier != Tier::compiler || functions.interpreted == 0) return true;
  if (functions.compiled != 0) return true;
  const EngineInfo info = Engine(options.config).info();
  fmt::print(stderr, "wrun: no function was compiled{}{}\n", info.tier == "interpreter" ? ": " : "",
             info.tier == "interpreter" ? info.tier_reason : "");
  return false;
}

int run_scripts(const WastOptions& options) {
  const FoundScripts found =
      find_scripts(options.paths, {options.excluded.begin(), options.excluded.end()});
  for (const std::string& path : found.absent) fmt::print(stderr, "wrun: {}: no such file\n", path);
  if (!found.absent.empty()) return exit_absent;
  if (found.files.empty()) {
    fmt::print(stderr, "wrun: no scripts there\n");
    return exit_failure;
  }
  Tally tally;
  FunctionCounts functions;
  Progress progress;
  for (std::size_t i = 0; i < found.files.size(); ++i) {
    progress.show(fmt::format("{}/{} {}", i + 1, found.files.size(), found.files[i].string()));
    const ScriptReport report = run_script_file(found.files[i], options.config, options.features,
                                                options.verbose, options.gc_stress);
    if (!report.findings.empty()) progress.clear();
    print_findings(report.findings);
    tally += report.tally;
    add(functions, report.functions);
  }
  progress.clear();
  print_summary(tally, functions);
  const bool unfinished = options.require_all && tally.skipped != 0;
  return tally.failed != 0 || unfinished || !is_compiled(options, functions) ? exit_failure
                                                                             : exit_ok;
}

}  // namespace

void add_wast(CLI::App& app, int& status) {
  CLI::App& command = *app.add_subcommand("wast", "Run test scripts of the specification's format");
  auto options = std::make_shared<WastOptions>();
  command.add_option("PATH", options->paths, "Scripts, or directories of them")->required();
  add_features_option(command, options->features)
      .description("What modules may use, instead of what each script was written for");
  add_tier_options(command, options->config);
  add_repeated(command, "--exclude", options->excluded, "Leave out files and folders of this name")
      .type_name("NAME");
  command.add_flag("--require-all", options->require_all, "Fail if a command was skipped");
  add_gc_stress_option(command, options->gc_stress);
  command.add_flag("-v,--verbose", options->verbose,
                   "Show where an error's words differ from the script's");
  command.callback([options, &status] { status = run_scripts(*options); });
}

}  // namespace wrun::inline v0::tool
