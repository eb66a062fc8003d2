#pragma once

// A process that is forked while another of its threads holds a lock has that lock held for ever in
// the child. This is for the one lock that the whole process shares.

#include <mutex>

namespace wrun::inline v0::os {

/// Has fork() wait for the mutex, and lets go of it in both processes. For one mutex, which lives
/// as long as the library is loaded; false if the system refuses.
bool hold_over_fork(std::mutex& mutex) noexcept;

}  // namespace wrun::inline v0::os
