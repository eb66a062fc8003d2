#pragma once

// One run of a guest program, from its file to its exit status.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <wrun/config.hpp>
#include <wrun/features.hpp>

#include "tools/wrun/grants.hpp"

namespace wrun::inline v0::tool {

struct Preload {
  std::string name;
  std::string file;
};

struct RunLimits {
  std::optional<std::uint64_t> fuel;
  std::optional<std::uint64_t> max_memory;
  std::optional<std::uint64_t> max_heap;
  std::optional<std::uint64_t> stack_size;
  std::optional<std::uint32_t> max_threads;
  std::optional<std::chrono::nanoseconds> timeout;
};

struct GuestOptions {
  std::string file;
  std::vector<std::string> arguments;
  std::optional<std::string> invoke;
  std::vector<Preload> preloads;
  Grants grants;
  RunLimits limits;
  Features features;
  wrun::Config config = {};  ///< but for what other options say
  std::uint32_t compile_threads = 1;
  bool allow_precompiled = false;
  bool gc_stress = false;
  bool interruptible = true;
  bool tells_denials = true;  ///< on standard error
  bool json = false;
  bool usage = false;
  std::string usage_file;  ///< standard error if empty
};

/// Runs it, prints what there is to print, and returns the command's exit status. The process is to
/// end next: what the guest holds is left to that.
int run_last_guest(const GuestOptions& options);

}  // namespace wrun::inline v0::tool
