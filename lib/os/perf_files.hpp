#pragma once

// Files that tell `perf` of machine code. One of each for a process, whatever engines it has. What
// can't be written is left out. Not thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wrun::inline v0::os {

struct NamedCode {
  const void* code = nullptr;
  std::span<const std::uint8_t> bytes;
  std::string_view name;
};

/// A line in /tmp/perf-PID.map.
void write_perf_map(const NamedCode& code) noexcept;

/// A record in jit-PID.dump, in the directory that is current when the first is written.
/// https://github.com/torvalds/linux/blob/master/tools/perf/Documentation/jitdump-specification.txt
void write_jitdump(const NamedCode& code) noexcept;

}  // namespace wrun::inline v0::os
