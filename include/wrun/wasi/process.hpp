#pragma once

// What a program knows of its own process: arguments, environment, and how it ends.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <wrun/error.hpp>
#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

class Arguments {
 public:
  virtual ~Arguments() = default;
  /// The program's name first.
  virtual std::vector<std::string> arguments() = 0;
};

class Environment {
 public:
  virtual ~Environment() = default;
  /// Names and values.
  virtual std::vector<std::pair<std::string, std::string>> variables() = 0;
};

class ProcessExit {
 public:
  virtual ~ProcessExit() = default;
  /// The error that ends the guest's call; the default is Error{exit} with the status.
  virtual Error exit(std::uint32_t status) = 0;
};

/// Error{exit} with the status.
WRUN_API Error exit_error(std::uint32_t status);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
