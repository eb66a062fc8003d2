#include "lib/text/module.hpp"

#include <algorithm>
#include <limits>

#include "lib/text/module_form.hpp"
#include "lib/text/module_parser.hpp"

namespace wrun::inline v0::wat {
namespace {

/// (module quote ...) within (module quote ...) isn't a module.
enum class Quote : bool { no, allowed };

class FormParser {
 public:
  FormParser(std::string_view text, std::uint32_t begin, std::uint32_t end,
             const ParseOptions& options)
      : options_(options), cursor_(text, begin, end, errors_) {}

  Result<ParsedModule> parse(Quote quote, DefinitionWord definition) {
    ParsedModule result;
    if (open(definition)) {
      Context context{cursor_, module_};
      if (cursor_.at(TokenKind::keyword) && definition == DefinitionWord::allowed)
        cursor_.accept_keyword("definition");
      if (cursor_.at(TokenKind::id)) module_.module_name = take_id(context);
      if (is_core_) skip_component_exports();
      const std::uint32_t at = cursor_.offset();
      if (cursor_.accept_keyword("binary"))
        result = binary();
      else if (quote == Quote::allowed && cursor_.accept_keyword("quote"))
        result = quoted(at);
      else
        result = fields();
      cursor_.expect_close();
    } else {
      result = fields();
    }
    if (cursor_.ok() && !cursor_.at(TokenKind::end)) cursor_.unexpected("the end");
    if (!errors_.ok()) return errors_.take();
    return result;
  }

 private:
  /// (module, or in scripts (core module.
  bool open(DefinitionWord definition) {
    if (definition == DefinitionWord::no || !cursor_.accept_open("core"))
      return cursor_.accept_open("module");
    cursor_.expect_keyword("module");
    is_core_ = true;
    return true;
  }

  /// (export "name")* without a description: the component's exports of the core module.
  void skip_component_exports() {
    while (cursor_.at_open("export")) {
      const std::uint32_t begin = cursor_.offset();
      cursor_.accept_open("export");
      cursor_.expect(TokenKind::string);
      if (!cursor_.accept(TokenKind::right)) return cursor_.seek(begin);
    }
  }

  ParsedModule fields() {
    Context context{cursor_, module_};
    module_names(context);
    ModuleParser(cursor_, module_).parse_fields();
    return errors_.ok() ? module_.finish(options_) : ParsedModule();
  }

  /// (@name "...") of the module.
  void module_names(Context& context) {
    std::string_view name;
    const bool has_name = accept_name_annotation(context, name);
    if (has_name) module_.module_name = name;
    if (has_name && cursor_.at_annotation("name"))
      errors_.malformed(cursor_.offset(), "@name annotation: multiple module names");
  }

  ParsedModule binary() {
    ParsedModule result;
    const std::string bytes = cursor_.take_strings();
    result.bytes.assign(bytes.begin(), bytes.end());
    if (module_.module_name) result.name = std::string(*module_.module_name);
    return result;
  }

  ParsedModule quoted(std::uint32_t at) {
    const std::string text = cursor_.take_strings();
    ParseOptions inner = options_;
    inner.positions = false;
    FormParser parser(text, 0, static_cast<std::uint32_t>(text.size()), inner);
    auto result = parser.parse(Quote::no, DefinitionWord::no);
    if (!result) {
      errors_.report(result.error().kind(), at, result.error().message());
      return {};
    }
    if (module_.module_name) result->name = std::string(*module_.module_name);
    return *std::move(result);
  }

  const ParseOptions& options_;
  Errors errors_;
  ModuleBuilder module_;
  Cursor cursor_;
  bool is_core_ = false;
};

}  // namespace

std::optional<std::uint32_t> PositionMap::text_offset(std::uint64_t binary) const {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), binary,
      [](std::uint64_t offset, const Entry& entry) { return offset < entry.binary; });
  if (after == entries_.begin()) return std::nullopt;
  return std::prev(after)->text;
}

Result<ParsedModule> parse_module_form(std::string_view text, const ParseOptions& options,
                                       DefinitionWord definition) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max())
    return Error(ErrorKind::limit, "text of more than 4 GiB");
  const auto begin = static_cast<std::uint32_t>(std::min(options.begin, text.size()));
  const auto end = static_cast<std::uint32_t>(std::min(options.end, text.size()));
  return FormParser(text, begin, end, options).parse(Quote::allowed, definition);
}

Result<ParsedModule> parse_module(std::string_view text, const ParseOptions& options) {
  return parse_module_form(text, options, DefinitionWord::no);
}

Error at_text(const Error& error, const PositionMap& positions) {
  if (!error.offset()) return error;
  const auto offset = positions.text_offset(*error.offset());
  if (!offset) return Error(error.kind(), error.message());
  return Error(error.kind(), *offset, error.message());
}

}  // namespace wrun::inline v0::wat
