#pragma once

// The subcommands. Each adds itself, with its options and help, to the command line; its callback
// does the work and leaves the exit status in `status`.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace wrun::inline v0::tool {

using GuestArguments = std::vector<std::string>;

/// What subcommands that run guests know of the command line besides what is parsed of it.
struct CommandLine {
  /// What follows FILE, or the options that may: it is the guest's.
  GuestArguments guest = {};
  /// Names that occur; other options needn't be described. Null: all are.
  const std::vector<std::string>* words = nullptr;
};

/// `wrun run FILE ARGUMENTS`: what `run` does when it is given no option.
int run_plainly(std::string file, GuestArguments arguments);

void add_run(CLI::App& app, const CommandLine& line, int& status);
void add_bench(CLI::App& app, const CommandLine& line, int& status);
void add_wast(CLI::App& app, int& status);
void add_validate(CLI::App& app, int& status);
void add_inspect(CLI::App& app, int& status);
void add_compile(CLI::App& app, int& status);
void add_parse(CLI::App& app, int& status);
void add_print(CLI::App& app, int& status);
void add_generate(CLI::App& app, int& status);

/// All of them, with all options.
void add_all(CLI::App& app, const CommandLine& line, int& status);

}  // namespace wrun::inline v0::tool
