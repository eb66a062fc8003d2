#pragma once

// The count of a script run's commands.

#include <cstdint>
#include <map>
#include <string>

namespace wrun::inline v0::tool {

struct Tally {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::map<std::string, std::uint64_t> skip_reasons;  ///< commands by reason

  void skip(const std::string& reason, std::uint64_t commands = 1) {
    skipped += commands;
    skip_reasons[reason] += commands;
  }
  Tally& operator+=(const Tally& other) {
    passed += other.passed;
    failed += other.failed;
    skipped += other.skipped;
    for (const auto& [reason, count] : other.skip_reasons) skip_reasons[reason] += count;
    return *this;
  }
};

}  // namespace wrun::inline v0::tool
