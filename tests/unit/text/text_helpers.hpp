#pragma once

// What the tests of lib/text share.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/text/module.hpp"
#include "lib/text/printer.hpp"
#include "lib/wasm/decoder.hpp"

namespace wrun::wat {

using Bytes = std::vector<std::uint8_t>;

/// The module's bytes without names; fails the test if it doesn't parse.
inline Bytes parse(std::string_view text, bool names = false) {
  ParseOptions options;
  options.names = names;
  auto parsed = parse_module(text, options);
  EXPECT_TRUE(parsed.has_value()) << text << "\n" << (parsed ? "" : parsed.error().message());
  return parsed ? parsed->bytes : Bytes{};
}

/// The message of the error, or "parsed".
inline std::string error_of(std::string_view text) {
  auto parsed = parse_module(text);
  return parsed ? "parsed" : parsed.error().message();
}

inline void expect_same(std::string_view text, std::string_view same) {
  EXPECT_EQ(parse(text), parse(same)) << text << "\n" << same;
}

inline Result<std::shared_ptr<wasm::ModuleData>> load(Bytes bytes) {
  wasm::DecodeOptions options;
  options.features = Features::all();
  auto module = wasm::decode(std::move(bytes), options, std::make_shared<wasm::TypeRegistry>());
  if (!module) return module;
  auto valid = wasm::validate(**module, options);
  if (!valid) return std::move(valid).error();
  return module;
}

/// The text of a valid module; fails the test otherwise.
inline std::string print(Bytes bytes) {
  auto module = load(std::move(bytes));
  EXPECT_TRUE(module.has_value()) << (module ? "" : module.error().message());
  if (!module) return {};
  auto text = print_module(**module);
  EXPECT_TRUE(text.has_value());
  return text.value_or("");
}

inline std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace wrun::wat
