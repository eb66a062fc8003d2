#pragma once

// Kinds of options that several subcommands share.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/config.hpp>
#include <wrun/features.hpp>

#include "tools/wrun/option_set.hpp"
#include "tools/wrun/units.hpp"

namespace wrun::inline v0::tool {

/// What the command accepts unless told otherwise: the standard, and what today's toolchains still
/// emit besides.
Features default_features();

/// --features SET; a list that begins with + or - changes the default set.
Described add_features_option(const OptionSet& app, std::optional<Features>& features);

/// As --tier has it.
std::string_view tier_name(Tier tier);

/// --tier TIER, --hot-after N, --memory-checks HOW, --canonical-nans, --deterministic,
/// --relaxed-simd WHAT
void add_tier_options(const OptionSet& app, Config& config);

/// --fuel, --uninterruptible, --canonical-nans, --deterministic, --memory-checks HOW,
/// --relaxed-simd WHAT: what code is made for, where none is run
void add_code_options(const OptionSet& app, Config& config);

/// --gc-stress
Described add_gc_stress_option(const OptionSet& app, bool& stress);

/// An option that may be given several times, one value each.
Described add_repeated(const OptionSet& app, std::string_view name,
                       std::vector<std::string>& values, std::string_view help);

/// An option whose text `parse` makes an amount of, or nothing.
template <class T>
Described add_amount(const OptionSet& app, std::string_view name, std::optional<T>& amount,
                     std::optional<T> (*parse)(std::string_view), std::string_view help) {
  return app.add_option_function<std::string>(
      name,
      [name = std::string(name), &amount, parse](const std::string& text) {
        amount = parse(text);
        if (!amount) throw CLI::ValidationError(name, "'" + text + "' is no such amount");
      },
      help);
}

}  // namespace wrun::inline v0::tool
