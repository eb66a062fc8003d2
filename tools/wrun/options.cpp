#include "tools/wrun/options.hpp"

namespace wrun::inline v0::tool {

namespace {

constexpr std::string_view default_set = "wasm3,+legacy-exceptions";

// A list that begins with + or - changes the default.
std::optional<Features> parse_features(const std::string& text) {
  const bool changes = text.starts_with('+') || text.starts_with('-');
  return Features::parse(changes ? std::string(default_set) + "," + text : text);
}

}  // namespace

Features default_features() {
  return *Features::parse(default_set);
}

CLI::Option* add_features_option(CLI::App& app, std::optional<Features>& features) {
  return app
      .add_option_function<std::string>(
          "--features",
          [&features](const std::string& text) {
            features = parse_features(text);
            if (!features) throw CLI::ValidationError("--features", "unknown: '" + text + "'");
          },
          "What modules may use: wasm1, wasm2, wasm3 or all, and +NAME or -NAME, with commas")
      ->type_name("SET");
}

CLI::Option* add_tier_option(CLI::App& app) {
  return app
      .add_option_function<std::string>(
          "--tier", [](const std::string&) {}, "How code is run: there is only the interpreter")
      ->type_name("TIER")
      ->check(CLI::IsMember({"interp"}));
}

CLI::Option* add_gc_stress_option(CLI::App& app, bool& stress) {
  return app.add_flag(
      "--gc-stress", stress,
      "Collect garbage at every allocation of a structure or array: slow, for tests");
}

CLI::Option* add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                          const std::string& help) {
  return app.add_option(name, values, help)->type_size(1)->allow_extra_args(false);
}

}  // namespace wrun::inline v0::tool
