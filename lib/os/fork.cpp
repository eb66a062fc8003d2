#include "lib/os/fork.hpp"

#include <pthread.h>

namespace wrun::inline v0::os {

namespace {

std::mutex* held = nullptr;

void lock() {
  held->lock();
}
void unlock() {
  held->unlock();
}

}  // namespace

bool hold_over_fork(std::mutex& mutex) noexcept {
  held = &mutex;
  return pthread_atfork(&lock, &unlock, &unlock) == 0;
}

}  // namespace wrun::inline v0::os
