#pragma once

// Amounts that a store may use. Growth beyond a limit fails as WebAssembly says (memory.grow and
// table.grow give -1), instantiation with ErrorKind::limit; time and fuel stop the running call.
//
// Structures with many optional members are templates over std::optional: so they take no time to
// compile in programs that don't use them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wrun/detail/callback.hpp>
#include <wrun/detail/standard.hpp>
#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {

/// What there may be limits of. Amounts are in bytes, elements, instructions and calls, times in
/// nanoseconds.
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
  host_bytes
};

/// "memory_bytes", ...
WRUN_API std::string_view text(Resource resource);

/// A soft limit was passed.
struct SoftLimitPassed {
  Resource resource = Resource::memory_bytes;
  std::uint64_t used = 0;   ///< in the resource's unit
  std::uint64_t limit = 0;  ///< the same
  bool of_budget = false;   ///< a budget's soft limit, not the store's own
};

/// Amounts that may be passed, but somebody wants to know: each time that use goes from at most so
/// much to more. What is absent isn't watched. Usage::passed() tells afterwards.
template <template <class> class Optional>
struct SoftLimitsOf {
  Optional<std::uint64_t> memory_bytes = {};
  Optional<std::uint64_t> table_elements = {};
  Optional<std::uint64_t> instances = {};
  Optional<std::uint64_t> heap_bytes = {};
  Optional<std::uint64_t> stack_bytes = {};
  /// Instructions since the store was made, of a budget all that were executed. Noticed when a call
  /// from the host ends.
  Optional<std::uint64_t> fuel = {};
  Optional<std::chrono::nanoseconds> wall_time = {};
  Optional<std::chrono::nanoseconds> cpu_time = {};
  Optional<std::uint64_t> host_calls = {};
  Optional<std::uint64_t> host_bytes = {};
  /// May be empty. Told of growth that has happened, on the thread that used more: uses of the
  /// store that did fail meanwhile, also where the limit is a budget's; for times it may be the
  /// engine's timer thread, where it must neither run WebAssembly nor block, since no deadline
  /// strikes meanwhile. A budget's may run on several threads at once. Exceptions are dropped.
  detail::Callback<void(const SoftLimitPassed&)> passed = {};
};
using SoftLimits = SoftLimitsOf<std::optional>;

/// A memory or table is about to be made (from 0) or to grow.
template <template <class> class Optional>
struct GrowthOf {
  enum class Kind : std::uint8_t { memory, table };
  Kind kind = Kind::memory;
  std::uint64_t from = 0;  ///< bytes, or elements
  std::uint64_t to = 0;
  Optional<std::uint64_t> declared_max = {};
};
using Growth = GrowthOf<std::optional>;

/// What is absent is unlimited (but for the stack, which has the engine's size).
template <template <class> class Optional>
struct LimitsOf {
  /// Of all the store's memories together.
  Optional<std::uint64_t> memory_bytes = {};
  /// Of all the store's tables together.
  Optional<std::uint64_t> table_elements = {};
  /// Alive at once.
  Optional<std::uint64_t> instances = {};
  /// Of all structures, arrays and host references together, in whole blocks of 32 KiB for small
  /// ones. Beyond it, after a collection, what allocates ends in ErrorKind::limit.
  Optional<std::uint64_t> heap_bytes = {};
  /// Instructions from now on; used up, the call ends with ErrorKind::limit. Needs Config::fuel.
  Optional<std::uint64_t> fuel = {};
  /// Each WebAssembly stack; at most the engine's stack_bytes.
  Optional<std::uint64_t> stack_bytes = {};
  /// Time inside calls from the host, from now on, in host functions too; not while a call is
  /// paused. Used up, the call ends with ErrorKind::limit, and no more is started. The first such
  /// limit starts a timer thread, which the engine owns.
  Optional<std::chrono::nanoseconds> wall_time = {};
  /// The same in CPU time of the threads that run the store.
  Optional<std::chrono::nanoseconds> cpu_time = {};
  /// Calls into the host from now on. The next one ends the call with ErrorKind::limit.
  Optional<std::uint64_t> host_calls = {};
  /// Given to and taken from the guest by host functions, as far as they report it
  /// (Caller::report), from now on. What goes over it has happened; the running call ends with
  /// ErrorKind::limit, and no more is started.
  Optional<std::uint64_t> host_bytes = {};
  /// When running code is stopped with ErrorKind::limit, and no more is started. The first
  /// deadline starts a timer thread, which the engine owns.
  Optional<std::chrono::steady_clock::time_point> deadline = {};
  /// Whether memory.atomic.wait may block the thread; if not, it traps.
  bool may_wait = true;
  /// Asked before anything grows within the limits; false refuses. May be empty. Runs on the
  /// store's thread, inside WebAssembly: uses of the store fail. An exception refuses, too.
  detail::Callback<bool(const GrowthOf<Optional>&)> may_grow = {};
  SoftLimitsOf<Optional> soft = {};
  /// Measure wall and CPU time, also where neither is limited. Costs each call from the host about
  /// half a microsecond.
  bool measure_time = false;
  /// Count calls of host functions by name, of those that linkers define and that are instantiated
  /// from now on.
  bool count_calls_by_name = false;
};
using Limits = LimitsOf<std::optional>;

/// What host functions did for the store's instances, as far as they report it (Caller::report):
/// WASI's do.
template <template <class> class Optional>
struct HostWorkOf {
  std::uint64_t bytes_in = 0;   ///< given to the guest
  std::uint64_t bytes_out = 0;  ///< taken from it
  /// Spent in the host, sleeps included. Absent: not measured.
  Optional<std::chrono::nanoseconds> time = {};
};
using HostWork = HostWorkOf<std::optional>;

/// What a store or budget has used. Absent: not measured, which is not the same as 0.
template <template <class> class Optional>
struct UsageOf {
  Optional<std::uint64_t> instructions = {};  ///< measured with Config::fuel
  std::uint64_t host_calls = 0;
  /// "module.name" and how often it was called, sorted; measured with Limits::count_calls_by_name.
  Optional<std::vector<std::pair<std::string, std::uint64_t>>> host_calls_by_name = {};
  std::uint64_t waits = 0;  ///< times that memory.atomic.wait slept, or tried to
  Optional<HostWorkOf<Optional>> host_work = {};  ///< absent if nothing reported any
  /// Inside calls from the host; measured where it is limited, or with Limits::measure_time.
  Optional<std::chrono::nanoseconds> wall_time = {};
  Optional<std::chrono::nanoseconds> cpu_time = {};  ///< the same, of the threads
  std::uint64_t memory_bytes = 0;                    ///< now
  std::uint64_t memory_peak_bytes = 0;
  double memory_byte_seconds = 0;  ///< the sum of memory_bytes over time
  std::uint64_t heap_bytes = 0;    ///< now, with what the next collection will free
  std::uint64_t heap_peak_bytes = 0;
  std::uint64_t stack_bytes = 0;  ///< reserved for stacks now; what was touched is committed
  std::uint64_t stack_peak_bytes = 0;
  std::uint64_t table_elements = 0;  ///< now
  std::uint64_t table_peak_elements = 0;
  std::uint64_t instances = 0;  ///< now
  std::uint64_t instances_peak = 0;
  /// Bits, 1 << Resource; of a store since its limits were set.
  std::uint32_t soft_limits_passed = 0;

  /// Whether that soft limit was ever passed.
  bool passed(Resource resource) const {
    return (soft_limits_passed >> static_cast<unsigned>(resource) & 1) != 0;
  }
};
using Usage = UsageOf<std::optional>;

}  // namespace v0
}  // namespace wrun
