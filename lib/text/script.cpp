#include "lib/text/script.hpp"

#include <algorithm>
#include <limits>

#include "lib/text/component.hpp"
#include "lib/text/cursor.hpp"
#include "lib/text/module_form.hpp"
#include "lib/text/script_values.hpp"

namespace wrun::inline v0::wat {
namespace {

constexpr std::string_view command_names[] = {"module",
                                              "module instance",
                                              "register",
                                              "action",
                                              "assert_return",
                                              "assert_trap",
                                              "assert_exhaustion",
                                              "assert_exception",
                                              "assert_malformed",
                                              "assert_invalid",
                                              "assert_unlinkable",
                                              "assert_malformed_custom",
                                              "assert_invalid_custom",
                                              "thread",
                                              "wait",
                                              "component",
                                              "unsupported"};
static_assert(std::size(command_names) == static_cast<int>(CommandKind::unsupported) + 1);

constexpr std::string_view field_words[] = {"func",   "type",   "rec",  "import", "global", "table",
                                            "memory", "export", "elem", "data",   "start",  "tag"};

bool is_field(std::string_view word) {
  return std::find(std::begin(field_words), std::end(field_words), word) != std::end(field_words);
}

std::optional<std::string> accept_id(Cursor& cursor) {
  if (!cursor.at(TokenKind::id)) return std::nullopt;
  std::string_view id = cursor.spelling().substr(1);
  std::string name(id);
  if (id.starts_with('"')) {
    name.clear();
    append_string(id, name);
  }
  cursor.advance();
  return name;
}

/// Whether the threads' commands may be threads themselves.
enum class Nesting : std::uint8_t { script, thread };

class CommandParser {
 public:
  CommandParser(std::string_view text, std::uint32_t begin, std::uint32_t end, Nesting nesting)
      : text_(text), nesting_(nesting), cursor_(text, begin, end, errors_) {
    command_.begin = begin;
    command_.end = end;
  }

  Command parse() {
    parse_command();
    if (cursor_.ok() && command_.kind != CommandKind::unsupported) cursor_.expect_close();
    if (!errors_.ok()) unsupported(errors_.first().message());
    return std::move(command_);
  }

 private:
  void unsupported(std::string why) {
    command_.kind = CommandKind::unsupported;
    command_.text = std::move(why);
  }

  void parse_command();
  bool module_command();
  void component();
  bool simple_command();
  void assertion();
  void assert_module(CommandKind kind);
  void thread();
  bool accept(std::string_view word, CommandKind kind) {
    if (!cursor_.accept_open(word)) return false;
    command_.kind = kind;
    return true;
  }
  ScriptModule module_slice();
  Action action();

