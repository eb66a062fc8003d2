#include "lib/text/component.hpp"

namespace wrun::inline v0::wat {
namespace {

/// At (core module ...
bool at_core_module(Cursor& cursor) {
  if (!cursor.at_open("core")) return false;
  Errors errors;
  Cursor probe(cursor.text(), cursor.offset(), static_cast<std::uint32_t>(cursor.text().size()),
               errors);
  return probe.accept_open("core") && probe.at_keyword("module");
}

ScriptModule take_core_module(Cursor& cursor) {
  ScriptModule module;
  module.begin = cursor.offset();
  module.end = cursor.skip_group();
  return module;
}

}  // namespace

std::vector<ScriptModule> skip_component(Cursor& cursor) {
  std::vector<ScriptModule> modules;
  std::vector<bool> is_component;  // of each open parenthesis
  do {
    if (cursor.at(TokenKind::right)) {
      is_component.pop_back();
      cursor.advance();
    } else if (!cursor.at(TokenKind::left) && !cursor.at(TokenKind::annotation)) {
      cursor.advance();
    } else if (!is_component.empty() && is_component.back() && at_core_module(cursor)) {
      modules.push_back(take_core_module(cursor));
    } else {
      is_component.push_back(cursor.at_open("component"));
      cursor.advance();
    }
  } while (!is_component.empty() && !cursor.at(TokenKind::end));
  return modules;
}

}  // namespace wrun::inline v0::wat
