#include "tools/wrun/bench/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"
#include "tools/wrun/guest_run.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/terminal.hpp"

namespace wrun::inline v0::tool {
namespace {

using Clock = std::chrono::steady_clock;

/// What each lap took; those that nobody asks for aren't counted.
class Stopwatch {
 public:
  Nanoseconds lap() {
    const auto now = Clock::now();
    return now - std::exchange(last_, now);
  }

 private:
  Clock::time_point last_ = Clock::now();
};

Outcome refused(int status, std::string message) {
  Outcome outcome;
  outcome.status = status;
  outcome.message = std::move(message);
  return outcome;
}

/// Why the engine compiles nothing; empty if it does.
std::string no_compiler(const GuestOptions& options) {
  Config config = options.config;
  config.tier = Tier::compiler;
  const EngineInfo info = Engine(config).info();
  return info.tier == "interpreter" ? info.tier_reason : std::string();
}

bool compile_all(const Module& module) {
  const wasm::ModuleData& data = api::data(module);
  for (std::uint32_t i = data.imported_functions; i < data.functions.size(); ++i)
    if (!api::machine_code(module, i)) return false;
  return true;
}

/// One run, from bytes to its end.
class TimedRun {
 public:
  TimedRun(const GuestOptions& options, TierTimes& times)
      : options_(options), times_(times), run_(options) {}

  /// Or how it ended.
  std::optional<Outcome> go(std::span<const std::uint8_t> bytes) {
    Stopwatch watch;
    auto module = Module::from_bytes(run_.engine(), bytes);
    note(Phase::load, watch.lap());
    if (!module) return refused(exit_refused, describe_refusal(options_.file, module.error()));
    if (options_.config.tier == Tier::compiler) {
      watch.lap();
      if (!compile_all(*module)) return refused(exit_limit, "limit: out of memory");
      note(Phase::compile, watch.lap());
    }
    if (run_.take(*std::move(module)) && run_.prepare()) call(watch);
    run_.finish();
    note(Phase::total, total_);
    const Outcome& outcome = run_.outcome();
    if (outcome.status == exit_ok && outcome.message.empty()) return std::nullopt;
    return outcome;
  }

 private:
  void call(Stopwatch& watch) {
    watch.lap();
    const bool made = run_.instantiate();
    note(Phase::instantiate, watch.lap());
    if (!made) return;
    watch.lap();
    run_.enter();
    note(Phase::run, watch.lap());
  }

  void note(Phase phase, Nanoseconds time) {
    times_.of(phase).push_back(time);
    total_ += time;
  }

  const GuestOptions& options_;
  TierTimes& times_;
  GuestRun run_;
  Nanoseconds total_{0};
};

/// The module in the binary format, whatever the file has.
std::variant<Bytes, Outcome> binary_of(const GuestOptions& options) {
  Config config;
  config.features = options.features;
  const auto loaded = load_module(Engine(config), options.file);
  if (const auto* failure = std::get_if<Failure>(&loaded))
    return refused(failure->exit_code, failure->message);
  const auto bytes = std::get<Module>(loaded).bytes();
  return Bytes(bytes.begin(), bytes.end());
}

/// An exit with another status than 0 says nothing by itself.
Outcome explained(Outcome outcome, const std::string& file, const std::string& where) {
  if (outcome.message.empty())
    outcome.message = fmt::format("{}: ended with status {}", file, outcome.status);
  outcome.message += fmt::format("\nNo benchmark: the guest failed in {}.", where);
  return outcome;
}

/// Those of the plan that the engine has.
std::vector<Tier> tiers_of(const BenchPlan& plan, bool compiles) {
  std::vector<Tier> tiers = plan.tiers;
  if (!compiles) std::erase_if(tiers, [](Tier tier) { return tier != Tier::interpreter; });
  return tiers;
}

}  // namespace

std::variant<BenchTimes, Outcome> measure(const BenchPlan& plan) {
  auto binary = binary_of(plan.guest);
  if (auto* failed = std::get_if<Outcome>(&binary)) return std::move(*failed);
  const Bytes& bytes = std::get<Bytes>(binary);
  BenchTimes times{display_name(plan.guest.file), bytes.size(), plan.rounds, {}, {}};
  times.no_compiler = no_compiler(plan.guest);
  const std::vector<Tier> tiers = tiers_of(plan, times.no_compiler.empty());
  if (tiers.empty()) return refused(exit_refused, "no compiler: " + times.no_compiler);
  for (const Tier tier : tiers) times.tiers.push_back({std::string(tier_name(tier)), {}});
  GuestOptions options = plan.guest;
  Progress progress;
  for (std::uint32_t round = 1; round <= plan.rounds; ++round) {
    for (std::size_t i = 0; i < tiers.size(); ++i) {
      TierTimes& tier = times.tiers[i];
      const std::string where = fmt::format("round {} of {}, {}", round, plan.rounds, tier.tier);
      progress.show(where);
      options.config.tier = tiers[i];
      if (auto failed = TimedRun(options, tier).go(bytes))
        return explained(*std::move(failed), times.file, where);
      options.tells_denials = false;
    }
  }
  return times;
}

}  // namespace wrun::inline v0::tool
