#include <fmt/format.h>

#include <string_view>

#include "tools/wrun/describe/command_text.hpp"
#include "tools/wrun/exit_code.hpp"

namespace wrun::inline v0::tool {
namespace {

// As roff reads it: no hyphen that becomes a dash, no line that becomes a request.
std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '\n') {
      escaped += "\n.br\n";
    } else {
      if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) escaped += "\\&";
      escaped += c;
    }
  }
  return escaped;
}

void add_item(std::string& page, const std::string& head, std::string_view help) {
  page += fmt::format(".TP\n{}\n{}\n", head, help.empty() ? "\\&" : escape(help));
}

std::string option_head(const OptionText& option) {
  std::string head;
  for (const std::string& name : option.names)
    head += fmt::format("{}\\fB{}\\fR", head.empty() ? "" : ", ", escape(name));
  if (option.value.empty()) return head;
  return fmt::format("{}{}\\fI{}\\fR", head, option.value.starts_with("[=") ? "" : " ",
                     escape(option.value));
}

void add_options(std::string& page, const CommandText& command) {
  for (const OptionText& option : command.options) {
    std::string help = option.help;
    for (const std::string& choice : option.choices) {
      if (help.find(choice) == help.npos)
        help += fmt::format("{}{}", &choice == &option.choices.front() ? ": " : ", ", choice);
    }
    add_item(page, option_head(option), help);
  }
}

void add_command(std::string& page, const CommandText& command) {
  std::string synopsis = fmt::format("\\fBwrun {}\\fR [\\fIoptions\\fR]", command.name);
  for (const OperandText& operand : command.operands)
    synopsis += fmt::format(" \\fI{}\\fR{}", operand.name, operand.repeats ? "..." : "");
  if (command.name == "run" || command.name == "bench") synopsis += " [\\fIarguments\\fR...]";
  page += fmt::format(".SS wrun {}\n{}\n.PP\n{}.\n", command.name, synopsis, escape(command.help));
  for (const OperandText& operand : command.operands)
    add_item(page, "\\fI" + operand.name + "\\fR", operand.help);
  add_options(page, command);
}

void add_exit_status(std::string& page) {
  page += ".SH EXIT STATUS\nThe guest's own, or:\n";
  const auto add = [&](int code, const char* meaning) {
    add_item(page, fmt::format("\\fB{}\\fR", code), meaning);
  };
  add(exit_failure, "A check found something.");
  add(exit_usage, "The command line makes no sense.");
  add(exit_timeout, "The time is over.");
  add(exit_limit, "Fuel or another limit is used up.");
  add(exit_refused, "The module is refused: it is invalid, or an import is missing.");
  add(exit_absent, "There is no such file.");
  add(exit_trap, "A trap.");
  add_item(page, fmt::format("\\fB{}\\fR+\\fIn\\fR", exit_signal), "Ended by signal n.");
}

}  // namespace

std::string man_page(const std::vector<CommandText>& commands, const std::string& version) {
  std::string page = fmt::format(".TH WRUN 1 \"\" \"wrun {}\" \"User Commands\"\n", version);
  page +=
      ".SH NAME\nwrun \\- run WebAssembly\n"
      ".SH SYNOPSIS\n\\fBwrun\\fR [\\fBrun\\fR] [\\fIoptions\\fR] \\fIFILE\\fR "
      "[\\fIarguments\\fR...]\n.br\n\\fBwrun\\fR \\fIcommand\\fR [\\fIoptions\\fR] "
      "\\fIoperands\\fR...\n"
      ".SH DESCRIPTION\nRuns WebAssembly, and looks at it. A guest sees no file, clock, random "
      "source, environment variable, thread or socket that it isn't granted; a refusal names the "
      "flag that would have granted it.\n.PP\nWhat follows \\fIFILE\\fR belongs to the guest.\n"
      ".SH COMMANDS\n";
  for (const CommandText& command : commands)
    if (!command.name.empty()) add_command(page, command);
  page += ".SH OPTIONS\nWithout a command:\n";
  add_options(page, commands.back());
  add_exit_status(page);
  page +=
      ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nIf set, nothing is coloured.\n"
      ".SH EXAMPLES\n.nf\nwrun hello.wasm\nwrun run \\-\\-dir . sqlite.wasm data.db\n"
      "wrun run \\-\\-invoke add math.wasm 2 3\nwrun run \\-\\-fuel 1000000 \\-\\-timeout 2s "
      "job.wasm\n.fi\n";
  return page;
}

}  // namespace wrun::inline v0::tool
