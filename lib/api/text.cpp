#include <utility>

#include "lib/api/build.hpp"
#include "lib/api/state.hpp"
#include "lib/text/module.hpp"
#include "lib/text/source.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace {

/// The same error with the place as people see it, and the line with a caret below.
Error shown_in(std::string_view text, const Error& error) {
  if (!error.offset()) return error;
  const wat::Location at = wat::locate(text, *error.offset());
  std::string message = compose("{} (line {}, column {})", error.message(), at.line, at.column);
  const std::string picture = wat::explain(text, "", error);
  if (const auto line = picture.find('\n'); line != picture.npos) message += picture.substr(line);
  return Error(error.kind(), *error.offset(), std::move(message));
}

}  // namespace

Result<Module> api::build_text(const std::shared_ptr<EngineState>& engine, std::string_view text) {
  if (text.size() > engine->config.module_limits.module_size)
    return Error(ErrorKind::limit, "the text is larger than the limit for a module");
  auto parsed = wat::parse_module(text);
  if (!parsed) return shown_in(text, parsed.error());
  auto module = build_binary(engine, std::move(parsed->bytes));
  if (!module) return shown_in(text, wat::at_text(module.error(), parsed->positions));
  return module;
}

}  // namespace wrun::inline v0
