#include <memory>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/guest.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/outcome.hpp"
#include "tools/wrun/run_options.hpp"

namespace wrun::inline v0::tool {
namespace {

void add_native_options(const OptionSet& run, GuestOptions& options) {
  run.add_flag("--allow-precompiled", options.allow_precompiled,
               "Run what `wrun compile` made: native code, which may do whatever you may");
  run.add_option("--cache", options.config.cache,
                 "A directory for machine code, so that it needs compiling once")
      .type_name("DIR");
  run.add_flag("--perf-map", options.config.perf_map,
               "Name compiled functions for `perf`, in /tmp/perf-PID.map");
  run.add_flag("--jitdump", options.config.jitdump,
               "Write compiled functions to jit-PID.dump, for `perf inject --jit`");
  run.add_flag("--debugger", options.config.debugger,
               "Name compiled functions for gdb, which may attach later, too");
}

void add_output_options(const OptionSet& run, GuestOptions& options) {
  run.add_flag("--json", options.json,
               "Print results and errors as one line of JSON on standard output");
  run.add_flag("--usage{-}", options.usage_file,
               "Count instructions, and print what the run used; as JSON into a file if one is "
               "given")
      .type_name("[=FILE]");
}

int run_with(RunOptions& options, const GuestArguments& arguments) {
  if (const auto failure = settle(options, arguments)) return report(*failure, options.guest.json);
  if (options.guest.usage_file == "-") options.guest.usage_file.clear();
  return run_last_guest(options.guest);
}

}  // namespace

int run_plainly(std::string file, GuestArguments arguments) {
  RunOptions options;
  options.guest.file = std::move(file);
  return run_with(options, arguments);
}

void add_run(CLI::App& app, const CommandLine& line, int& status) {
  CLI::App& run = *app.add_subcommand("run", "Run a program, or call a function of a module");
  auto options = std::make_shared<RunOptions>();
  run.add_option("FILE", options->guest.file,
                 "A module: .wasm, .wat, either of them gzipped, or - for standard input. "
                 "What follows it is the guest's")
      ->required();
  const OptionSet set(run, line.words);
  add_program_options(set, *options);
  add_native_options(set, options->guest);
  add_gc_stress_option(set, options->guest.gc_stress);
  add_guest_options(set, *options);
  add_output_options(set, options->guest);
  run.callback([&run, options, &line, &status] {
    options->guest.usage = is_given(run, "--usage");
    status = run_with(*options, line.guest);
  });
}

}  // namespace wrun::inline v0::tool
