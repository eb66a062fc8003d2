#include "tools/wrun/options.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wrun::inline v0::tool {

namespace {

constexpr std::array<std::pair<std::string_view, Tier>, 3> tiers{
    {{"auto", Tier::automatic}, {"interp", Tier::interpreter}, {"jit", Tier::compiler}}};

Tier tier_of(std::string_view name) {
  return std::find_if(tiers.begin(), tiers.end(),
                      [&](const auto& each) { return each.first == name; })
      ->second;
}

constexpr std::string_view default_set = "wasm3,+legacy-exceptions";

// A list that begins with + or - changes the default.
std::optional<Features> parse_features(const std::string& text) {
  const bool changes = text.starts_with('+') || text.starts_with('-');
  return Features::parse(changes ? std::string(default_set) + "," + text : text);
}

void add_nan_option(const OptionSet& app, Config& config) {
  app.add_flag("--canonical-nans", config.canonical_nans,
               "Make each NaN that instructions make the canonical one");
}

void add_deterministic_option(const OptionSet& app, Config& config) {
  app.add_flag("--deterministic", config.deterministic,
               "The same results, traps and costs in every tier and on every CPU");
}

void add_memory_checks_option(const OptionSet& app, Config& config) {
  app.add_option_function<std::string>(
         "--memory-checks",
         [&config](const std::string& name) {
           config.memory_checks = name == "explicit" ? MemoryChecks::explicit_checks
                                  : name == "guard"  ? MemoryChecks::guard_pages
                                                     : MemoryChecks::automatic;
         },
         "How compiled code stays inside memories: auto (guard pages where they can be had), "
         "guard (nothing runs where they can't), or explicit")
      .type_name("HOW")
      .check([] {
        return CLI::IsMember({"auto", "guard", "explicit"});
      });
}

void add_relaxed_simd_option(const OptionSet& app, Config& config) {
  app.add_option_function<std::string>(
         "--relaxed-simd",
         [&config](const std::string& name) {
           config.relaxed_simd = name == "fused" ? RelaxedSimd::fused : RelaxedSimd::deterministic;
         },
         "What relaxed vector instructions compute, on any CPU: deterministic (as the "
         "specification's profile of that name), or fused (their products and sums are rounded "
         "once)")
      .type_name("WHAT")
      .check([] {
        return CLI::IsMember({"deterministic", "fused"});
      });
}

}  // namespace

Features default_features() {
  return *Features::parse(default_set);
}

Described add_features_option(const OptionSet& app, std::optional<Features>& features) {
  return app
      .add_option_function<std::string>(
          "--features",
          [&features](const std::string& text) {
            features = parse_features(text);
            if (!features) throw CLI::ValidationError("--features", "unknown: '" + text + "'");
          },
          "What modules may use: wasm1, wasm2, wasm3 or all, and +NAME or -NAME, with commas")
      .type_name("SET");
}

std::string_view tier_name(Tier tier) {
  return std::find_if(tiers.begin(), tiers.end(),
                      [&](const auto& each) { return each.second == tier; })
      ->first;
}

void add_tier_options(const OptionSet& app, Config& config) {
  add_nan_option(app, config);
  add_deterministic_option(app, config);
  add_relaxed_simd_option(app, config);
  app.add_option_function<std::string>(
         "--tier", [&config](const std::string& name) { config.tier = tier_of(name); },
         "How code is run: auto (interpreted, and compiled when hot), interp, or jit (compiled at "
         "the first call)")
      .type_name("TIER")
      .check([] {
        return CLI::IsMember({"auto", "interp", "jit"});
      });
  app.add_option("--hot-after", config.hot_after,
                 "With --tier=auto: compile after this many calls and turns of loops")
      .type_name("N")
      .check([] { return CLI::Range(1u, 1'000'000'000u); });
  add_memory_checks_option(app, config);
}

void add_code_options(const OptionSet& app, Config& config) {
  add_nan_option(app, config);
  add_deterministic_option(app, config);
  add_memory_checks_option(app, config);
  add_relaxed_simd_option(app, config);
  app.add_flag("--fuel", config.fuel, "For runs with --fuel or --usage");
  app.add_flag("--interruptible,!--uninterruptible", config.interruptible,
               "For runs with the same option");
}

Described add_gc_stress_option(const OptionSet& app, bool& stress) {
  return app.add_flag(
      "--gc-stress", stress,
      "Collect garbage at every allocation of a structure or array: slow, for tests");
}

Described add_repeated(const OptionSet& app, std::string_view name,
                       std::vector<std::string>& values, std::string_view help) {
  return app.add_option(name, values, help).repeated();
}

}  // namespace wrun::inline v0::tool
