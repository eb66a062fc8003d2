#pragma once

// What the tests of the API share.

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

#include <wrun/wrun.hpp>

namespace wrun::test {

/// The value of a Result; fails the test with the error's message if there is none.
template <class T>
T take(Result<T> result) {
  EXPECT_TRUE(result.has_value()) << (result.has_value() ? "" : result.error().message());
  return std::move(result).value();
}
inline void take(Result<void> result) {
  EXPECT_TRUE(result.has_value()) << (result.has_value() ? "" : result.error().message());
}

template <class T>
ErrorKind kind_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value()) << "expected an error";
  return result.has_value() ? ErrorKind::host : result.error().kind();
}

/// Functions are hot at their second call.
inline Config hot_config(Tier tier, bool fuel = false) {
  Config config;
  config.tier = tier;
  config.hot_after = 2;
  config.fuel = fuel;
  return config;
}

/// An engine, a store and a linker.
struct World {
  Engine engine;
  Store store{engine};
  Linker linker{engine};

  explicit World(const Config& config = {}) : engine(config) {}

  Module module(std::string_view text) { return take(Module::from_text(engine, text)); }
  Instance instance(std::string_view text) { return take(linker.instantiate(store, module(text))); }
};

inline constexpr std::string_view add_text = R"((module
  (func (export "add") (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.add)))";

inline constexpr std::string_view forever_text = R"((module
  (func (export "run") (loop br 0))))";

}  // namespace wrun::test
