#pragma once

// The options of what runs guests: `run` and `bench`.

#include <optional>
#include <string>
#include <vector>

#include "tools/wrun/files.hpp"
#include "tools/wrun/guest.hpp"
#include "tools/wrun/option_set.hpp"

namespace wrun::inline v0::tool {

struct RunOptions {
  GuestOptions guest;
  std::optional<Features> features;
  std::vector<std::string> preloads;
  std::string policy;
};

/// What is called of the program, and how it is run: --invoke, --preload, --features, --tier ...
void add_program_options(const OptionSet& app, RunOptions& options);

/// What the guest may use: grants, --policy, and limits.
void add_guest_options(const OptionSet& app, RunOptions& options);

/// After parsing: fills in `options.guest`. Throws CLI::ValidationError.
std::optional<Failure> settle(RunOptions& options, const std::vector<std::string>& arguments);

}  // namespace wrun::inline v0::tool
