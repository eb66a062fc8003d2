#pragma once

// Where threads wait at the addresses of a shared memory: those at one address in the order in
// which they came. Thread-safe.
//
// https://webassembly.github.io/threads/core/exec/runtime.html#wait-queues

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

#include "lib/os/clock.hpp"
#include "lib/os/parker.hpp"

namespace wrun::inline v0::runtime {

struct ExecState;

/// The first three are what memory.atomic.wait returns.
enum class WaitResult : std::uint32_t {
  woken,
  not_equal,
  timed_out,
  stopped  ///< the waiting store was interrupted, or is past its deadline
};

/// How a thread waits.
struct Waiting {
  os::Parker& parker;
  std::optional<os::TimePoint> until;
  /// Whose requests to stop end the wait, which then come by `parker`; null if nobody's do.
  const ExecState* state = nullptr;
};

/// When a wait of so many nanoseconds ends; never, if they are negative or past what the clock can
/// tell.
std::optional<os::TimePoint> wait_end(std::int64_t nanoseconds);

class ParkingLot {
 public:
  /// Waits at `address` if `is_expected(env)`. Whoever changes what that looks at and then notifies
  /// has either changed it before it is looked at, or finds the waiter.
  WaitResult wait(std::uint64_t address, const Waiting& waiting, bool (*is_expected)(void* env),
                  void* env);
  /// Wakes those that have waited longest, `count` at most; returns how many.
  std::uint32_t notify(std::uint64_t address, std::uint32_t count);

 private:
  /// On its thread's stack, in its bucket's list while it waits.
  struct Waiter {
    std::uint64_t address;
    os::Parker& parker;
    bool woken = false;
    Waiter* next = nullptr;
    Waiter* previous = nullptr;
  };
  struct Bucket {
    std::mutex mutex;
    Waiter* first = nullptr;
    Waiter* last = nullptr;

    void add(Waiter& waiter);
    void remove(Waiter& waiter);
  };
  static constexpr std::size_t bucket_count = 32;

  Bucket& bucket_of(std::uint64_t address);
  static WaitResult sleep(Bucket& bucket, std::unique_lock<std::mutex>& lock, Waiter& waiter,
                          const Waiting& waiting);

  std::array<Bucket, bucket_count> buckets_;
};

}  // namespace wrun::inline v0::runtime
