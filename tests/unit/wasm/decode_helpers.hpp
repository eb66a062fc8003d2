#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lib/wasm/decoder.hpp"
#include "tests/unit/wasm/module_builder.hpp"

namespace wrun::test {

inline Result<std::shared_ptr<wasm::ModuleData>> try_decode(
    Bytes bytes, Features features = Features::wasm3(),
    std::shared_ptr<wasm::TypeRegistry> registry = std::make_shared<wasm::TypeRegistry>()) {
  wasm::DecodeOptions options;
  options.features = features;
  return wasm::decode(std::move(bytes), options, std::move(registry));
}

/// The module, or null and a failed test.
inline std::shared_ptr<wasm::ModuleData> decoded(Bytes bytes,
                                                 Features features = Features::wasm3()) {
  auto result = try_decode(std::move(bytes), features);
  if (result) return *result;
  ADD_FAILURE() << text(result.error().kind()) << ": " << result.error().message() << " at "
                << result.error().offset().value_or(0);
  return nullptr;
}

/// Fails unless decoding ends in that error; the message need only begin as said.
inline void expect_error(Bytes bytes, ErrorKind kind, const std::string& message,
                         std::optional<std::uint64_t> offset = std::nullopt,
                         Features features = Features::wasm3()) {
  const auto result = try_decode(std::move(bytes), features);
  ASSERT_FALSE(result.has_value()) << "expected: " << message;
  EXPECT_EQ(text(result.error().kind()), text(kind)) << result.error().message();
  EXPECT_EQ(result.error().message().substr(0, message.size()), message);
  if (offset) {
    EXPECT_EQ(result.error().offset(), offset) << message;
  }
}

inline void expect_malformed(Bytes bytes, const std::string& message,
                             std::optional<std::uint64_t> offset = std::nullopt) {
  expect_error(std::move(bytes), ErrorKind::malformed, message, offset);
}

inline void expect_invalid(Bytes bytes, const std::string& message,
                           std::optional<std::uint64_t> offset = std::nullopt) {
  expect_error(std::move(bytes), ErrorKind::invalid, message, offset);
}

}  // namespace wrun::test
