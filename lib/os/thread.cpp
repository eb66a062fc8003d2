#include "lib/os/thread.hpp"

#include <signal.h>

#include "lib/os/fork.hpp"

namespace wrun::inline v0::os {

bool Thread::start(std::size_t stack_bytes, void (*body)(void* env), void* env) noexcept {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, stack_bytes);
  body_ = body;
  env_ = env;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const auto run = [](void* self) -> void* {
    const auto* thread = static_cast<const Thread*>(self);
    thread->body_(thread->env_);
    return nullptr;
  };
  started_ = pthread_create(&thread_, &attributes, run, this) == 0;
  process_ = this_process();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return started();
}

bool Thread::is_left_behind() const noexcept {
  return started() && process_ != this_process();
}

void Thread::join() noexcept {
  if (!started() || is_left_behind()) return;
  pthread_join(thread_, nullptr);
  started_ = false;
}

bool Thread::is_this() const noexcept {
  return started() && pthread_equal(pthread_self(), thread_) != 0;
}

}  // namespace wrun::inline v0::os
