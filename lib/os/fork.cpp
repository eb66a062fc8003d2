#include "lib/os/fork.hpp"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>

#include "lib/os/process.hpp"

namespace wrun::inline v0::os {

namespace {

constexpr std::size_t most_mutexes = 4;
// Registered while the library is loaded, by one thread.
constinit std::array<std::mutex*, most_mutexes> held{};
constinit std::size_t mutex_count = 0;
constinit std::atomic<std::uint64_t> forks{0};
constinit std::atomic<std::uint64_t> generation{0};  // how many forks made this process

void lock() {
  for (std::size_t i = 0; i < mutex_count; ++i) held[i]->lock();
  // Nobody who holds one of them is surprised by a child.
  forks.fetch_add(1, std::memory_order_relaxed);
}
void unlock() {
  for (std::size_t i = mutex_count; i-- > 0;) held[i]->unlock();
}
void begin_child() {
  generation.fetch_add(1, std::memory_order_relaxed);
  unlock();
}

bool watch_forks() noexcept {
  static const bool watches = pthread_atfork(&lock, &unlock, &begin_child) == 0;
  return watches;
}
// Who only counts them holds no mutex.
[[maybe_unused]] const bool watches_from_the_start = watch_forks();

}  // namespace

bool hold_over_fork(std::mutex& mutex) noexcept {
  if (mutex_count == most_mutexes || !watch_forks()) return false;
  held[mutex_count++] = &mutex;
  return true;
}

std::uint64_t fork_count() noexcept {
  return forks.load(std::memory_order_relaxed);
}

// Generations tell processes apart whose ids are the same: ids are used again.
std::uint64_t this_process() noexcept {
  return generation.load(std::memory_order_relaxed) << 32 |
         static_cast<std::uint32_t>(process_id());
}

}  // namespace wrun::inline v0::os
