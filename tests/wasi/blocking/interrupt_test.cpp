// A guest that waits in a call of the host stops when its store is interrupted or its deadline has
// come. The bounds are generous, for busy machines; the medians are printed.

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "tests/wasi/blocking/plumbing.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace right = wasi::preview1::right;

constexpr auto bound = 5s;
constexpr std::uint64_t an_hour = 3'600'000'000'000;

void subscribe_to_clock(Guest& guest, std::uint32_t place) {
  guest.memory()[place + 8] = 0;
  guest.put32(place + 16, 1);
  guest.put64(place + 24, an_hour);
}
void subscribe_to(Guest& guest, std::uint32_t place, std::uint8_t tag, std::uint32_t fd) {
  guest.memory()[place + 8] = tag;
  guest.put32(place + 16, fd);
}
Result<Errno> poll(Guest& guest, std::uint32_t count) {
  return guest.try_call("poll_oneoff", {at::data, at::data + 50'000, count, at::result});
}
Result<Errno> move(Guest& guest, const char* call, std::uint32_t fd, Guest::Args more = {}) {
  guest.put32(at::vectors, at::data);
  guest.put32(at::vectors + 4, 5000);
  Guest::Args all = {fd, at::vectors, 1};
  all.insert(all.end(), more.begin(), more.end());
  all.push_back(at::result2);
  if (std::string_view(call) == "sock_recv") all.push_back(at::result);
  return guest.try_call(call, all);
}

/// FIFOs that are open before anything waits.
constexpr std::uint32_t fresh_fifo = 6;
constexpr std::uint32_t empty_fifo = 7;
constexpr std::uint32_t full_fifo = 8;

void open_fifos(Guest& guest) {
  const std::uint64_t reading = right::fd_read | right::poll_fd_readwrite;
  EXPECT_EQ(guest.open(3, "fresh", reading), Errno::success);
  EXPECT_EQ(guest.open(3, "empty", reading | right::fd_write), Errno::success);
  EXPECT_EQ(guest.open(3, "full", right::fd_write), Errno::success);
  EXPECT_EQ(guest.opened(), full_fifo);
}

struct Wait {
  const char* name;
  Result<Errno> (*call)(Guest& guest);
};

constexpr Wait waits[] = {
    {"poll_a_clock",
     [](Guest& guest) {
       subscribe_to_clock(guest, at::data);
       return poll(guest, 1);
     }},
    {"poll_stdin",
     [](Guest& guest) {
       subscribe_to(guest, at::data, 1, 0);
       return poll(guest, 1);
     }},
    {"poll_all_kinds",
     [](Guest& guest) {
       subscribe_to_clock(guest, at::data);
       subscribe_to(guest, at::data + 48, 1, 0);
       subscribe_to(guest, at::data + 96, 2, 1);
       subscribe_to(guest, at::data + 144, 1, 4);
       subscribe_to(guest, at::data + 192, 1, 5);
       return poll(guest, 5);
     }},
    {"read_stdin", [](Guest& guest) { return move(guest, "fd_read", 0); }},
    {"write_to_a_full_pipe", [](Guest& guest) { return move(guest, "fd_write", 1); }},
    {"accept",
     [](Guest& guest) {
       return guest.try_call("sock_accept", {4, 0, at::result});
     }},
    {"receive", [](Guest& guest) { return move(guest, "sock_recv", 5, {0}); }},
    {"send", [](Guest& guest) { return move(guest, "sock_send", 5, {0}); }},
    {"read_a_fifo_without_writer", [](Guest& guest) { return move(guest, "fd_read", fresh_fifo); }},
    {"read_an_empty_fifo", [](Guest& guest) { return move(guest, "fd_read", empty_fifo); }},
    {"write_to_a_full_fifo", [](Guest& guest) { return move(guest, "fd_write", full_fifo); }},
    {"poll_a_fifo",
     [](Guest& guest) {
       subscribe_to(guest, at::data, 1, fresh_fifo);
       return poll(guest, 1);
     }},
};

/// How long after `stop` the guest's call came back, and with what.
struct Stopped {
  Clock::duration after{};
  std::optional<ErrorKind> kind;
};

void expect_median(const char* what, const char* name, std::vector<Clock::duration> times) {
  std::sort(times.begin(), times.end());
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(times[times.size() / 2]).count();
  std::printf("%s %s: median %lld us\n", what, name, static_cast<long long>(microseconds));
  EXPECT_LT(times.back(), bound);
}

Stopped interrupted(const Wait& wait) {
  Plumbing plumbing;
  Guest guest(plumbing.config());
  open_fifos(guest);
  Stopped stopped;
  Clock::time_point back;
  std::thread blocked([&] {
    const auto result = wait.call(guest);
    back = Clock::now();
    if (!result) stopped.kind = result.error().kind();
  });
  std::this_thread::sleep_for(10ms);
  const Clock::time_point stop = Clock::now();
  guest.store().interrupt();
  blocked.join();
  stopped.after = back - stop;
  return stopped;
}

Stopped past_deadline(const Wait& wait) {
  Plumbing plumbing;
  Guest guest(plumbing.config());
  open_fifos(guest);
  const Clock::time_point stop = Clock::now() + 10ms;
  EXPECT_TRUE(guest.store().limits({.deadline = stop}));
  const auto result = wait.call(guest);
  Stopped stopped{Clock::now() - stop, {}};
  if (!result) stopped.kind = result.error().kind();
  return stopped;
}

TEST(Blocked, stops_when_interrupted) {
  for (const Wait& wait : waits) {
    SCOPED_TRACE(wait.name);
    std::vector<Clock::duration> times;
    for (int i = 0; i < 9; ++i) {
      const Stopped stopped = interrupted(wait);
      EXPECT_EQ(stopped.kind, ErrorKind::interrupted);
      times.push_back(stopped.after);
    }
    expect_median("interrupt", wait.name, times);
  }
}

TEST(Blocked, stops_at_the_deadline) {
  for (const Wait& wait : waits) {
    SCOPED_TRACE(wait.name);
    std::vector<Clock::duration> times;
    for (int i = 0; i < 9; ++i) {
      const Stopped stopped = past_deadline(wait);
      EXPECT_EQ(stopped.kind, ErrorKind::limit);
      EXPECT_GE(stopped.after, Clock::duration::zero());
      times.push_back(stopped.after);
    }
    expect_median("deadline", wait.name, times);
  }
}

Clock::duration cpu_time() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// poll(2) takes no more entries than the process may open files; the guest's bound is higher.
TEST(Blocked, as_many_subscriptions_as_are_allowed_sleep) {
  Plumbing plumbing;
  Guest guest(plumbing.config().bounds({.subscriptions = 2000}));
  constexpr std::uint32_t count = 1500;
  for (std::uint32_t i = 0; i < count; ++i) subscribe_to(guest, at::data + 48 * i, 1, 0);
  Clock::duration used{};
  std::thread blocked([&] {
    const auto before = cpu_time();
    const auto result = guest.try_call("poll_oneoff", {at::data, at::data, count, at::result});
    used = cpu_time() - before;
    EXPECT_FALSE(result);
  });
  std::this_thread::sleep_for(1s);
  guest.store().interrupt();
  blocked.join();
  EXPECT_LT(used, 500ms);
}

TEST(Blocked, fifo_ends_when_its_writer_leaves) {
  Plumbing plumbing;
  Guest guest(plumbing.config());
  open_fifos(guest);
  std::thread writer([&] {
    std::this_thread::sleep_for(10ms);
    FILE* const file = std::fopen((plumbing.directory() / "fresh").c_str(), "w");
    std::fputs("hello", file);
    std::fclose(file);
  });
  EXPECT_EQ(guest.read(fresh_fifo), Errno::success);
  EXPECT_EQ(guest.load32(at::result2), 5u);
  writer.join();
  EXPECT_EQ(guest.read(fresh_fifo), Errno::success);
  EXPECT_EQ(guest.load32(at::result2), 0u);
}

TEST(Blocked, non_blocking_descriptors_do_not_wait) {
  Plumbing plumbing;
  Guest guest(plumbing.config());
  constexpr std::uint16_t nonblock = wasi::preview1::fdflag::nonblock;
  for (const std::uint32_t fd : {0u, 1u, 4u, 5u}) {
    EXPECT_EQ(guest.call("fd_fdstat_set_flags", {fd, nonblock}), Errno::success) << fd;
  }
  EXPECT_EQ(guest.read(0), Errno::again);
  EXPECT_EQ(guest.write(1, "x"), Errno::again);
  EXPECT_EQ(guest.call("sock_accept", {4, 0, at::result}), Errno::again);
  EXPECT_EQ(guest.read(5), Errno::again);
  EXPECT_EQ(guest.write(5, "x"), Errno::again);
}

}  // namespace
}  // namespace wrun::test
