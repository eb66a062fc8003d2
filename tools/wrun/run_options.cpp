#include "tools/wrun/run_options.hpp"

#include <utility>

#include "tools/wrun/grant_flags.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/policy.hpp"

namespace wrun::inline v0::tool {
namespace {

void add_limit_options(const OptionSet& app, RunLimits& limits) {
  app.add_option("--max-threads", limits.max_threads, "The most threads at once, besides the first")
      .type_name("N");
  app.add_option("--fuel", limits.fuel, "Stop after this many instructions").type_name("N");
  add_amount(app, "--timeout", limits.timeout, parse_duration, "Stop after this time")
      .type_name("DURATION");
  add_amount(app, "--max-memory", limits.max_memory, parse_size,
             "The most that all memories together may hold")
      .type_name("SIZE");
  add_amount(app, "--max-heap", limits.max_heap, parse_size,
             "The most that structures, arrays and host references together may take")
      .type_name("SIZE");
  add_amount(app, "--stack-size", limits.stack_size, parse_size, "The guest's stack")
      .type_name("SIZE");
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

}  // namespace

void add_program_options(const OptionSet& app, RunOptions& options) {
  app.add_option("--invoke", options.guest.invoke,
                 "Call this export, with the arguments as its values, instead of _start")
      .type_name("NAME");
  add_repeated(app, "--preload", options.preloads, "Offer another module's exports as NAME")
      .type_name("NAME=FILE");
  add_features_option(app, options.features);
  add_tier_options(app, options.guest.config);
  app.add_option("--compile-threads", options.guest.compile_threads,
                 "With --tier=auto: threads that compile while the guest runs (1); 0: it waits")
      .type_name("N");
  app.add_flag("--interruptible,!--uninterruptible", options.guest.interruptible,
               "Let signals and timeouts stop loops (the default), or calls only");
}

void add_guest_options(const OptionSet& app, RunOptions& options) {
  add_grant_flags(app, options.guest.grants);
  app.add_option(
         "--policy", options.policy,
         "Grants and limits from a file, besides those of the flags (docs/policy.schema.json)")
      .type_name("FILE");
  add_limit_options(app, options.guest.limits);
}

std::optional<Failure> settle(RunOptions& options, const std::vector<std::string>& arguments) {
  read_preloads(options);
  if (const auto failure = add_policy(options)) return failure;
  GuestOptions& guest = options.guest;
  guest.features = options.features.value_or(default_features());
  if (guest.grants.has(Capability::threads) && !options.features) {
    guest.features = guest.features.with(Feature::threads);
  }
  guest.arguments = arguments;
  return std::nullopt;
}

}  // namespace wrun::inline v0::tool