  std::string_view text_;
  Nesting nesting_;
  Errors errors_;
  Cursor cursor_;
  Command command_;
};

/// All commands of [begin, end), which the cursor reads.
std::vector<Command> parse_commands(Cursor& cursor, std::string_view text, Nesting nesting) {
  std::vector<Command> commands;
  std::uint32_t last_end = 0;
  bool in_fields = false;
  while (cursor.at(TokenKind::left) || cursor.at(TokenKind::annotation)) {
    const std::uint32_t begin = cursor.offset();
    const bool is_part =
        cursor.at(TokenKind::annotation) ||
        (cursor.ahead().kind == TokenKind::keyword && is_field(cursor.spelling(cursor.ahead())));
    last_end = cursor.skip_group();
    if (!cursor.ok()) break;
    if (!is_part) {
      commands.push_back(CommandParser(text, begin, last_end, nesting).parse());
    } else if (in_fields) {
      commands.back().end = commands.back().module->end = last_end;
    } else {
      Command& command = commands.emplace_back();
      command.kind = CommandKind::module;
      command.begin = begin;
      command.end = last_end;
      command.module = ScriptModule{ModuleForm::text, std::nullopt, false, begin, last_end};
    }
    in_fields = is_part;
  }
  return commands;
}

void CommandParser::parse_command() {
  if (module_command() || simple_command()) return;
  if (cursor_.at_open("component")) return component();
  if (cursor_.at_open("core")) return unsupported("component");
  if (nesting_ == Nesting::script && accept("thread", CommandKind::thread)) return thread();
  assertion();
}

bool CommandParser::module_command() {
  if (!cursor_.at_open("module")) return false;
  command_.kind = CommandKind::module;
  Cursor probe(text_, command_.begin, command_.end, errors_);
  if (!(probe.accept_open("module") && probe.accept_keyword("instance"))) {
    command_.module = module_slice();
    // The slice has its own closing parenthesis; the command has none besides.
    cursor_.seek(command_.end - 1);
    return true;
  }
  cursor_.accept_open("module");
  cursor_.accept_keyword("instance");
  command_.kind = CommandKind::instance;
  command_.id = accept_id(cursor_);
  command_.target = accept_id(cursor_);
  return true;
}

void CommandParser::component() {
  command_.kind = CommandKind::component;
  command_.core_modules = skip_component(cursor_);
  cursor_.seek(command_.end - 1);
}

bool CommandParser::simple_command() {
  if (accept("register", CommandKind::register_)) {
    command_.name = cursor_.expect_string();
    command_.target = accept_id(cursor_);
  } else if (accept("wait", CommandKind::wait)) {
    command_.id = accept_id(cursor_);
  } else if (cursor_.at_open("invoke") || cursor_.at_open("get")) {
    command_.kind = CommandKind::action;
    command_.action = action();
    cursor_.seek(command_.end - 1);
  } else {
    return false;
  }
  return true;
}

void CommandParser::assertion() {
  for (auto kind = CommandKind::assert_return; kind <= CommandKind::assert_invalid_custom;
       kind = static_cast<CommandKind>(static_cast<int>(kind) + 1)) {
    if (!accept(name(kind), kind)) continue;
    if (cursor_.at_open("component")) return unsupported("component");
    if (kind >= CommandKind::assert_malformed ||
        (kind == CommandKind::assert_trap && cursor_.at_open("module")))
      return assert_module(kind);
    command_.action = action();
    if (kind == CommandKind::assert_return) {
      while (cursor_.at(TokenKind::left)) command_.results.push_back(parse_value(cursor_));
    } else if (kind != CommandKind::assert_exception) {
      command_.text = cursor_.expect_string();
    }
    return;
  }
  cursor_.advance();
  cursor_.unexpected("a command");
}

void CommandParser::assert_module(CommandKind kind) {
  command_.kind = kind;
  command_.module = module_slice();
  command_.text = cursor_.expect_string();
}

/// At (module: its header and its range.
ScriptModule CommandParser::module_slice() {
  ScriptModule module;
  module.begin = cursor_.offset();
  if (!cursor_.accept_open("module")) cursor_.unexpected("(module");
  module.is_definition = cursor_.accept_keyword("definition");
  module.id = accept_id(cursor_);
  if (cursor_.at_keyword("binary")) module.form = ModuleForm::binary;
  if (cursor_.at_keyword("quote")) module.form = ModuleForm::quote;
  module.end = cursor_.skip_to_close();
  return module;
}

/// (invoke $module? "name" argument*) or (get $module? "name")
Action CommandParser::action() {
  Action action;
  if (cursor_.accept_open("get"))
    action.kind = ActionKind::get;
  else if (!cursor_.accept_open("invoke"))
    return cursor_.unexpected("(invoke or (get"), action;
  action.module = accept_id(cursor_);
  action.name = cursor_.expect_name();
  if (action.kind == ActionKind::invoke)
    while (cursor_.at(TokenKind::left)) action.arguments.push_back(parse_value(cursor_));
  cursor_.expect_close();
  return action;
}

/// $id? (shared (module $M))* command*
void CommandParser::thread() {
  command_.id = accept_id(cursor_);
  while (cursor_.accept_open("shared")) {
    if (!cursor_.accept_open("module")) cursor_.unexpected("(module");
    command_.shared = accept_id(cursor_);
    cursor_.expect_close();
    cursor_.expect_close();
  }
  command_.commands = parse_commands(cursor_, text_, Nesting::thread);
}

}  // namespace

Script parse_script(std::string_view text) {
  Script script;
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    script.error = Error(ErrorKind::limit, "text of more than 4 GiB");
    return script;
  }
  Errors errors;
  Cursor cursor(text, 0, static_cast<std::uint32_t>(text.size()), errors);
  script.commands = parse_commands(cursor, text, Nesting::script);
  if (cursor.ok() && !cursor.at(TokenKind::end)) cursor.unexpected("a command");
  if (!errors.ok()) script.error = errors.take();
  return script;
}

Result<ParsedModule> parse_module(std::string_view script, const ScriptModule& module, bool names) {
  ParseOptions options;
  options.names = names;
  options.begin = module.begin;
  options.end = module.end;
  return parse_module_form(script, options, DefinitionWord::allowed);
}

std::string_view name(CommandKind kind) {
  return command_names[static_cast<int>(kind)];
}

}  // namespace wrun::inline v0::wat
