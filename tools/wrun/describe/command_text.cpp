#include "tools/wrun/describe/command_text.hpp"

#include <algorithm>
#include <string_view>

namespace wrun::inline v0::tool {
namespace {

// CLI11 writes "TIER:{auto,interp,jit}".
std::vector<std::string> choices_of(std::string_view type) {
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}');
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  std::vector<std::string> choices;
  std::string_view rest = type.substr(open + 1, close - open - 1);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    choices.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  }
  return choices;
}

// What --help calls the value says what it is.
ValueKind kind_of(std::string_view value) {
  const auto has = [&](std::string_view word) { return value.find(word) != value.npos; };
  if (value.empty()) return ValueKind::none;
  if (has("HOST[") || has("[HOST") || has("BASE")) return ValueKind::directory;
  if (has("FILE") || has("PATH") || has("LIBRARY")) return ValueKind::file;
  return ValueKind::word;
}

OptionText describe_option(const CLI::Option& option) {
  OptionText text;
  for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  text.help = option.get_description();
  text.takes_next = option.get_items_expected_min() > 0;
  // A flag has a value only where --help says so: "[=FILE]".
  const std::string type = option.get_type_name();
  if (!text.takes_next && !type.starts_with('[')) return text;
  text.choices = choices_of(type);
  text.value =
      type.substr(0, std::min({type.find(":{"), type.find(":UINT in"), type.find(":INT in")}));
  text.kind = kind_of(text.value);
  text.repeats = option.get_expected_max() > 1;
  return text;
}

CommandText describe_command(const CLI::App& command) {
  CommandText text{command.get_name(), command.get_description(), {}, {}};
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) {
      text.operands.push_back(
          {option->get_name(true), option->get_description(), option->get_expected_max() > 1});
    } else if (!option->get_group().empty()) {
      text.options.push_back(describe_option(*option));
    }
  }
  return text;
}

}  // namespace

std::vector<CommandText> describe(const CLI::App& app) {
  std::vector<CommandText> commands;
  for (const CLI::App* command : app.get_subcommands({}))
    if (!command->get_group().empty()) commands.push_back(describe_command(*command));
  commands.push_back(describe_command(app));
  commands.back().name.clear();
  return commands;
}

}  // namespace wrun::inline v0::tool
