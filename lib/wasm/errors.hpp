#pragma once

// The sink of decoding, validating and parsing: the first error wins, later ones are ignored, so
// that callers need not stop at once but only look before they act on what they read.

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <wrun/error.hpp>

namespace wrun::inline v0::wasm {

class Errors {
 public:
  bool ok() const { return !first_; }
  const Error& first() const { return *first_; }
  Error take() { return std::move(*first_); }

  template <class... Args>
  void malformed(std::uint64_t offset, fmt::format_string<Args...> text, Args&&... args) {
    report(ErrorKind::malformed, offset, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void invalid(std::uint64_t offset, fmt::format_string<Args...> text, Args&&... args) {
    report(ErrorKind::invalid, offset, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void limit(std::uint64_t offset, fmt::format_string<Args...> text, Args&&... args) {
    report(ErrorKind::limit, offset, fmt::format(text, std::forward<Args>(args)...));
  }

  void report(ErrorKind kind, std::uint64_t offset, std::string message) {
    if (!first_) first_.emplace(kind, offset, std::move(message));
  }

 private:
  std::optional<Error> first_;
};

}  // namespace wrun::inline v0::wasm
