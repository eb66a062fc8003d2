#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/outcome.hpp"
#include "tools/wrun/report.hpp"
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
  bool json = false;
  Config config;
  Stress stress;
};

void print_findings(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const Colour colour = finding.is_failure ? Colour::red : Colour::yellow;
    const std::string place =
        finding.line != 0 ? fmt::format("{}:{}", finding.file, finding.line) : finding.file;
    fmt::print("{}: {}\n", coloured(stdout, colour, place), finding.text);
  }
}

nlohmann::ordered_json to_json(const Finding& finding) {
  nlohmann::ordered_json json{{"file", finding.file}};
  if (finding.line != 0) json["line"] = finding.line;
  json["failure"] = finding.is_failure;
  json["message"] = finding.text;
  return json;
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

void print_json(int status, const Tally& tally, const FunctionCounts& functions,
                const std::vector<Finding>& findings) {
  nlohmann::ordered_json json{{"status", status},
                              {"passed", tally.passed},
                              {"failed", tally.failed},
                              {"skipped", tally.skipped},
                              {"skip_reasons", tally.skip_reasons},
                              {"functions",
                               {{"interpreted", functions.interpreted},
                                {"compiled", functions.compiled},
                                {"entered_in_loop", functions.entered_in_loop},
                                {"refused", functions.refused}}}};
  auto& list = json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& each : findings) list.push_back(to_json(each));
  fmt::print("{}\n", dump(json));
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

/// Why there is nothing to run.
std::optional<Failure> why_none(const FoundScripts& found) {
  if (found.absent.empty() && !found.files.empty()) return std::nullopt;
  if (found.absent.empty()) return Failure{exit_failure, "no scripts there"};
  return Failure{exit_absent, fmt::format("{}: no such file", fmt::join(found.absent, ", ")),
                 Error(ErrorKind::io, "no such file")};
}

int run_scripts(const WastOptions& options) {
  const FoundScripts found =
      find_scripts(options.paths, {options.excluded.begin(), options.excluded.end()});
  if (const auto failure = why_none(found)) return report(*failure, options.json);
  Tally tally;
  FunctionCounts functions;
  std::vector<Finding> findings;
  Progress progress;
  for (std::size_t i = 0; i < found.files.size(); ++i) {
    progress.show(fmt::format("{}/{} {}", i + 1, found.files.size(), found.files[i].string()));
    const ScriptReport report = run_script_file(found.files[i], options.config, options.features,
                                                options.verbose, options.stress);
    if (!report.findings.empty()) progress.clear();
    if (options.json) {
      findings.insert(findings.end(), report.findings.begin(), report.findings.end());
    } else {
      print_findings(report.findings);
    }
    tally += report.tally;
    add(functions, report.functions);
  }
  progress.clear();
  if (!options.json) print_summary(tally, functions);
  const bool unfinished = options.require_all && tally.skipped != 0;
  const bool failed = tally.failed != 0 || unfinished || !is_compiled(options, functions);
  const int status = failed ? exit_failure : exit_ok;
  if (options.json) print_json(status, tally, functions, findings);
  return status;
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
  add_gc_stress_option(command, options->stress.collections);
  // For our own tests: nobody is told.
  command.add_flag("--upper-halves", options->stress.upper_halves)->group("");
  command.add_flag("-v,--verbose", options->verbose,
                   "Show where an error's words differ from the script's");
  command.add_flag("--json", options->json,
                   "Print counts and findings as one line of JSON on standard output");
  command.callback([options, &status] { status = run_scripts(*options); });
}

}  // namespace wrun::inline v0::tool
