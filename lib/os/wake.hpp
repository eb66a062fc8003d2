#pragma once

// A descriptor that another thread, or a signal handler, makes readable, so that a thread that
// sleeps in poll(2) wakes. It is made when it is first asked for.

#include <atomic>

namespace wrun::inline v0::os {

class Wake {
 public:
  Wake() = default;
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  /// -1 if there is none to be had. One thread: the sleeper's.
  int fd() noexcept;
  /// Makes it readable, if there is one. Any thread, also a signal handler.
  void set() noexcept;
  void clear() noexcept;

 private:
  std::atomic<int> fd_{-1};
};

}  // namespace wrun::inline v0::os
