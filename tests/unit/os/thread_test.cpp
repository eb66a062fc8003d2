#include "lib/os/thread.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "lib/os/fork.hpp"

namespace wrun::os {
namespace {

void wait_until_set(void* env) {
  while (!*static_cast<std::atomic<bool>*>(env)) std::this_thread::yield();
}

TEST(Thread, IsLeftBehindByChildrenAndTheirs) {
  std::atomic<bool> done{false};
  Thread thread;
  ASSERT_TRUE(thread.start(64 * 1024, wait_until_set, &done));
  const std::uint64_t before = this_process();
  const pid_t child = fork();
  if (child == 0) {
    thread.join();  // doesn't wait for what isn't there
    const bool is_right = thread.is_left_behind() && this_process() != before;
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(is_right && thread.is_left_behind() ? 0 : 1);
    int status = -1;
    _exit(waitpid(grandchild, &status, 0) == grandchild && status == 0 ? 0 : 1);
  }
  EXPECT_FALSE(thread.is_left_behind());
  EXPECT_EQ(this_process(), before);
  done = true;
  thread.join();
  EXPECT_FALSE(thread.started());
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// What ends 0 if the thread isn't there, as a child that nobody was told of.
int end_in_child(Thread& thread) {
  alarm(10);  // if it is waited for
  thread.join();
  return thread.is_left_behind() ? 0 : 1;
}

TEST(Thread, IsLeftBehindByChildrenThatNobodyIsToldOf) {
  std::atomic<bool> done{false};
  Thread thread;
  ASSERT_TRUE(thread.start(64 * 1024, wait_until_set, &done));
  const auto child = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  if (child == 0) _exit(end_in_child(thread));
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(thread.is_left_behind());
  done = true;
  thread.join();
}

}  // namespace
}  // namespace wrun::os
