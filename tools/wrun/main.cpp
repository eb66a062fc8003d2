#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>
#include <wrun/engine.hpp>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/heap.hpp"
#include "tools/wrun/layout/initialisers.hpp"

namespace wrun::inline v0::tool {
namespace {

using Arguments = std::vector<std::string>;

struct Subcommand {
  std::string_view name;
  void (*add)(CLI::App& app, const CommandLine& line, int& status);
};

template <void (*add)(CLI::App& app, int& status)>
void without_guest(CLI::App& app, const CommandLine&, int& status) {
  add(app, status);
}

constexpr std::array subcommands = {
    Subcommand{"run", &add_run},
    Subcommand{"wast", &without_guest<&add_wast>},
    Subcommand{"validate", &without_guest<&add_validate>},
    Subcommand{"inspect", &without_guest<&add_inspect>},
    Subcommand{"bench", &add_bench},
    Subcommand{"compile", &without_guest<&add_compile>},
    Subcommand{"parse", &without_guest<&add_parse>},
    Subcommand{"print", &without_guest<&add_print>},
    Subcommand{"generate", &without_guest<&add_generate>},
};

bool is_subcommand(std::string_view word) {
  return std::any_of(subcommands.begin(), subcommands.end(),
                     [&](const Subcommand& each) { return each.name == word; });
}

bool is_option(std::string_view word) {
  return word.size() > 1 && word.front() == '-';
}

// `wrun FILE` is `wrun run FILE`.
void insert_run(Arguments& arguments) {
  if (arguments.empty()) return;
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "--version") return;
  if (!is_subcommand(first)) arguments.insert(arguments.begin(), "run");
}

// A word that looks like no file's name, and isn't one.
bool is_unknown_word(const Arguments& arguments) {
  if (arguments.empty() || is_subcommand(arguments.front())) return false;
  const std::string& first = arguments.front();
  struct stat found;
  return !first.empty() && !is_option(first) && first != "-" &&
         first.find_first_of("./") == std::string::npos && ::stat(first.c_str(), &found) != 0;
}

// Describing all options to the parser takes longer than a small guest runs: so only the chosen
// subcommand's are, and none where none is given.
bool is_plain_run(const Arguments& arguments) {
  return arguments.size() > 1 && arguments[0] == "run" && !is_option(arguments[1]);
}

bool takes_next(const CLI::App& command, const std::string& option) {
  if (option.find('=') != std::string::npos) return false;
  const CLI::Option* found = command.get_option_no_throw(option);
  return found != nullptr && found->get_items_expected_min() > 0;
}

// Where the options end that begin there.
std::size_t after_options(const CLI::App& command, const Arguments& arguments, std::size_t at) {
  while (at < arguments.size() && is_option(arguments[at]) && arguments[at] != "--")
    at += takes_next(command, arguments[at]) ? 2 : 1;
  return std::min(at, arguments.size());
}

bool is_mark(const Arguments& arguments, std::size_t at) {
  return at < arguments.size() && arguments[at] == "--";
}

// Cuts off what follows FILE, so that no word of it is taken for an option of ours. Where options
// may follow FILE, it is what follows those, or --.
GuestArguments cut_guest_arguments(const CLI::App& command, bool options_follow,
                                   Arguments& arguments) {
  std::size_t at = after_options(command, arguments, 1);
  const bool marked = is_mark(arguments, at);
  at = std::min(at + (marked ? 2 : 1), arguments.size());
  if (options_follow && !marked) at = after_options(command, arguments, at);
  const std::size_t first = options_follow && !marked && is_mark(arguments, at) ? at + 1 : at;
  const auto word = [&](std::size_t index) {
    return arguments.begin() + static_cast<std::ptrdiff_t>(index);
  };
  GuestArguments guest(word(first), arguments.end());
  arguments.erase(word(at), arguments.end());
  return guest;
}

int refuse(int status, std::string_view command, std::string_view message) {
  fmt::print(stderr, "{}: {}\nSee `{} --help`.\n", command, message, command);
  return status;
}

int explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    app.exit(error, std::cout, std::cerr);
    std::cout.flush();
    return exit_ok;
  }
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "wrun" : "wrun " + chosen.front()->get_name();
  return refuse(exit_usage, command, error.what());
}

bool runs_guests(std::string_view command) {
  return command == "run" || command == "bench";
}

/// Nothing if the parser refuses, and not all options were described: then it may be wrong.
std::optional<int> parse_and_run(Arguments arguments, const Arguments* words) {
  int status = exit_ok;
  CommandLine line{{}, words};
  CLI::App app("Runs WebAssembly.\n`wrun FILE [ARGS...]` is `wrun run FILE [ARGS...]`.", "wrun");
  app.set_version_flag("--version", fmt::format("wrun {}", version()));
  app.require_subcommand(1);
  const std::string command = is_subcommand(arguments.front()) ? arguments.front() : "";
  for (const Subcommand& each : subcommands)
    if (command.empty() || each.name == command) each.add(app, line, status);
  if (runs_guests(command))
    line.guest = cut_guest_arguments(*app.get_subcommand(command), command == "bench", arguments);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (words != nullptr) return std::nullopt;
    status = explain(app, error);
  }
  return status;
}

/// Describes what is named, and all where that isn't enough: for errors and --help.
int parse_and_run(const Arguments& arguments) {
  initialise_globals();
  if (const auto status = parse_and_run(arguments, &arguments)) return *status;
  return *parse_and_run(arguments, nullptr);
}

int flushed(int status) {
  return !flush_output() && status == exit_ok ? exit_failure : status;
}

int run_command_line(Arguments arguments) {
  if (arguments.empty()) return refuse(exit_usage, "wrun", "which file, or which command?");
  if (is_unknown_word(arguments))
    return refuse(exit_absent, "wrun", arguments.front() + ": no such file, and no such command");
  prepare_heap();
  insert_run(arguments);
  const bool runs = arguments.front() == "run";
  const int status = flushed(
      is_plain_run(arguments) ? run_plainly(arguments[1], {arguments.begin() + 2, arguments.end()})
                              : parse_and_run(arguments));
  // What is left of the guest is given back faster by the end of the process.
  if (runs) ::_exit(status);
  return status;
}

}  // namespace

void add_all(CLI::App& app, const CommandLine& line, int& status) {
  for (const Subcommand& each : subcommands) each.add(app, line, status);
}

}  // namespace wrun::inline v0::tool

int main(int argc, char** argv) {
  try {
    return wrun::tool::run_command_line({argv + std::min(argc, 1), argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "wrun: {}\n", error.what());
    return wrun::tool::exit_failure;
  }
}
