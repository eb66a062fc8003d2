#pragma once

// One script from its file to its counts.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <wrun/features.hpp>

#include "tools/wrun/script/tally.hpp"
#include "tools/wrun/script/world.hpp"

namespace wrun::inline v0::tool {

/// What there is to say of one command: "assert_return: expected ..., got ...".
struct Finding {
  bool is_failure = true;
  std::string file;
  std::size_t line = 0;  ///< 0: of the file as a whole
  std::string text;
};

struct ScriptReport {
  Tally tally;
  FunctionCounts functions;
  std::vector<Finding> findings;
};

/// `features` overrides the ones that the script was written for. Notes on passes are among the
/// findings if `verbose`.
ScriptReport run_script_file(const std::filesystem::path& path, Config config,
                             std::optional<Features> features, bool verbose, Stress stress);

}  // namespace wrun::inline v0::tool
