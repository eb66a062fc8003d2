#pragma once

// A process that is forked while another of its threads holds a lock has that lock held for ever in
// the child; and memory that is mapped shared is the child's, too. This is for the few locks that
// the whole process shares, and for whoever has such memory.

#include <cstdint>
#include <mutex>

namespace wrun::inline v0::os {

/// Has fork() wait for the mutex, and lets go of it in both processes. For a few mutexes, which
/// live as long as the library is loaded; false if there are too many, or the system refuses. Who
/// holds one takes none of the others.
bool hold_over_fork(std::mutex& mutex) noexcept;

/// How often this process was forked, and those whose child it is before they made it; each time
/// counts before there is a child.
std::uint64_t fork_count() noexcept;
/// Another number in each of a line of processes that are each other's children, also in those that
/// were made without what fork() does, by _Fork() or clone(): those have another process id.
std::uint64_t this_process() noexcept;

}  // namespace wrun::inline v0::os
