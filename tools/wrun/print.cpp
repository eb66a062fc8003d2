#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>

#include "lib/api/inspect.hpp"
#include "lib/text/printer.hpp"
#include "tools/wrun/commands.hpp"
#include "tools/wrun/disassembler.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/listing.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/options.hpp"
#include "tools/wrun/report.hpp"

namespace wrun::inline v0::tool {
namespace {

struct PrintOptions {
  std::string input;
  std::string output = "-";
  std::optional<std::string> slots;
  std::optional<std::string> graph;
  std::optional<std::string> registers;
  std::optional<std::string> machine_code;
  Config config;
  std::optional<Features> features;
};

/// A function by its index, its name, or the name that it is exported under.
std::optional<std::uint32_t> find_function(const wasm::ModuleData& data,
                                           const std::string& wanted) {
  std::uint32_t index = 0;
  const char* end = wanted.data() + wanted.size();
  const auto [rest, error] = std::from_chars(wanted.data(), end, index);
  if (error == std::errc() && rest == end) return index;
  for (const auto& [number, name] : data.names.functions) {
    if (name == wanted) return number;
  }
  for (const wasm::Export& offered : data.exports) {
    if (offered.kind == wasm::ExternKind::func && offered.name == wanted) return offered.index;
  }
  return std::nullopt;
}

Result<std::string> machine_code_of(const Module& module, std::uint32_t index) {
  if (!has_disassembler()) return Error(ErrorKind::usage, "there is no disassembler (Zydis)");
  const auto listing = api::machine_listing(module, index);
  if (!listing) return listing.error();
  return listing_text(*listing);
}

using Show = Result<std::string> (*)(const Module& module, std::uint32_t index);

Result<std::string> show(const Module& module, const std::string& wanted, Show what) {
  const auto index = find_function(api::data(module), wanted);
  if (!index) return Error(ErrorKind::usage, fmt::format("there is no function '{}'", wanted));
  return what(module, *index);
}

Result<std::string> text_of(const Module& module, const PrintOptions& options) {
  if (options.slots) return show(module, *options.slots, api::slots);
  if (options.graph) return show(module, *options.graph, api::compiler_graph);
  if (options.registers) return show(module, *options.registers, api::compiler_registers);
  if (options.machine_code) return show(module, *options.machine_code, machine_code_of);
  return wat::print_module(api::data(module));
}

int print(const PrintOptions& options) {
  Config config = options.config;
  config.features = options.features.value_or(default_features());
  const auto loaded = load_module(Engine(config), options.input);
  if (const auto* failure = std::get_if<Failure>(&loaded)) return report(*failure);
  const Module& module = std::get<Module>(loaded);
  const auto text = text_of(module, options);
  if (!text) return report({exit_refused, describe_refusal(options.input, text.error())});
  if (options.output == "-") {
    std::fwrite(text->data(), 1, text->size(), stdout);
    return exit_ok;
  }
  const auto written = write_text(options.output, *text);
  if (const auto* failure = std::get_if<Failure>(&written)) return report(*failure);
  return exit_ok;
}

}  // namespace

void add_print(CLI::App& app, int& status) {
  CLI::App& command = *app.add_subcommand("print", "Print a module as text");
  auto options = std::make_shared<PrintOptions>();
  command.add_option("FILE", options->input, "A module: .wasm, .wat, .gz, -")->required();
  command.add_option("-o,--output", options->output, "Where to; standard output unless given")
      ->type_name("FILE");
  auto& forms = *command.add_option_group("form", "One function instead, named or by index");
  const auto add_form = [&](const std::string& name, std::optional<std::string>& function,
                            const std::string& help) {
    forms.add_option(name, function, help)->type_name("FUNC");
  };
  add_form("--slots", options->slots, "What the interpreter runs of it");
  add_form("--ir", options->graph, "The compiler's graph of it");
  add_form("--registers", options->registers, "Its machine instructions, and where values are");
  add_form("--asm", options->machine_code, "Its machine code");
  forms.require_option(0, 1);
  add_features_option(command, options->features);
  add_code_options(command, options->config);
  command.callback([options, &status] { status = print(*options); });
}

}  // namespace wrun::inline v0::tool
