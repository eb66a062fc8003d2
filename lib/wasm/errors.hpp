#pragma once

// The sink of decoding, validating and parsing: the first error wins, later ones are ignored, so
// that callers need not stop at once but only look before they act on what they read.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <wrun/error.hpp>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wasm {

class Errors {
 public:
  bool ok() const { return !first_; }
  const Error& first() const { return *first_; }
  Error take() { return std::move(*first_); }

  template <class... Args>
  void malformed(std::uint64_t offset, Pattern<Args...> text, const Args&... args) {
    report(ErrorKind::malformed, offset, text.text(), value_types<Args...>,
           PatternValues<Args...>{args...}.data());
  }
  template <class... Args>
  void invalid(std::uint64_t offset, Pattern<Args...> text, const Args&... args) {
    report(ErrorKind::invalid, offset, text.text(), value_types<Args...>,
           PatternValues<Args...>{args...}.data());
  }
  template <class... Args>
  void limit(std::uint64_t offset, Pattern<Args...> text, const Args&... args) {
    report(ErrorKind::limit, offset, text.text(), value_types<Args...>,
           PatternValues<Args...>{args...}.data());
  }

  void report(ErrorKind kind, std::uint64_t offset, std::string message);
  [[gnu::cold]] void report(ErrorKind kind, std::uint64_t offset, const char* text,
                            std::uint64_t types, const PatternValue* values);

 private:
  std::optional<Error> first_;
};

}  // namespace wrun::inline v0::wasm
