#include <cstdlib>
#include <memory>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/grants.hpp"
#include "tools/wrun/options.hpp"

namespace wrun::inline v0::tool {
namespace {

struct RunOptions {
  GuestOptions guest;
  std::optional<Features> features;
  std::vector<std::string> directories, environment, preloads;
};

void add_program_options(CLI::App& run, RunOptions& options) {
  run.add_option("--invoke", options.guest.invoke,
                 "Call this export, with the arguments as its values, instead of _start")
      ->type_name("NAME");
  add_repeated(run, "--preload", options.preloads, "Offer another module's exports as NAME")
      ->type_name("NAME=FILE");
  add_features_option(run, options.features);
  add_tier_option(run);
  add_gc_stress_option(run, options.guest.gc_stress);
}

void add_grant_options(CLI::App& run, RunOptions& options) {
  add_repeated(run, "--dir", options.directories, "Grant a directory, under GUEST if it is given")
      ->type_name("HOST[::GUEST][:ro]");
  add_repeated(run, "--env", options.environment,
               "Set an environment variable; without a value, pass on the one that is set here")
      ->type_name("NAME[=VALUE]");
  run.add_flag("--allow-clock", options.guest.allow_clock, "Grant the clocks");
  run.add_flag("--allow-random", options.guest.allow_random, "Grant random numbers");
  run.add_flag("--allow-threads", options.guest.allow_threads,
               "Grant threads; modules may use the feature then");
}

void add_limit_options(CLI::App& run, RunOptions& options) {
  run.add_option("--max-threads", options.guest.max_threads,
                 "The most threads at once, besides the first")
      ->type_name("N");
  run.add_option("--fuel", options.guest.fuel, "Stop after this many instructions")->type_name("N");
  add_amount(run, "--timeout", options.guest.timeout, parse_duration, "Stop after this time")
      ->type_name("DURATION");
  add_amount(run, "--max-memory", options.guest.max_memory, parse_size,
             "The most that all memories together may hold")
      ->type_name("SIZE");
  add_amount(run, "--max-heap", options.guest.max_heap, parse_size,
             "The most that structures, arrays and host references together may take")
      ->type_name("SIZE");
  add_amount(run, "--stack-size", options.guest.stack_size, parse_size, "The guest's stack")
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

void read_environment(RunOptions& options) {
  for (const std::string& text : options.environment) {
    std::string name, value;
    if (split_pair(text, name, value)) {
      options.guest.environment.emplace_back(std::move(name), std::move(value));
    } else if (text.empty() || text.front() == '=') {
      throw CLI::ValidationError("--env", "'" + text + "' has no name");
    } else if (const char* set = std::getenv(text.c_str())) {
      options.guest.environment.emplace_back(text, set);
    }
  }
}

void read_directories(RunOptions& options) {
  for (const std::string& text : options.directories) {
    options.guest.directories.push_back(parse_directory(text));
    if (options.guest.directories.back().host.empty()) {
      throw CLI::ValidationError("--dir", "'" + text + "' names no directory");
    }
  }
}

}  // namespace

void add_run(CLI::App& app, const GuestArguments& arguments, int& status) {
  CLI::App& run = *app.add_subcommand("run", "Run a program, or call a function of a module");
  auto options = std::make_shared<RunOptions>();
  run.add_option("FILE", options->guest.file,
                 "A module: .wasm, .wat, either of them gzipped, or - for standard input. "
                 "What follows it is the guest's")
      ->required();
  add_program_options(run, *options);
  add_grant_options(run, *options);
  add_limit_options(run, *options);
  add_output_options(run, *options);
  run.callback([&run, options, &arguments, &status] {
    read_preloads(*options);
    read_environment(*options);
    read_directories(*options);
    options->guest.features = options->features.value_or(default_features());
    if (options->guest.allow_threads && !options->features) {
      options->guest.features = options->guest.features.with(Feature::threads);
    }
    options->guest.arguments = arguments;
    options->guest.usage = run.count("--usage") != 0;
    if (options->guest.usage_file == "-") options->guest.usage_file.clear();
    status = run_guest(options->guest);
  });
}

}  // namespace wrun::inline v0::tool
