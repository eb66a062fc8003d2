#pragma once

// What a run grants its guest, and WASI's configuration made of it. Flags (grant_flags.hpp) and
// policy files (policy.hpp) both end here.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wrun/linker.hpp>
#include <wrun/result.hpp>
#include <wrun/wasi/config.hpp>
#include <wrun/wasi/memory_files.hpp>
#include <wrun/wasi/network.hpp>

namespace wrun::inline v0::tool {

/// What can be allowed and denied by name.
enum class Capability : std::uint8_t {
  clock,
  env,
  files,
  native,
  random,
  sockets,
  stdin_,
  stdout_,
  stderr_,
  threads
};
inline constexpr std::array<std::string_view, 10> capability_names{
    "clock", "env", "files", "native", "random", "sockets", "stdin", "stdout", "stderr", "threads"};
std::optional<Capability> capability(std::string_view name);

/// A directory for the guest, and where it is from.
struct DirectoryGrant {
  enum class Kind : std::uint8_t { host, memory, overlay, archive };
  Kind kind = Kind::host;
  std::string source;  ///< on the host: a directory or an archive; empty: nothing (of memory only)
  std::string guest;
  std::string upper;  ///< on the host: where an overlay's changes go; empty: into memory
  bool read_only = false;

  friend bool operator==(const DirectoryGrant&, const DirectoryGrant&) = default;
};

/// A function of a shared library, for the import env.SYMBOL.
struct NativeGrant {
  std::string library;
  std::string symbol;
  std::string signature;

  friend bool operator==(const NativeGrant&, const NativeGrant&) = default;
};

struct Grants {
  std::vector<DirectoryGrant> directories;
  std::optional<std::uint64_t> fs_bytes, fs_files;  ///< quota of each directory in memory
  std::vector<std::pair<std::string, std::string>> environment;
  std::array<bool, capability_names.size()> allowed{};
  std::array<bool, capability_names.size()> denied{};
  std::optional<std::uint64_t> fixed_clock;  ///< seconds since 1970
  std::optional<std::uint64_t> random_seed;
  std::string stdin_file, stdout_file, stderr_file;  ///< empty: the command's own
  std::optional<std::uint64_t> max_output;           ///< of each of the two, bytes
  std::vector<std::string> listen, connect;
  std::vector<std::string> allow_net, deny_net;
  std::vector<NativeGrant> natives;

  void allow(Capability which) { allowed[static_cast<std::size_t>(which)] = true; }
  void deny(Capability which) { denied[static_cast<std::size_t>(which)] = true; }
  /// Denying beats allowing. The standard streams need not be allowed.
  bool has(Capability which) const;
  wasi::FilesQuota quota() const;
  /// Adds what other grants say; where both name one amount or file, it stays as it is.
  void add(const Grants& others);
};

/// "HOST[::GUEST][:ro]", "[HOST::]GUEST", "BASE[::GUEST[::UPPER]]", "FILE[::GUEST]"
DirectoryGrant parse_directory(DirectoryGrant::Kind kind, std::string text);

/// "LIBRARY:SYMBOL=SIGNATURE"; nothing if it isn't that.
std::optional<NativeGrant> parse_native(std::string_view text);

/// Adds the variable "NAME=VALUE"; or "NAME", if it is set here. False without a name.
bool add_variable(Grants& grants, const std::string& text);

/// Defines the native functions that are granted, under "env".
void grant_natives(const Grants& grants, Linker& linker);

/// Opens what is granted. What is denied later is told on standard error, once for each distinct
/// denial. `arguments` has the program's name first.
Result<wasi::Config> wasi_config(const Grants& grants, std::vector<std::string> arguments);

}  // namespace wrun::inline v0::tool
