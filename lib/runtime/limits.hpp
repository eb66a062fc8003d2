#pragma once

// What a store may use, and the account that it is charged to.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/os/clock.hpp"

namespace wrun::inline v0::runtime {

inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// No single memory or table is larger, whatever the limits say; as in the JS embedding API.
inline constexpr std::uint64_t max_memory_bytes = 16ull * 1024 * 1024 * 1024;
inline constexpr std::uint64_t max_table_elements = 10'000'000;

/// What there may be limits of. Times are in nanoseconds.
enum class Resource : std::uint8_t {
  memory_bytes,
  table_elements,
  instances,
  heap_bytes,
  stack_bytes,
  fuel,
  wall_time,
  cpu_time,
  host_calls,
  host_bytes,
  count_
};
inline constexpr std::size_t resource_count = static_cast<std::size_t>(Resource::count_);

constexpr std::size_t index(Resource resource) {
  return static_cast<std::size_t>(resource);
}

/// A memory (in bytes) or table (in elements) is about to be made (from 0) or to grow.
struct Growth {
  enum class Kind : std::uint8_t { memory, table };
  Kind kind = Kind::memory;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::optional<std::uint64_t> declared_max;
};

/// Use went above a soft limit.
struct SoftLimitPassed {
  Resource resource = Resource::memory_bytes;
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
  bool of_budget = false;
};

class CallbackLock;

using Notify = std::function<void(const SoftLimitPassed&)>;

/// That a soft limit was passed, for when no mutex is held any more. Keeps whom it tells: that may
/// end what the limit is of.
struct Notice {
  std::shared_ptr<const Notify> whom;  ///< null if there is nothing to tell
  SoftLimitPassed what = {};

  /// With the lock of the store whose doing it is; null if it is none's.
  void tell(CallbackLock* lock) const noexcept;
};

/// Amounts above which somebody wants to be told. The callback may be null; it runs on whichever
/// thread uses more, which for times is the timer's.
struct SoftLimits {
  std::array<std::uint64_t, resource_count> at;
  std::shared_ptr<const Notify> notify;

  SoftLimits() { at.fill(unlimited); }
  std::uint64_t operator[](Resource resource) const { return at[index(resource)]; }
};

/// How a store is closed to its host while the host is asked or told something in the middle of a
/// use. On a thread that isn't inside the store, or where it is closed already, nothing happens.
class CallbackLock {
 public:
  /// Whether this closed it, so that unlock() is to follow.
  virtual bool lock() noexcept = 0;
  virtual void unlock() noexcept = 0;

 protected:
  ~CallbackLock() = default;
};

/// Caps of one store. What can be given back is summed over what is alive in it; times, calls and
/// bytes count from when the limits are set.
struct Limits {
  std::uint64_t memory_bytes = unlimited;
  std::uint64_t table_elements = unlimited;
  std::uint64_t instances = unlimited;
  std::uint64_t heap_bytes = unlimited;     ///< of structures, arrays and host references
  std::uint64_t stack_bytes = 1024 * 1024;  ///< of WebAssembly frames, for each stack
  std::uint64_t wall_time = unlimited;
  std::uint64_t cpu_time = unlimited;
  std::uint64_t host_calls = unlimited;
  std::uint64_t host_bytes = unlimited;
  std::optional<std::uint64_t> fuel;  ///< granted when the limits are set
  std::optional<os::TimePoint> deadline;
  bool may_wait = true;  ///< whether memory.atomic.wait may sleep
  /// Asked before anything grows within the caps; false refuses. May be empty. Runs on the store's
  /// thread, which the store is closed to.
  std::function<bool(const Growth&)> may_grow;
  SoftLimits soft;
  bool measure_time = false;  ///< also where no time is limited
};

/// One kind of resource: what is in use, the most that ever was, a cap and a soft limit. What is
/// set aside, for a use that isn't sure yet, counts against the cap alone. Thread-safe.
class Meter {
 public:
  /// Sets `amount` aside, or nothing if that would go over the cap.
  bool reserve(std::uint64_t amount) noexcept;
  /// What was set aside isn't needed.
  void cancel(std::uint64_t amount) noexcept;
  /// What was set aside is in use from now on. Whether use went above the soft limit thereby.
  bool use(std::uint64_t amount) noexcept;
  /// reserve() and use().
  bool take(std::uint64_t amount) noexcept;
  /// Uses `amount`, also above the cap: that has happened. Returns what use() does.
  bool add(std::uint64_t amount) noexcept;
  void give(std::uint64_t amount) noexcept;

