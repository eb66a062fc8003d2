#include "lib/native/signature.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::native {

namespace {

constexpr NativeKind size_kind = sizeof(std::size_t) == 8 ? NativeKind::u64 : NativeKind::u32;

struct Number {
  std::string_view name;
  NativeKind kind;
  Role role = Role::number;
};

constexpr std::array<Number, 12> numbers{{{"i8", NativeKind::i8},
                                          {"u8", NativeKind::u8},
                                          {"i16", NativeKind::i16},
                                          {"u16", NativeKind::u16},
                                          {"i32", NativeKind::i32},
                                          {"u32", NativeKind::u32},
                                          {"i64", NativeKind::i64},
                                          {"u64", NativeKind::u64},
                                          {"f32", NativeKind::f32},
                                          {"f64", NativeKind::f64},
                                          {"usize", size_kind, Role::size},
                                          {"cstr", NativeKind::pointer, Role::string}}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The part before the first `separator`; the text keeps what is after it.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text = at == text.npos ? std::string_view() : text.substr(at + 1);
  return part;
}

bool is_integer(NativeKind kind) {
  return kind != NativeKind::none && kind < NativeKind::f32;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Signature> run() {
    std::string_view rest = trim(text_);
    const std::size_t open = rest.find('(');
    if (open == rest.npos || rest.back() != ')') return refuse("isn't RESULT(PARAM, ...)");
    const std::string_view result = trim(rest.substr(0, open));
    if (!parse_result(result)) return refuse(compose("has no result such as '{}'", result));
    rest = trim(rest.substr(open + 1, rest.size() - open - 2));
    while (!rest.empty()) {
      const std::string_view param = trim(cut(rest, ','));
      if (!parse_param(param)) return refuse(compose("has no parameter such as '{}'", param));
    }
    if (signature_.params.size() > max_params)
      return refuse(compose("has more than {} parameters", max_params));
    for (const Value& param : signature_.params) {
      if (!check_size(param)) return refuse("takes a size from what is no integer parameter");
    }
    return std::move(signature_);
  }

 private:
  Error refuse(std::string_view why) const {
    return Error(ErrorKind::usage, compose("the native signature \"{}\" {}", text_, why));
  }

  bool parse_result(std::string_view text) {
    Value& result = signature_.result;
    if (text == "void") return true;
    if (text == "ptr") return result.role = Role::pointer, result.kind = NativeKind::pointer, true;
    const auto found = find_number(text);
    if (!found || found->role == Role::string) return false;
    return result = *found, true;
  }

  bool parse_param(std::string_view text) {
    if (const auto found = find_number(text)) return signature_.params.push_back(*found), true;
    if (text.substr(0, 3) != "ptr") return false;
    text.remove_prefix(3);
    Value pointer{NativeKind::pointer, Role::pointer};
    if (text.substr(0, 1) == "?") pointer.may_be_null = true, text.remove_prefix(1);
    if (text.substr(0, 1) != ":") return false;
    text.remove_prefix(1);
    if (text == "len") {
      pointer.size = {{true, signature_.params.size() + 1}};
      signature_.params.push_back(std::move(pointer));
      signature_.params.push_back({size_kind, Role::size});
      return true;
    }
    if (text.empty() || text.back() == '*') return false;
    while (!text.empty()) {
      const auto factor = parse_factor(trim(cut(text, '*')));
      if (!factor) return false;
      pointer.size.push_back(*factor);
    }
    return signature_.params.push_back(std::move(pointer)), true;
  }

  static std::optional<Value> find_number(std::string_view text) {
    for (const Number& number : numbers) {
      if (number.name == text) return Value{number.kind, number.role};
    }
    return std::nullopt;
  }

  static std::optional<Factor> parse_factor(std::string_view text) {
    Factor factor;
    factor.is_param = text.substr(0, 1) == "$";
    if (factor.is_param) text.remove_prefix(1);
    const char* end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, factor.value);
    if (text.empty() || failed != std::errc() || stop != end) return std::nullopt;
    return factor;
  }

  bool check_size(const Value& param) const {
    for (const Factor& factor : param.size) {
      if (!factor.is_param) continue;
      if (factor.value >= signature_.params.size()) return false;
      if (!is_integer(signature_.params[factor.value].kind)) return false;
    }
    return true;
  }

  std::string_view text_;
  Signature signature_;
};

ValType wasm_type(const Value& value) {
  if (value.role != Role::number) return ValType::i32();
  switch (value.kind) {
    case NativeKind::i64:
    case NativeKind::u64:
      return ValType::i64();
    case NativeKind::f32:
      return ValType::f32();
    case NativeKind::f64:
      return ValType::f64();
    default:
      return ValType::i32();
  }
}

}  // namespace

Result<Signature> parse_signature(std::string_view text) {
  return Parser(text).run();
}

FuncType wasm_type(const Signature& signature) {
  FuncType type;
  for (const Value& param : signature.params) type.params.push_back(wasm_type(param));
  if (signature.result.kind != NativeKind::none)
    type.results.push_back(wasm_type(signature.result));
  return type;
}

}  // namespace wrun::inline v0::native
