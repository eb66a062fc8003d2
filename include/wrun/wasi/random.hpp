#pragma once

// Random bytes: the interface, the host's generator, and a reproducible one.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <wrun/export.hpp>
#include <wrun/wasi/errno.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

class Random {
 public:
  virtual ~Random() = default;
  /// Fills all of the bytes. Must be thread-safe where guests of several threads share it.
  virtual Outcome<void> fill(std::span<std::byte> bytes) = 0;
};

/// The host's cryptographic generator.
WRUN_API std::shared_ptr<Random> system_random();
/// The same bytes for the same seed, on every machine. Not for secrets.
WRUN_API std::shared_ptr<Random> seeded_random(std::uint64_t seed);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
