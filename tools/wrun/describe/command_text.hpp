#pragma once

// The command line as its options describe it: what man page and completions are written from.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace wrun::inline v0::tool {

/// What may be completed where a value is expected.
enum class ValueKind { none, word, file, directory };

struct OptionText {
  std::vector<std::string> names;    ///< with their hyphens, the long ones last
  std::string value = {};            ///< what --help calls the value; empty for flags
  std::vector<std::string> choices;  ///< all values, where there are few
  ValueKind kind = ValueKind::none;
  bool takes_next = false;  ///< its value is the next word
  bool repeats = false;
  std::string help;
};

struct OperandText {
  std::string name;
  std::string help;
  bool repeats = false;
};

struct CommandText {
  std::string name;
  std::string help;
  std::vector<OperandText> operands;
  std::vector<OptionText> options;
};

/// The subcommands that --help lists. The options of `app` itself come last, as a command without
/// a name.
std::vector<CommandText> describe(const CLI::App& app);

/// The page `wrun(1)`, for man.
std::string man_page(const std::vector<CommandText>& commands, const std::string& version);

// Completions, each as the file that its shell loads.
std::string bash_completion(const std::vector<CommandText>& commands);
std::string zsh_completion(const std::vector<CommandText>& commands);
std::string fish_completion(const std::vector<CommandText>& commands);

}  // namespace wrun::inline v0::tool
