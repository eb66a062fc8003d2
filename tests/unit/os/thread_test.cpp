#include "lib/os/thread.hpp"

#include <gtest/gtest.h>
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
  const std::uint64_t before = fork_generation();
  const pid_t child = fork();
  if (child == 0) {
    thread.join();  // doesn't wait for what isn't there
    const bool is_right = thread.is_left_behind() && fork_generation() == before + 1;
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(is_right && thread.is_left_behind() ? 0 : 1);
    int status = -1;
    _exit(waitpid(grandchild, &status, 0) == grandchild && status == 0 ? 0 : 1);
  }
  EXPECT_FALSE(thread.is_left_behind());
  EXPECT_EQ(fork_generation(), before);
  done = true;
  thread.join();
  EXPECT_FALSE(thread.started());
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace wrun::os
