#include "lib/os/native_stack.hpp"

#include <pthread.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace wrun::inline v0::os {

namespace {

bool holds(const StackBounds& bounds, std::uintptr_t address) noexcept {
  return address >= bounds.low && address < bounds.high;
}

std::uintptr_t here() noexcept {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

// The kernel leaves at least 128 MiB below the first thread's stack, whatever its limit was then.
constexpr rlim_t surely_free = rlim_t{64} << 20;

// pthread_getattr_np reads /proc/self/maps for the first thread, which takes longer than a small
// program's whole run. The program's name is the last thing on that stack.
StackBounds first_thread() noexcept {
  if (getpid() != static_cast<pid_t>(syscall(SYS_gettid))) return {};
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur > surely_free) return {};
  const std::uintptr_t name = getauxval(AT_EXECFN);
  if (name == 0) return {};
  const std::uintptr_t end = name + std::strlen(reinterpret_cast<const char*>(name)) + 1;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::uintptr_t high = (end + page - 1) / page * page;
  return {high - static_cast<std::uintptr_t>(limit.rlim_cur), high};
}

StackBounds any_thread() noexcept {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  void* low = nullptr;
  std::size_t size = 0;
  const bool known = pthread_attr_getstack(&attributes, &low, &size) == 0;
  pthread_attr_destroy(&attributes);
  if (!known) return {};
  const auto address = reinterpret_cast<std::uintptr_t>(low);
  return {address, address + size};
}

// A child forked from another thread is its process's first thread, on that other stack.
StackBounds measure() noexcept {
  const StackBounds first = first_thread();
  return holds(first, here()) ? first : any_thread();
}

}  // namespace

constinit thread_local StackBounds known_native_stack;

const StackBounds& native_stack() noexcept {
  StackBounds& bounds = known_native_stack;
  if (bounds.high == 0) bounds = measure();
  // Not known: not to be asked again.
  if (bounds.high == 0) bounds = {1, 1};
  return bounds;
}

std::size_t look_up_stack_remaining(std::uintptr_t here) noexcept {
  const StackBounds& bounds = native_stack();
  return holds(bounds, here) ? here - bounds.low : unknown_stack_remaining;
}

}  // namespace wrun::inline v0::os
