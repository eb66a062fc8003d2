#pragma once

// Instances that are gone, emptied: what an instance has for each function of its module is the
// same in all of them, but for the instance's address. The next one of that module needn't write
// it. Thread-safe.

#include <cstddef>
#include <mutex>

#include <wrun/version.hpp>

namespace wrun::inline v0::runtime {

struct Instance;

class InstancePool {
 public:
  InstancePool() = default;
  ~InstancePool();
  InstancePool(const InstancePool&) = delete;
  InstancePool& operator=(const InstancePool&) = delete;

  /// One with functions and nothing else, in no store; null if none waits.
  Instance* take() noexcept;
  /// Frees an instance, or empties and keeps it.
  void give(Instance* instance) noexcept;

 private:
  bool keep(Instance* instance) noexcept;

  std::mutex mutex_;
  Instance* idle_ = nullptr;
  std::size_t bytes_ = 0;  // of what is idle
};

}  // namespace wrun::inline v0::runtime
