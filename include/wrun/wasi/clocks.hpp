#pragma once

// Clocks: the interface, the host's clocks, and ones that the host turns by hand.

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <wrun/export.hpp>
#include <wrun/wasi/errno.hpp>
#include <wrun/wasi/poll.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// Numbered as preview 1's clockid. `wall` counts from 1970-01-01T00:00:00Z.
enum class ClockId : std::uint32_t { wall, monotonic, process_cpu, thread_cpu };

class Clocks {
 public:
  virtual ~Clocks() = default;
  /// The time. `precision` is how stale the answer may be; 0 is "as exact as can be".
  virtual Outcome<Timestamp> now(ClockId clock, Timestamp precision) = 0;
  /// Never 0. `inval` if there is no such clock here.
  virtual Outcome<Timestamp> resolution(ClockId clock) = 0;
  /// Ready once now(clock) >= when.
  virtual Outcome<std::unique_ptr<Pollable>> at(ClockId clock, Timestamp when) = 0;
};

/// The host's clocks. The CPU clocks count what the guest's thread and the whole process used.
WRUN_API std::shared_ptr<Clocks> system_clock();

/// Time stands still: all clocks always say the same, and every sleep is over at once.
WRUN_API std::shared_ptr<Clocks> fixed_clock(Timestamp wall, Timestamp monotonic = 1);

/// Clocks that move only when the host says so; sleepers wake when their time has come.
class ManualClock final : public Clocks {
 public:
  /// Both in nanoseconds: since 1970, and since any time.
  explicit ManualClock(Timestamp wall, Timestamp monotonic = 1)
      : wall_(wall), monotonic_(monotonic) {}
  /// Moves all clocks on, and wakes whom it is time for. Any thread.
  WRUN_API void advance(Timestamp nanoseconds);

  WRUN_API Outcome<Timestamp> now(ClockId clock, Timestamp precision) override;
  WRUN_API Outcome<Timestamp> resolution(ClockId clock) override;
  WRUN_API Outcome<std::unique_ptr<Pollable>> at(ClockId clock, Timestamp when) override;

 private:
  struct Sleeper {
    Timestamp monotonic;
    std::weak_ptr<Event> wake;
  };

  std::mutex mutex_;
  Timestamp wall_;
  Timestamp monotonic_;
  std::vector<Sleeper> sleepers_;
};

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
