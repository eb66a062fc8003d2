#include <memory>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/grant_flags.hpp"
#include "tools/wrun/guest.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/policy.hpp"

namespace wrun::inline v0::tool {
namespace {

struct RunOptions {
  GuestOptions guest;
  std::optional<Features> features;
  std::vector<std::string> preloads;
  std::string policy;
};

void add_program_options(CLI::App& run, RunOptions& options) {
  run.add_option("--invoke", options.guest.invoke,
                 "Call this export, with the arguments as its values, instead of _start")
      ->type_name("NAME");
  add_repeated(run, "--preload", options.preloads, "Offer another module's exports as NAME")
      ->type_name("NAME=FILE");
  add_features_option(run, options.features);
  add_tier_options(run, options.guest.config);
  run.add_option("--compile-threads", options.guest.compile_threads,
                 "With --tier=auto: threads that compile while the guest runs (1); 0: it waits")
      ->type_name("N");
  run.add_flag("--allow-precompiled", options.guest.allow_precompiled,
               "Run what `wrun compile` made: native code, which may do whatever you may");
  run.add_option("--cache", options.guest.config.cache,
                 "A directory for machine code, so that it needs compiling once")
      ->type_name("DIR");
  run.add_flag("--perf-map", options.guest.config.perf_map,
               "Name compiled functions for `perf`, in /tmp/perf-PID.map");
  run.add_flag("--jitdump", options.guest.config.jitdump,
               "Write compiled functions to jit-PID.dump, for `perf inject --jit`");
  run.add_flag("--debugger", options.guest.config.debugger,
               "Name compiled functions for gdb, which may attach later, too");
  add_gc_stress_option(run, options.guest.gc_stress);
  run.add_flag("--interruptible,!--uninterruptible", options.guest.interruptible,
               "Let signals and timeouts stop loops (the default), or calls only");
}

void add_limit_options(CLI::App& run, RunLimits& limits) {
  run.add_option("--max-threads", limits.max_threads, "The most threads at once, besides the first")
      ->type_name("N");
  run.add_option("--fuel", limits.fuel, "Stop after this many instructions")->type_name("N");
  add_amount(run, "--timeout", limits.timeout, parse_duration, "Stop after this time")
      ->type_name("DURATION");
  add_amount(run, "--max-memory", limits.max_memory, parse_size,
             "The most that all memories together may hold")
      ->type_name("SIZE");
  add_amount(run, "--max-heap", limits.max_heap, parse_size,
             "The most that structures, arrays and host references together may take")
      ->type_name("SIZE");
  add_amount(run, "--stack-size", limits.stack_size, parse_size, "The guest's stack")
      ->type_name("SIZE");
}

void add_output_options(CLI::App& run, RunOptions& options) {
  run.add_flag("--json", options.guest.json,
               "Print results and errors as one line of JSON on standard output");
  run.add_flag("--usage{-}", options.guest.usage_file,
               "Count instructions, and print what the run used; as JSON into a file if one is "
               "given")
      ->type_name("[=FILE]");
}

// "NAME=FILE"; false without a name.
bool split_pair(const std::string& text, std::string& name, std::string& value) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  name = text.substr(0, equals);
  value = text.substr(equals + 1);
  return true;
}

void read_preloads(RunOptions& options) {
  for (const std::string& text : options.preloads) {
    Preload preload;
    if (!split_pair(text, preload.name, preload.file)) {
      throw CLI::ValidationError("--preload", "'" + text + "' isn't NAME=FILE");
    }
    options.guest.preloads.push_back(std::move(preload));
  }
}

// What the policy says, where no flag says it.
std::optional<Failure> add_policy(RunOptions& options) {
  if (options.policy.empty()) return std::nullopt;
  const auto read = read_policy(options.policy);
  if (const auto* failure = std::get_if<Failure>(&read)) return *failure;
  const Policy& policy = std::get<Policy>(read);
  options.guest.grants.add(policy.grants);
  RunLimits& limits = options.guest.limits;
  if (!limits.fuel) limits.fuel = policy.limits.fuel;
  if (!limits.max_memory) limits.max_memory = policy.limits.max_memory;
  if (!limits.max_heap) limits.max_heap = policy.limits.max_heap;
  if (!limits.stack_size) limits.stack_size = policy.limits.stack_size;
  if (!limits.max_threads) limits.max_threads = policy.limits.max_threads;
  if (!limits.timeout) limits.timeout = policy.limits.timeout;
  return std::nullopt;
}

int run_with(RunOptions& options, const GuestArguments& arguments,
             int (*run)(const GuestOptions& options)) {
  read_preloads(options);
  if (const auto failure = add_policy(options)) return report(*failure);
  GuestOptions& guest = options.guest;
  guest.features = options.features.value_or(default_features());
  if (guest.grants.has(Capability::threads) && !options.features) {
    guest.features = guest.features.with(Feature::threads);
  }
  guest.arguments = arguments;
  if (guest.usage_file == "-") guest.usage_file.clear();
  return run(guest);
}

}  // namespace

int run_plainly(std::string file, GuestArguments arguments) {
  RunOptions options;
  options.guest.file = std::move(file);
  return run_with(options, arguments, &run_last_guest);
}

void add_run(CLI::App& app, const GuestArguments& arguments, int& status) {
  CLI::App& run = *app.add_subcommand("run", "Run a program, or call a function of a module");
  auto options = std::make_shared<RunOptions>();
  run.add_option("FILE", options->guest.file,
                 "A module: .wasm, .wat, either of them gzipped, or - for standard input. "
                 "What follows it is the guest's")
      ->required();
  add_program_options(run, *options);
  add_grant_flags(run, options->guest.grants);
  run.add_option(
         "--policy", options->policy,
         "Grants and limits from a file, besides those of the flags (docs/policy.schema.json)")
      ->type_name("FILE");
  add_limit_options(run, options->guest.limits);
  add_output_options(run, *options);
  run.callback([&run, options, &arguments, &status] {
    options->guest.usage = run.count("--usage") != 0;
    status = run_with(*options, arguments, &run_guest);
  });
}

}  // namespace wrun::inline v0::tool
