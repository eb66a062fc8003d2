#include "lib/os/native_stack.hpp"

#include <pthread.h>

namespace wrun::inline v0::os {

namespace {

StackBounds measure() noexcept {
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

}  // namespace

const StackBounds& native_stack() noexcept {
  static thread_local const StackBounds bounds = measure();
  return bounds;
}

std::size_t stack_remaining() noexcept {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const StackBounds& bounds = native_stack();
  if (here < bounds.low || here >= bounds.high) return unknown_stack_remaining;
  return here - bounds.low;
}

}  // namespace wrun::inline v0::os
