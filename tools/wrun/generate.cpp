#include <cstdio>
#include <memory>
#include <string>
#include <wrun/engine.hpp>

#include "tools/wrun/commands.hpp"
#include "tools/wrun/describe/command_text.hpp"

namespace wrun::inline v0::tool {
namespace {

std::string generate(const std::string& what) {
  CLI::App app;
  app.set_version_flag("--version", "");
  const CommandLine line;
  int status = 0;
  add_all(app, line, status);
  const auto commands = describe(app);
  if (what == "bash") return bash_completion(commands);
  if (what == "zsh") return zsh_completion(commands);
  if (what == "fish") return fish_completion(commands);
  return man_page(commands, std::string(version()));
}

}  // namespace

void add_generate(CLI::App& app, int& status) {
  CLI::App& command =
      *app.add_subcommand("generate", "Print the man page, or what a shell completes from");
  auto what = std::make_shared<std::string>();
  command.add_option("WHAT", *what, "man, bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"man", "bash", "zsh", "fish"}));
  command.callback([what, &status] {
    const std::string text = generate(*what);
    status = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
  });
}

}  // namespace wrun::inline v0::tool
