#include "lib/os/native_stack.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "lib/os/clock.hpp"

namespace wrun::os {
namespace {

TEST(NativeStack, HoldsTheCallersFrame) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  EXPECT_GT(here, native_stack().low);
  EXPECT_LT(here, native_stack().high);
}

StackBounds as_libc_sees_it() {
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* low = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  const auto address = reinterpret_cast<std::uintptr_t>(low);
  return {address, address + size};
}

TEST(NativeStack, TheFirstThreadsIsWhereLibcSeesIt) {
  const StackBounds known = as_libc_sees_it();
  EXPECT_GE(native_stack().high, known.high);  // the environment lies above libc's
  EXPECT_NEAR(static_cast<double>(native_stack().low), static_cast<double>(known.low), 64 * 1024);
}

TEST(NativeStack, AForkedThreadsChildIsNotOnTheFirstThreadsStack) {
  bool same = false;
  const auto body = [](void* out) -> void* {
    const pid_t child = fork();
    if (child == 0) {
      const StackBounds known = as_libc_sees_it();
      _exit(native_stack().low == known.low && native_stack().high == known.high ? 0 : 1);
    }
    int status = -1;
    *static_cast<bool*>(out) = waitpid(child, &status, 0) == child && status == 0;
    return nullptr;
  };
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, body, &same), 0);
  pthread_join(thread, nullptr);
  EXPECT_TRUE(same);
}

__attribute__((noinline)) std::size_t remaining_below_a_big_frame() {
  char big[20'000];
  asm volatile("" : : "r"(big) : "memory");  // keeps the array
  const std::size_t remaining = stack_remaining();
  asm volatile("" : : "r"(big) : "memory");
  return remaining;
}

TEST(NativeStack, RemainingFallsWithDepth) {
  const std::size_t before = stack_remaining();
  EXPECT_LE(remaining_below_a_big_frame() + 20'000, before);
}

TEST(NativeStack, KnowsASmallThread) {
  std::size_t remaining = 0;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  pthread_t thread;
  const auto body = [](void* out) -> void* {
    *static_cast<std::size_t*>(out) = stack_remaining();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, body, &remaining), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_LT(remaining, 512u * 1024);
  EXPECT_GT(remaining, 100u * 1024);
}

TEST(Clock, ThreadCpuTimeAdvancesWithWork) {
  const auto before = thread_cpu_time();
  volatile unsigned sum = 0;
  while (thread_cpu_time() == before) sum = sum + 1;
  EXPECT_GT(thread_cpu_time(), before);
}

}  // namespace
}  // namespace wrun::os
