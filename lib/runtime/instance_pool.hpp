#pragma once

// Instances of a module that nothing reaches any more, kept for its next ones. The references to an
// instance's own functions are the same in each, as they name their instance: whoever gets its
// memory again needn't write them. Nothing else of what it was is left. Thread-safe.

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include <wrun/version.hpp>

#include "lib/runtime/idle_bytes.hpp"

namespace wrun::inline v0::runtime {

struct Instance;

class InstancePool {
 public:
  /// Of all that waits in one pool.
  static constexpr std::size_t most_bytes = 1024 * 1024;

  /// `all` counts what this pool and others keep.
  explicit InstancePool(std::shared_ptr<IdleBytes> all) : all_(std::move(all)) {}
  ~InstancePool();
  InstancePool(const InstancePool&) = delete;
  InstancePool& operator=(const InstancePool&) = delete;

  /// One with functions and nothing else, in no store; null if none waits.
  Instance* take() noexcept;
  /// Empties an instance and keeps it; frees it where too much is kept, or its functions were never
  /// made.
  void give(Instance* instance) noexcept;

 private:
  bool keep(Instance& instance) noexcept;
  bool reserve(std::size_t bytes) noexcept;
  Instance* pop() noexcept;

  std::shared_ptr<IdleBytes> all_;
  std::mutex mutex_;
  Instance* idle_ = nullptr;
  std::size_t bytes_ = 0;  // of what is idle
};

}  // namespace wrun::inline v0::runtime
