#pragma once

// A thread of the library's own. The host's signals aren't for it: it blocks them all.

#include <pthread.h>

#include <cstddef>

namespace wrun::inline v0::os {

class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  /// Runs body(env) on `stack_bytes` of stack; once. False if the system refuses.
  bool start(std::size_t stack_bytes, void (*body)(void* env), void* env) noexcept;
  bool started() const { return process_ != 0; }
  /// Whether this is a child of the process that it was started in: there it doesn't exist.
  bool is_left_behind() const noexcept;
  /// Waits for its end, if it was started, in this process.
  void join() noexcept;
  /// Whether it is the one that asks.
  bool is_this() const noexcept;

 private:
  pthread_t thread_{};
  int process_ = 0;
  void (*body_)(void*) = nullptr;
  void* env_ = nullptr;
};

}  // namespace wrun::inline v0::os
