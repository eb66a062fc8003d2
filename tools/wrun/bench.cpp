#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "tools/wrun/bench/measure.hpp"
#include "tools/wrun/bench/report.hpp"
#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/run_options.hpp"

namespace wrun::inline v0::tool {
namespace {

constexpr const char* nowhere = "/dev/null";

struct BenchOptions {
  RunOptions run;
  std::vector<Tier> tiers{Tier::interpreter, Tier::compiler, Tier::automatic};
  std::uint32_t rounds = 10;
  bool json = false;
  std::optional<std::string> html;
};

// A run's input and output would be measured along with it.
void detach(Grants& grants) {
  for (std::string* file : {&grants.stdin_file, &grants.stdout_file, &grants.stderr_file})
    if (file->empty()) *file = nowhere;
}

int tell_failure(const Outcome& outcome, bool json) {
  if (json) {
    print_json(outcome, std::nullopt);
  } else {
    print_text(outcome);
  }
  return outcome.status;
}

int tell(const BenchTimes& times, const BenchOptions& options) {
  if (options.json) {
    fmt::print("{}\n", dump(bench_json(times)));
    return exit_ok;
  }
  if (!options.html) {
    fmt::print("{}", bench_text(times));
    return exit_ok;
  }
  const auto written = write_text(*options.html, bench_page(times));
  const auto* failure = std::get_if<Failure>(&written);
  if (failure == nullptr) return exit_ok;
  // What took so long to measure isn't lost.
  fmt::print("{}", bench_text(times));
  return report(*failure);
}

int bench(BenchOptions& options, const GuestArguments& arguments) {
  if (const auto failure = settle(options.run, arguments)) return report(*failure, options.json);
  detach(options.run.guest.grants);
  const auto measured = measure({options.run.guest, options.tiers, options.rounds});
  if (const auto* outcome = std::get_if<Outcome>(&measured))
    return tell_failure(*outcome, options.json);
  return tell(std::get<BenchTimes>(measured), options);
}

}  // namespace

void add_bench(CLI::App& app, const CommandLine& line, int& status) {
  CLI::App& command = *app.add_subcommand(
      "bench", "Measure how long loading, compiling, instantiating and running take in each tier");
  auto options = std::make_shared<BenchOptions>();
  command
      .add_option("FILE", options->run.guest.file,
                  "A module: .wasm, .wat, either of them gzipped, or - for standard input. "
                  "What follows it is the guest's, but for options before --")
      ->required();
  const OptionSet set(command, line.words);
  add_program_options(set, options->run);
  if (CLI::Option* tier = command.get_option_no_throw("--tier"))
    tier->description("Measure this one only: auto, interp or jit");
  set.add_option("--rounds", options->rounds, "How many runs of each tier (10)")
      .type_name("N")
      .check([] { return CLI::Range(1u, 1'000'000u); });
  add_guest_options(set, options->run);
  auto* json = command.add_flag("--json", options->json, "Print JSON");
  command
      .add_option("--html", options->html, "Write a page with plots instead; - for standard output")
      ->type_name("FILE")
      ->excludes(json);
  command.footer(
      "Each run is one with an engine of its own, in turns between the tiers. Standard input is "
      "empty and output is discarded, unless --stdin, --stdout or --stderr say otherwise.");
  command.callback([&command, options, &line, &status] {
    if (is_given(command, "--tier")) options->tiers = {options->run.guest.config.tier};
    status = bench(*options, line.guest);
  });
}

}  // namespace wrun::inline v0::tool