  std::uint64_t now() const noexcept { return now_.load(std::memory_order_relaxed); }
  std::uint64_t peak() const noexcept { return peak_.load(std::memory_order_relaxed); }
  std::uint64_t cap() const noexcept { return cap_.load(std::memory_order_relaxed); }
  std::uint64_t soft() const noexcept { return soft_.load(std::memory_order_relaxed); }
  bool is_bounded() const noexcept { return cap() != unlimited || soft() != unlimited; }
  bool is_used_up() const noexcept { return now() >= cap(); }
  bool is_exceeded() const noexcept { return now() > cap(); }
  /// What is already in use stays, also above a lower cap.
  void set_cap(std::uint64_t cap) noexcept { cap_.store(cap, std::memory_order_relaxed); }
  void set_soft(std::uint64_t soft) noexcept { soft_.store(soft, std::memory_order_relaxed); }
  /// The same, counted from now on.
  void set_further(std::uint64_t cap, std::uint64_t soft) noexcept;

 private:
  std::atomic<std::uint64_t> held_{0};  // in use or set aside
  std::atomic<std::uint64_t> now_{0};
  std::atomic<std::uint64_t> peak_{0};
  std::atomic<std::uint64_t> cap_{unlimited};
  std::atomic<std::uint64_t> soft_{unlimited};
};

/// Sums up how many bytes were in use for how long. Thread-safe.
class ByteTime {
 public:
  /// So many were in use since the last time.
  void settle(std::uint64_t bytes) noexcept;
  /// In bytes times seconds, while so many are in use.
  double total(std::uint64_t bytes) const noexcept;

 private:
  mutable std::mutex mutex_;
  os::TimePoint since_ = os::MonotonicClock::now();
  double sum_ = 0;
};

class Account;
struct Budget;

/// Some of what a store, a budget, or both have left, set aside: given back at the end, unless it
/// comes to be used. Peaks and soft limits hear of it when it is.
class [[nodiscard]] Reservation {
 public:
  Reservation() = default;  ///< refused
  Reservation(Reservation&& other) noexcept { *this = std::move(other); }
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

  /// Whether something is set aside.
  explicit operator bool() const noexcept { return store_ || budget_; }
  /// It is in use from now on; who uses it gives it back some time. May call the host: whatever it
  /// is used for is complete.
  void use() noexcept;

 private:
  friend class Account;
  friend struct Budget;

  Account* store_ = nullptr;
  Budget* budget_ = nullptr;
  Resource resource_ = Resource::memory_bytes;
  std::uint64_t amount_ = 0;
};

/// A tenant's account, shared by stores and threads; a store that was given none has its own.
struct Budget {
  Meter memory_bytes;
  Meter table_elements;
  Meter instances;
  Meter heap_bytes;
  Meter stack_bytes;
  Meter fuel;  ///< granted: now() never falls but when unused fuel is given back
  Meter wall_time;
  Meter cpu_time;
  Meter host_calls;
  Meter host_bytes;
  ByteTime memory_time;
  std::atomic<std::uint64_t> fuel_used{0};
  std::atomic<bool> misses_fuel{false};  ///< a store's engine didn't count it
  std::atomic<std::uint64_t> waits{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::int64_t> host_time{0};
  std::atomic<bool> has_host_work{false};
  std::atomic<bool> has_host_time{false};
  std::atomic<std::uint32_t> running{0};  ///< calls whose time is measured
  bool measures_time = false;             ///< of all its stores; fixed before it has any
  SoftLimits soft;                        ///< the same
  /// As Limits::may_grow, after that; fixed before it has any store.
  std::function<bool(const Growth&)> may_grow;
  std::atomic<std::uint32_t> passed{0};  ///< soft limits: bits, 1 << Resource

  Meter& operator[](Resource resource) noexcept;
  /// Sets a soft limit; before it has stores.
  void set_soft(SoftLimits limits);
  /// Of a shared memory that no store lets grow, if may_grow agrees.
  Reservation reserve(const Growth& growth) noexcept;
  void give(Resource resource, std::uint64_t amount) noexcept;

  // With the lock of the store whose doing it is; null if it is none's.

  /// What was used already.
  void add(Resource resource, std::uint64_t amount, CallbackLock* lock) noexcept;
  /// The same, and whoever is to be told of it isn't yet.
  Notice charge(Resource resource, std::uint64_t amount) noexcept;
  void note_passed(Resource resource, std::uint64_t used, std::uint64_t limit,
                   CallbackLock* lock) noexcept;
  /// Of what is metered here.
  void note_passed(Resource resource, CallbackLock* lock) noexcept;
  bool agrees(const Growth& growth, CallbackLock* lock) const noexcept;

 private:
  friend class Reservation;

  /// Memory is summed over time: before its amount changes.
  void settle(Resource resource) noexcept;
  Notice notice(Resource resource, std::uint64_t used, std::uint64_t limit) noexcept;
};

/// A store's use of its own limits and of its budget. For the store's thread, but for charge() and
/// used_up().
class Account {
 public:
  /// Without a budget it makes one of its own; without a lock callbacks may use the store.
  explicit Account(std::shared_ptr<Budget> budget, CallbackLock* lock = nullptr);
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  /// Of the store's limit and of the budget, or of neither.
  Reservation reserve(Resource resource, std::uint64_t amount) noexcept;
  /// The same for the difference, if may_grow agrees, the store's and the budget's: they are asked
  /// where limits allow it.
  Reservation reserve(const Growth& growth) noexcept;
  /// reserve(), and used at once.
  bool take(Resource resource, std::uint64_t amount) noexcept;
  void give(Resource resource, std::uint64_t amount) noexcept;
  /// Takes what was used already.
  void add(Resource resource, std::uint64_t amount) noexcept;
  /// Of the store's soft limit, and of the budget's.
  struct Notices {
    Notice own;
    Notice of_budget;

