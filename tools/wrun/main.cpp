#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <wrun/engine.hpp>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/files.hpp"

namespace wrun::inline v0::tool {
namespace {

using Arguments = std::vector<std::string>;

bool is_subcommand(const CLI::App& app, const std::string& word) {
  const auto named = [&](const CLI::App* command) { return command->get_name() == word; };
  return !app.get_subcommands(named).empty();
}

// `wrun FILE` is `wrun run FILE`.
void insert_run(const CLI::App& app, Arguments& arguments) {
  if (arguments.empty()) return;
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "--version") return;
  if (is_subcommand(app, first)) return;
  arguments.insert(arguments.begin(), "run");
}

bool takes_next(const CLI::App& command, const std::string& option) {
  if (option.find('=') != std::string::npos) return false;
  const CLI::Option* found = command.get_option_no_throw(option);
  return found != nullptr && found->get_items_expected_min() > 0;
}

// Cuts off what follows FILE, so that no word of it is taken for an option of ours.
GuestArguments cut_guest_arguments(const CLI::App& run, Arguments& arguments) {
  if (arguments.empty() || arguments.front() != "run") return {};
  std::size_t at = 1;
  while (at < arguments.size() && arguments[at].size() > 1 && arguments[at].front() == '-') {
    if (arguments[at] == "--") {
      ++at;
      break;
    }
    at += takes_next(run, arguments[at]) ? 2 : 1;
  }
  const auto cut =
      arguments.begin() + static_cast<std::ptrdiff_t>(std::min(at + 1, arguments.size()));
  GuestArguments guest(cut, arguments.end());
  arguments.erase(cut, arguments.end());
  return guest;
}

int explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    app.exit(error, std::cout, std::cerr);
    std::cout.flush();
    return exit_ok;
  }
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "wrun" : "wrun " + chosen.front()->get_name();
  fmt::print(stderr, "{}: {}\nSee `{} --help`.\n", command, error.what(), command);
  return exit_usage;
}

int run_command_line(Arguments arguments) {
  int status = exit_ok;
  GuestArguments guest;
  CLI::App app("Runs WebAssembly.\n`wrun FILE [ARGS...]` is `wrun run FILE [ARGS...]`.", "wrun");
  app.set_version_flag("--version", fmt::format("wrun {}", version()));
  app.require_subcommand(1);
  add_run(app, guest, status);
  add_wast(app, status);
  add_validate(app, status);
  add_inspect(app, status);
  add_parse(app, status);
  add_print(app, status);

  insert_run(app, arguments);
  guest = cut_guest_arguments(*app.get_subcommand("run"), arguments);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    status = explain(app, error);
  }
  if (!flush_output() && status == exit_ok) status = exit_failure;
  return status;
}

}  // namespace

}  // namespace wrun::inline v0::tool

int main(int argc, char** argv) {
  try {
    return wrun::tool::run_command_line({argv + std::min(argc, 1), argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "wrun: {}\n", error.what());
    return wrun::tool::exit_failure;
  }
}
