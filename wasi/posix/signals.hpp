#pragma once

// While one lives, a write of this thread that would raise SIGPIPE or SIGXFSZ only fails with EPIPE
// or EFBIG: a guest can't end its host by writing. Signals that were pending before stay so.

#include <signal.h>

namespace wrun::inline v0::wasi {

class WriteSignalGuard {
 public:
  WriteSignalGuard();
  ~WriteSignalGuard();
  WriteSignalGuard(const WriteSignalGuard&) = delete;
  WriteSignalGuard& operator=(const WriteSignalGuard&) = delete;

  /// Call it when the write failed with EPIPE or EFBIG: takes the signal that came with it.
  void failed();

 private:
  sigset_t old_mask_;
  bool failed_ = false;
};

}  // namespace wrun::inline v0::wasi