    void tell(CallbackLock* lock) const noexcept;
  };
  /// The same, and whoever is to be told of it isn't yet. Any thread, but none while the limits are
  /// set.
  Notices charge(Resource resource, std::uint64_t amount) noexcept;

  /// Whose cap is reached. Any thread.
  enum class UsedUp : std::uint8_t { no, store, budget };
  UsedUp used_up(Resource resource) const noexcept;
  /// Whose cap was gone over.
  UsedUp exceeded(Resource resource) const noexcept;
  /// The store's own use of something that isn't metered here passed a soft limit.
  void note_passed(Resource resource, std::uint64_t used) noexcept;
  /// Soft limits that were passed since the limits were set: bits, 1 << Resource.
  std::uint32_t passed() const noexcept { return passed_.load(std::memory_order_relaxed); }

  // Shared memories. A store counts those that it has; a budget counts each once, when it is made
  // and when it grows (shared_memory.hpp).

  /// The difference, of the store's limit and of what the memory's budget has left; of the store's
  /// limit alone, without a budget: it has counted those bytes already.
  Reservation reserve_shared(const Growth& growth, Budget* budget) noexcept;
  /// Another store let one grow.
  void add_shared(std::uint64_t bytes) noexcept;
  void give_shared(std::uint64_t bytes) noexcept;

  const Meter& used(Resource resource) const { return meters_[index(resource)]; }
  double memory_byte_seconds() const;
  const Limits& limits() const { return limits_; }
  void set_limits(Limits limits);
  /// Whether anybody wants to know the time of calls.
  bool wants_time() const;
  /// Whether times are limited, so that somebody has to watch them.
  bool limits_time() const;
  Budget& budget() { return *budget_; }
  const Budget& budget() const { return *budget_; }
  const std::shared_ptr<Budget>& shared_budget() const { return budget_; }
  CallbackLock* lock() const { return lock_; }

 private:
  friend class Reservation;

  Meter& own(Resource resource) { return meters_[index(resource)]; }
  Budget* drawn_on() const { return is_private_ ? nullptr : budget_.get(); }
  Reservation reserve_with(Budget* budget, Resource resource, std::uint64_t amount) noexcept;
  void settle(Resource resource) noexcept;
  Notice notice(Resource resource, std::uint64_t used) noexcept;
  void note_passed(Resource resource) noexcept;
  bool agree(Budget* budget, const Growth& growth) const noexcept;

  Limits limits_;
  const bool is_private_;  // nobody else looks at the budget, or draws on it
  std::shared_ptr<Budget> budget_;
  CallbackLock* const lock_;
  ByteTime memory_time_;
  Meter meters_[resource_count];
  std::atomic<std::uint32_t> passed_{0};
};

/// "memory_bytes", ...
std::string_view text(Resource resource);

}  // namespace wrun::inline v0::runtime
