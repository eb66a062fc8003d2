#pragma once

// A guest that does what the test says: a module with a memory that imports every function of
// preview 1 and exports one of the same name and type, which passes its arguments on. The module is
// made from the table of functions.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

#include "wasi/preview1/abi.hpp"

namespace wrun::test {

/// Where the tests put things in the guest's memory.
namespace at {
inline constexpr std::uint32_t vectors = 16;
inline constexpr std::uint32_t result = 2048;
inline constexpr std::uint32_t result2 = 2056;
inline constexpr std::uint32_t stat = 2112;
inline constexpr std::uint32_t path = 4096;
inline constexpr std::uint32_t path2 = 12288;
inline constexpr std::uint32_t data = 20480;
inline constexpr std::uint32_t data_size = 8192;
inline constexpr std::uint32_t end = 2 * 65536;
}  // namespace at

class Guest {
 public:
  using Errno = wasi::Errno;
  using Args = std::vector<std::uint64_t>;

  explicit Guest(const wasi::Config& config);

  /// Calls a function of preview 1 from WebAssembly. A test in which it doesn't return fails.
  Errno call(const char* name, const Args& args);
  /// The same where the guest may be stopped.
  Result<Errno> try_call(const char* name, const Args& args);

  Store& store() { return store_; }
  wasi::Context& context() { return *context_; }

  void put(std::uint32_t address, std::string_view text);
  void put32(std::uint32_t address, std::uint32_t value);
  void put64(std::uint32_t address, std::uint64_t value);
  std::uint32_t load32(std::uint32_t address);
  std::uint64_t load64(std::uint32_t address);
  std::string text(std::uint32_t address, std::uint32_t length);
  std::span<std::uint8_t> memory();
  /// Whether these bytes are anywhere in the memory.
  bool remembers(std::string_view text);

  // Common calls, on data at the places above.

  /// The descriptor is in opened().
  Errno open(std::uint32_t fd, std::string_view path, std::uint64_t rights,
             std::uint32_t oflags = 0, bool follow = true, std::uint32_t fdflags = 0);
  std::uint32_t opened() { return load32(at::result); }
  Errno read(std::uint32_t fd, std::uint32_t length = at::data_size);
  Errno write(std::uint32_t fd, std::string_view text);

 private:
  Store store_;
  std::shared_ptr<wasi::Context> context_;
  Instance instance_;
};

}  // namespace wrun::test
