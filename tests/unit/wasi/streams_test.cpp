#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>

#include <wrun/wasi/random.hpp>
#include <wrun/wasi/streams.hpp>

namespace wrun::test {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Streams, string_output_has_a_cap) {
  wasi::StringOutput out(5);
  EXPECT_EQ(*out.write(bytes("abc")), 3u);
  EXPECT_EQ(*out.write(bytes("def")), 2u);
  EXPECT_EQ(out.write(bytes("g")).error(), wasi::Errno::nospc);
  EXPECT_EQ(out.take(), "abcde");
  EXPECT_EQ(out.text(), "");
}

TEST(Streams, ring_output_keeps_the_end) {
  wasi::RingOutput out(4);
  EXPECT_EQ(*out.write(bytes("ab")), 2u);
  EXPECT_EQ(out.text(), "ab");
  EXPECT_EQ(*out.write(bytes("cdefg")), 5u);
  EXPECT_EQ(out.text(), "defg");
  EXPECT_EQ(*out.write(bytes("h")), 1u);
  EXPECT_EQ(out.text(), "efgh");
}

TEST(Streams, closed_pipe_is_an_errno_and_no_signal) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const auto out = wasi::output_to_fd(ends[1]);
  EXPECT_EQ(out->write(bytes("x")).error(), wasi::Errno::pipe);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
  ::close(ends[1]);
}

TEST(Streams, full_pipe_would_block) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto out = wasi::output_to_fd(ends[1]);
  const std::string text(100'000, 'x');
  std::size_t total = 0;
  wasi::Outcome<std::size_t> last = std::size_t{0};
  while ((last = out->write(bytes(text)))) total += *last;
  EXPECT_EQ(last.error(), wasi::Errno::would_block);
  EXPECT_GE(total, 4096u);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Random, seeded_is_reproducible) {
  std::byte a[20];
  std::byte b[20];
  ASSERT_TRUE(wasi::seeded_random(7)->fill(a));
  const auto again = wasi::seeded_random(7);
  ASSERT_TRUE(again->fill(std::span(b).first(3)));
  ASSERT_TRUE(again->fill(std::span(b).subspan(3)));
  EXPECT_TRUE(std::equal(std::begin(a), std::end(a), std::begin(b)));
}

}  // namespace
}  // namespace wrun::test
