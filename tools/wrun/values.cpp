#include "tools/wrun/values.hpp"

#include <fmt/format.h>

#include "lib/text/literals.hpp"
#include "tools/wrun/literals.hpp"

namespace wrun::inline v0::tool {
namespace {

std::optional<Val> parse_i32(std::string_view text) {
  std::uint64_t bits = 0;
  if (wat::parse_integer(text, 32, bits) != wat::LiteralStatus::ok) return std::nullopt;
  return Val(static_cast<std::uint32_t>(bits));
}

std::optional<Val> parse_i64(std::string_view text) {
  std::uint64_t bits = 0;
  if (wat::parse_integer(text, 64, bits) != wat::LiteralStatus::ok) return std::nullopt;
  return Val(bits);
}

std::optional<Val> parse_f32(std::string_view text) {
  std::uint32_t bits = 0;
  if (wat::parse_f32(text, bits) != wat::LiteralStatus::ok) return std::nullopt;
  return Val::f32_bits(bits);
}

std::optional<Val> parse_f64(std::string_view text) {
  std::uint64_t bits = 0;
  if (wat::parse_f64(text, bits) != wat::LiteralStatus::ok) return std::nullopt;
  return Val::f64_bits(bits);
}

std::optional<Val> parse_vector(std::string_view text) {
  const auto bytes = parse_v128(text);
  if (!bytes) return std::nullopt;
  return Val(V128{*bytes});
}

std::string format_reference(const Val& value) {
  if (value.is_null()) return "null";
  return to_string(ValType::ref(value.type().heap(), true));
}

std::string list_text(const std::vector<ValType>& types) {
  std::string text;
  for (const ValType& type : types) text += (text.empty() ? "" : " ") + to_string(type);
  return text;
}

}  // namespace

std::optional<Val> parse_value(const ValType& type, std::string_view text) {
  switch (type.kind()) {
    case ValKind::i32:
      return parse_i32(text);
    case ValKind::i64:
      return parse_i64(text);
    case ValKind::f32:
      return parse_f32(text);
    case ValKind::f64:
      return parse_f64(text);
    case ValKind::v128:
      return parse_vector(text);
    case ValKind::ref:
      if (text != "null" || !type.is_nullable()) return std::nullopt;
      return Val::null(type.heap());
  }
  return std::nullopt;
}

Result<std::vector<Val>> parse_values(const FuncType& type, const std::vector<std::string>& texts) {
  if (texts.size() != type.params.size()) {
    return Error(ErrorKind::usage, fmt::format("it takes {} argument{}, not {}", type.params.size(),
                                               type.params.size() == 1 ? "" : "s", texts.size()));
  }
  std::vector<Val> values;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto value = parse_value(type.params[i], texts[i]);
    if (!value) {
      return Error(ErrorKind::usage, fmt::format("argument {}, '{}', is no {}", i + 1, texts[i],
                                                 to_string(type.params[i])));
    }
    values.push_back(*value);
  }
  return values;
}

std::string format_value(const Val& value) {
  const auto bits = value.bits();
  switch (value.kind()) {
    case ValKind::i32:
      return fmt::format("{}", static_cast<std::int32_t>(bits[0]));
    case ValKind::i64:
      return fmt::format("{}", static_cast<std::int64_t>(bits[0]));
    case ValKind::f32:
      return format_f32(static_cast<std::uint32_t>(bits[0]));
    case ValKind::f64:
      return format_f64(bits[0]);
    case ValKind::v128:
      return format_v128(value.get<V128>()->bytes);
    case ValKind::ref:
      return format_reference(value);
  }
  return {};
}

nlohmann::ordered_json to_json(const Val& value) {
  return {{"type", to_string(value.type())}, {"value", format_value(value)}};
}

std::string signature_text(const FuncType& type) {
  const std::string params = list_text(type.params);
  const std::string results = list_text(type.results);
  return fmt::format("{}{}->{}{}", params, params.empty() ? "" : " ", results.empty() ? "" : " ",
                     results);
}

}  // namespace wrun::inline v0::tool
