#pragma once

// What a store may use, and the account that it is charged to.

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "lib/os/clock.hpp"

namespace wrun::inline v0::runtime {

inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// No single memory or table is larger, whatever the limits say; as in the JS embedding API.
inline constexpr std::uint64_t max_memory_bytes = 16ull * 1024 * 1024 * 1024;
inline constexpr std::uint64_t max_table_elements = 10'000'000;

/// A memory (in bytes) or table (in elements) is about to be made (from 0) or to grow.
struct Growth {
  enum class Kind : std::uint8_t { memory, table };
  Kind kind = Kind::memory;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::optional<std::uint64_t> declared_max;
};

/// Caps of one store; sums over what is alive in it.
struct Limits {
  std::uint64_t memory_bytes = unlimited;
  std::uint64_t table_elements = unlimited;
  std::uint64_t instances = unlimited;
  std::uint64_t heap_bytes = unlimited;     ///< of structures, arrays and host references
  std::uint64_t stack_bytes = 1024 * 1024;  ///< of WebAssembly frames
  std::optional<std::uint64_t> fuel;        ///< granted when the limits are set
  std::optional<os::TimePoint> deadline;
  bool may_wait = true;  ///< whether memory.atomic.wait may sleep
  /// Asked before anything grows within the caps; false refuses. May be empty. Runs on the store's
  /// thread, inside WebAssembly: it must not use the store.
  std::function<bool(const Growth&)> may_grow;
};

/// One kind of resource: what is in use, the most that ever was, and a cap. Thread-safe.
class Meter {
 public:
  /// Takes `amount`; false, and nothing taken, if that would go over the cap.
  bool take(std::uint64_t amount) noexcept;
  /// Takes `amount`, also above the cap: it is in use already.
  void add(std::uint64_t amount) noexcept;
  void give(std::uint64_t amount) noexcept { now_.fetch_sub(amount, std::memory_order_relaxed); }

  std::uint64_t now() const noexcept { return now_.load(std::memory_order_relaxed); }
  std::uint64_t peak() const noexcept { return peak_.load(std::memory_order_relaxed); }
  std::uint64_t cap() const noexcept { return cap_.load(std::memory_order_relaxed); }
  /// What is already in use stays, also above a lower cap.
  void set_cap(std::uint64_t cap) noexcept { cap_.store(cap, std::memory_order_relaxed); }

 private:
  void raise_peak(std::uint64_t now) noexcept;

  std::atomic<std::uint64_t> now_{0};
  std::atomic<std::uint64_t> peak_{0};
  std::atomic<std::uint64_t> cap_{unlimited};
};

/// A tenant's account, shared by stores and threads; a store that was given none has its own.
struct Budget {
  Meter memory_bytes;
  Meter table_elements;
  Meter instances;
  Meter heap_bytes;
  Meter fuel;  ///< granted: now() never falls but when unused fuel is given back
  std::atomic<std::uint64_t> fuel_used{0};
  std::atomic<std::uint64_t> host_calls{0};
  std::atomic<std::uint64_t> waits{0};
};

enum class Resource : std::uint8_t { memory_bytes, table_elements, instances, heap_bytes };

/// A store's use of its own limits and of its budget. For the store's thread.
class Account {
 public:
  /// Without a budget it makes one of its own.
  explicit Account(std::shared_ptr<Budget> budget);
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  /// Takes from the store's limit and from the budget, or from neither.
  bool take(Resource resource, std::uint64_t amount) noexcept;
  void give(Resource resource, std::uint64_t amount) noexcept;
  /// take() for the difference, after may_grow was asked.
  bool grow(const Growth& growth) noexcept;

  // Shared memories. A store counts those that it has; a budget counts each once, when it is made
  // and when it grows (shared_memory.hpp).

  /// Takes the difference from the store's limit, after may_grow was asked.
  bool grow_shared(const Growth& growth) noexcept;
  /// Another store let one grow.
  void add_shared(std::uint64_t bytes) noexcept { own(Resource::memory_bytes).add(bytes); }
  void give_shared(std::uint64_t bytes) noexcept { own(Resource::memory_bytes).give(bytes); }

  const Meter& used(Resource resource) const { return meters_[static_cast<std::size_t>(resource)]; }
  const Limits& limits() const { return limits_; }
  void set_limits(Limits limits);
  Budget& budget() { return *budget_; }
  const std::shared_ptr<Budget>& shared_budget() const { return budget_; }

 private:
  Meter& own(Resource resource) { return meters_[static_cast<std::size_t>(resource)]; }
  Meter& shared(Resource resource);
  bool may_grow(const Growth& growth) const noexcept;

  Limits limits_;
  std::shared_ptr<Budget> budget_;
  Meter meters_[4];
};

}  // namespace wrun::inline v0::runtime
