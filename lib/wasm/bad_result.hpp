#pragma once

// What value() throws of a Result that holds an Error. Hosts see a std::runtime_error; where a
// host function lets it through, the library finds the error again.

#include <stdexcept>

#include <wrun/error.hpp>

namespace wrun::inline v0::wasm {

struct BadResult : std::runtime_error {
  explicit BadResult(const Error& e) : std::runtime_error(e.message()), error(e) {}
  Error error;
};

}  // namespace wrun::inline v0::wasm
