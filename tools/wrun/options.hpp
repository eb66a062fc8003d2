#pragma once

// Kinds of options that several subcommands share.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/config.hpp>
#include <wrun/features.hpp>

#include "tools/wrun/units.hpp"

namespace wrun::inline v0::tool {

/// What the command accepts unless told otherwise: the standard, and what today's toolchains still
/// emit besides.
Features default_features();

/// --features SET; a list that begins with + or - changes the default set.
CLI::Option* add_features_option(CLI::App& app, std::optional<Features>& features);

/// As --tier has it.
std::string_view tier_name(Tier tier);

/// --tier TIER, --hot-after N, --memory-checks HOW
void add_tier_options(CLI::App& app, Config& config);

/// --fuel, --uninterruptible: what code is made for, where none is run
void add_code_options(CLI::App& app, Config& config);

/// --gc-stress
CLI::Option* add_gc_stress_option(CLI::App& app, bool& stress);

/// An option that may be given several times, one value each.
CLI::Option* add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                          const std::string& help);

/// An option whose text `parse` makes an amount of, or nothing.
template <class T>
CLI::Option* add_amount(CLI::App& app, const std::string& name, std::optional<T>& amount,
                        std::optional<T> (*parse)(std::string_view), const std::string& help) {
  return app.add_option_function<std::string>(
      name,
      [name, &amount, parse](const std::string& text) {
        amount = parse(text);
        if (!amount) throw CLI::ValidationError(name, "'" + text + "' is no such amount");
      },
      help);
}

}  // namespace wrun::inline v0::tool
