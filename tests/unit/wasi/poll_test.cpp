#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include <wrun/wasi/clocks.hpp>
#include <wrun/wasi/poll.hpp>
#include <wrun/wasi/streams.hpp>

namespace wrun::test {
namespace {

using namespace std::chrono_literals;

class Never final : public wasi::Pollable {
 public:
  bool ready() override { return false; }
  Source source() override { return {}; }
};

TEST(Wait, deadline) {
  Never never;
  wasi::Pollable* const pollables[] = {&never};
  const wasi::Timestamp start = wasi::steady_now();
  EXPECT_EQ(wasi::wait(pollables, start + 20'000'000, {}), wasi::WaitResult::timed_out);
  EXPECT_GE(wasi::steady_now() - start, 20'000'000u);
}

TEST(Wait, interrupt_from_another_thread) {
  Never never;
  wasi::Pollable* const pollables[] = {&never};
  wasi::Event event;
  const wasi::Interrupt* const interrupts[] = {&event};
  wasi::Timestamp set_at = 0;
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);
    set_at = wasi::steady_now();
    event.set();
  });
  EXPECT_EQ(wasi::wait(pollables, std::nullopt, interrupts), wasi::WaitResult::interrupted);
  const wasi::Timestamp woken_at = wasi::steady_now();
  other.join();
  // Generous, for a busy machine; it is some tens of microseconds on an idle one.
  EXPECT_LT(woken_at - set_at, 200'000'000u);
  event.clear();
  EXPECT_FALSE(event.is_set());
  EXPECT_EQ(wasi::wait(pollables, wasi::steady_now(), interrupts), wasi::WaitResult::timed_out);
}

TEST(Wait, pipe_becomes_readable) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto input = wasi::input_from_fd(ends[0]);
  std::byte byte{};
  EXPECT_EQ(input->read({&byte, 1}).error(), wasi::Errno::would_block);
  std::thread writer([&] {
    std::this_thread::sleep_for(5ms);
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
  });
  const auto pollable = input->subscribe();
  wasi::Pollable* const pollables[] = {pollable.get()};
  EXPECT_EQ(wasi::wait(pollables, std::nullopt, {}), wasi::WaitResult::ready);
  EXPECT_EQ(*input->read({&byte, 1}), 1u);
  writer.join();
  ::close(ends[1]);
  EXPECT_EQ(*input->read({&byte, 1}), 0u);
  ::close(ends[0]);
}

TEST(Clocks, manual_clock_wakes_sleepers) {
  wasi::ManualClock clock(1000, 10);
  auto pollable = clock.at(wasi::ClockId::wall, 1500);
  ASSERT_TRUE(pollable);
  EXPECT_FALSE((*pollable)->ready());
  clock.advance(499);
  EXPECT_FALSE((*pollable)->ready());
  std::thread other([&] { clock.advance(1); });
  wasi::Pollable* const pollables[] = {pollable->get()};
  EXPECT_EQ(wasi::wait(pollables, std::nullopt, {}), wasi::WaitResult::ready);
  other.join();
  EXPECT_EQ(*clock.now(wasi::ClockId::wall, 0), 1500u);
}

TEST(Clocks, fixed_clock_stands_still_and_sleeps_at_once) {
  const auto clock = wasi::fixed_clock(42);
  EXPECT_EQ(*clock->now(wasi::ClockId::wall, 0), 42u);
  EXPECT_TRUE((*clock->at(wasi::ClockId::wall, ~0ull))->ready());
}

TEST(Clocks, system_clock_sleeps) {
  const auto clock = wasi::system_clock();
  const auto now = clock->now(wasi::ClockId::monotonic, 0);
  auto pollable = clock->at(wasi::ClockId::monotonic, *now + 5'000'000);
  wasi::Pollable* const pollables[] = {pollable->get()};
  EXPECT_EQ(wasi::wait(pollables, std::nullopt, {}), wasi::WaitResult::ready);
  EXPECT_GE(*clock->now(wasi::ClockId::monotonic, 0), *now + 5'000'000);
  EXPECT_GE(*clock->resolution(wasi::ClockId::wall), 1u);
  EXPECT_EQ(clock->now(wasi::ClockId{99}, 0).error(), wasi::Errno::inval);
}

}  // namespace
}  // namespace wrun::test
