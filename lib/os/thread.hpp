#pragma once

// A thread of the library's own, whom the host's signals aren't for: it blocks them all. And
// whether the process has more threads than one.

#include <pthread.h>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define WRUN_KNOWS_SINGLE_THREADED 1
#endif

#include <cstddef>
#include <cstdint>

namespace wrun::inline v0::os {

/// Whether no other thread runs, so that atomic operations may do without being so. False where the
/// system doesn't say. True lasts until the calling thread starts another.
inline bool has_one_thread() noexcept {
#if defined(WRUN_KNOWS_SINGLE_THREADED)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  /// Runs body(env) on `stack_bytes` of stack; once. False if the system refuses.
  bool start(std::size_t stack_bytes, void (*body)(void* env), void* env) noexcept;
  bool started() const { return started_; }
  /// Whether this is a child of the process that it was started in: there it doesn't exist.
  bool is_left_behind() const noexcept;
  /// Waits for its end, if it was started, in this process.
  void join() noexcept;
  /// Whether it is the one that asks.
  bool is_this() const noexcept;

 private:
  pthread_t thread_{};
  bool started_ = false;
  std::uint64_t process_ = 0;
  void (*body_)(void*) = nullptr;
  void* env_ = nullptr;
};

}  // namespace wrun::inline v0::os
