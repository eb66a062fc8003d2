#pragma once

// Functions with machine code that the host has called lately: what looking up a handle, its
// function and that function's code finds each time.

#include <array>
#include <cstdint>

#include "lib/runtime/native.hpp"

namespace wrun::inline v0::runtime {

/// How a function's machine code is entered.
struct QuickCall {
  std::uint64_t handle = 0;  ///< index and generation, of which neither is 0; or 0
  Instance* instance = nullptr;
  const void* code = nullptr;
  NativeEntry::Stub stub = nullptr;
  os::FaultCatcher* catcher = nullptr;
};

/// Few of them, by handle. Their functions live while their handles aren't released, and machine
/// code stays what it is while its module lives.
class QuickCalls {
 public:
  /// Where a handle's is, if it is kept. The address doesn't depend on whether it is.
  const QuickCall& at(std::uint32_t index) const { return calls_[index % calls_.size()]; }
  static bool is_of(const QuickCall& call, std::uint32_t index, std::uint32_t generation) {
    return call.handle == word(index, generation);
  }
  const QuickCall& keep(std::uint32_t index, std::uint32_t generation, Instance* instance,
                        const NativeEntry& entry) {
    QuickCall& at = calls_[index % calls_.size()];
    at = {word(index, generation), instance, entry.code, entry.stub, entry.catcher};
    return at;
  }
  void clear() { calls_ = {}; }

 private:
  static std::uint64_t word(std::uint32_t index, std::uint32_t generation) {
    return std::uint64_t{generation} << 32 | index;
  }

  std::array<QuickCall, 4> calls_;
};

}  // namespace wrun::inline v0::runtime
