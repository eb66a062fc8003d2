#include <fmt/format.h>

#include <string_view>

#include "tools/wrun/describe/command_text.hpp"

namespace wrun::inline v0::tool {
namespace {

std::string join(const std::vector<std::string>& words, std::string_view between = " ") {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += between;
    joined += word;
  }
  return joined;
}

/// In single quotes, for any shell; `more` are characters that the place gives a meaning to.
std::string quote(std::string_view text, std::string_view apostrophe, std::string_view more = "") {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += apostrophe;
    } else {
      if (more.find(c) != more.npos) quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string all_names(const CommandText& command) {
  std::vector<std::string> names;
  for (const OptionText& option : command.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return join(names);
}

std::string command_names(const std::vector<CommandText>& commands) {
  std::vector<std::string> names;
  for (const CommandText& command : commands)
    if (!command.name.empty()) names.push_back(command.name);
  return join(names);
}

std::string bash_values(const OptionText& option) {
  if (!option.choices.empty()) return fmt::format("-W '{}'", join(option.choices));
  if (option.kind == ValueKind::file) return "-f";
  return option.kind == ValueKind::directory ? "-d" : "";
}

/// The cases in which the word before decides what is completed.
std::string bash_cases(const CommandText& command) {
  std::string cases;
  for (const OptionText& option : command.options) {
    if (!option.takes_next) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names)
      patterns.push_back(fmt::format("'{} {}'", command.name, name));
    const std::string values = bash_values(option);
    cases += fmt::format("    {})\n      {}\n      return\n      ;;\n", join(patterns, "|"),
                         values.empty() ? ":" : fmt::format("_wrun_reply {}", values));
  }
  return cases;
}

std::string zsh_action(const OptionText& option) {
  if (!option.choices.empty()) return fmt::format("({})", join(option.choices));
  if (option.kind == ValueKind::file) return "_files";
  return option.kind == ValueKind::directory ? "_files -/" : " ";
}

/// A line for each name of an option, as _arguments takes them.
std::string zsh_options(const CommandText& command) {
  std::string lines;
  for (const OptionText& option : command.options) {
    for (const std::string& name : option.names) {
      std::string spec = option.repeats ? "*" : "";
      spec += name;
      if (option.takes_next && name.starts_with("--")) spec += '=';
      std::string help;
      for (const char c : option.help)
        help += c == '[' || c == ']' || c == ':' ? std::string{'\\', c} : std::string{c};
      spec += fmt::format("[{}]", help);
      if (option.takes_next) {
        std::string value;
        for (const char c : option.value) value += c == ':' ? std::string("\\:") : std::string{c};
        spec += fmt::format(":{}:{}", value, zsh_action(option));
      }
      lines += fmt::format("        {} \\\n", quote(spec, "'\\''"));
    }
  }
  return lines;
}

std::string fish_option(const std::string& condition, const OptionText& option) {
  std::string line = fmt::format("complete -c wrun -n {}", quote(condition, "\\'"));
  for (const std::string& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.choices.empty()) {
    line += fmt::format(" -x -a '{}'", join(option.choices));
  } else if (option.takes_next && option.kind == ValueKind::directory) {
    line += " -x -a '(__fish_complete_directories)'";
  } else if (option.takes_next) {
    line += option.kind == ValueKind::file ? " -r -F" : " -x";
  }
  return fmt::format("{} -d {}\n", line, quote(option.help, "\\'", "\\"));
}

}  // namespace

std::string bash_completion(const std::vector<CommandText>& commands) {
  std::string text =
      "# Completions of wrun for bash; written by `wrun generate bash`.\n"
      "_wrun_reply() {\n"
      "  local word\n"
      "  while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen \"$@\" -- \"$cur\")\n"
      "}\n\n"
      "_wrun() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
      "  local command=${COMP_WORDS[1]} options\n"
      "  COMPREPLY=()\n"
      "  if [[ $cur == '=' ]]; then\n"
      "    cur=\n"
      "  elif [[ $prev == '=' ]]; then\n"
      "    prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "  fi\n"
      "  if ((COMP_CWORD == 1)); then\n";
  text += fmt::format("    _wrun_reply -W '{} {}'\n", command_names(commands),
                      all_names(commands.back()));
  text +=
      "    [[ $cur == -* ]] || _wrun_reply -f\n"
      "    return\n"
      "  fi\n"
      "  [[ $command == -* ]] && command=run\n"
      "  case $command in\n";
  for (const CommandText& command : commands) {
    if (!command.name.empty())
      text += fmt::format("    {}) options='{}' ;;\n", command.name, all_names(command));
  }
  text +=
      "    *) _wrun_reply -f; return ;;\n"
      "  esac\n"
      "  case \"$command $prev\" in\n";
  for (const CommandText& command : commands)
    if (!command.name.empty()) text += bash_cases(command);
  text +=
      "  esac\n"
      "  if [[ $cur == -* ]]; then\n"
      "    _wrun_reply -W \"$options\"\n"
      "  else\n"
      "    _wrun_reply -f\n"
      "  fi\n"
      "}\n\n"
      "complete -o filenames -F _wrun wrun\n";
  return text;
}

std::string zsh_completion(const std::vector<CommandText>& commands) {
  std::string text =
      "#compdef wrun\n"
      "# Completions of wrun for zsh; written by `wrun generate zsh`.\n"
      "_wrun() {\n"
      "  local -a commands=(\n";
  for (const CommandText& command : commands) {
    if (command.name.empty()) continue;
    text += fmt::format("    {}\n", quote(command.name + ":" + command.help, "'\\''"));
  }
  text +=
      "  )\n"
      "  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
      "    _describe command commands\n"
      "    _files\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  if [[ $command == -* ]]; then\n"
      "    command=run\n"
      "  else\n"
      "    shift words\n"
      "    ((CURRENT--))\n"
      "  fi\n"
      "  case $command in\n";
  for (const CommandText& command : commands) {
    if (command.name.empty()) continue;
    // What follows `run`'s FILE is the guest's.
    text += fmt::format("    {})\n      _arguments -s -S {}\\\n{}        '*:{}:_files'\n      ;;\n",
                        command.name, command.name == "run" ? "-A '-*' " : "", zsh_options(command),
                        command.operands.empty() ? "file" : command.operands.front().name);
  }
  text +=
      "    *) _files ;;\n"
      "  esac\n"
      "}\n\n"
      "_wrun \"$@\"\n";
  return text;
}

std::string fish_completion(const std::vector<CommandText>& commands) {
  std::string text = "# Completions of wrun for fish; written by `wrun generate fish`.\n";
  for (const CommandText& command : commands) {
    if (command.name.empty()) {
      for (const OptionText& option : command.options)
        text += fish_option("__fish_use_subcommand", option);
      continue;
    }
    text += fmt::format("complete -c wrun -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        quote(command.help, "\\'", "\\"));
    for (const OptionText& option : command.options)
      text += fish_option("__fish_seen_subcommand_from " + command.name, option);
  }
  return text;
}

}  // namespace wrun::inline v0::tool
