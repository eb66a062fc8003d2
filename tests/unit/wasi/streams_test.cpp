#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>

#include <wrun/wasi/random.hpp>
#include <wrun/wasi/streams.hpp>

#include "tests/unit/wasi/as_bytes.hpp"
#include "tests/unit/wasi/temporary_directory.hpp"

namespace wrun::test {
namespace {

TEST(Streams, string_output_has_a_cap) {
  wasi::StringOutput out(5);
  EXPECT_EQ(*out.write(as_bytes_of("abc")), 3u);
  EXPECT_EQ(*out.write(as_bytes_of("def")), 2u);
  EXPECT_EQ(out.write(as_bytes_of("g")).error(), wasi::Errno::nospc);
  EXPECT_EQ(out.take(), "abcde");
  EXPECT_EQ(out.text(), "");
}

TEST(Streams, ring_output_keeps_the_end) {
  wasi::RingOutput out(4);
  EXPECT_EQ(*out.write(as_bytes_of("ab")), 2u);
  EXPECT_EQ(out.text(), "ab");
  EXPECT_EQ(*out.write(as_bytes_of("cdefg")), 5u);
  EXPECT_EQ(out.text(), "defg");
  EXPECT_EQ(*out.write(as_bytes_of("h")), 1u);
  EXPECT_EQ(out.text(), "efgh");
}

TEST(Streams, closed_pipe_is_an_errno_and_no_signal) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const auto out = wasi::output_to_fd(ends[1]);
  EXPECT_EQ(out->write(as_bytes_of("x")).error(), wasi::Errno::pipe);
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
  while ((last = out->write(as_bytes_of(text)))) total += *last;
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

TEST(Streams, capped_output_passes_on_what_fits) {
  const auto out = std::make_shared<wasi::StringOutput>();
  const auto capped = wasi::capped_output(out, 5);
  EXPECT_EQ(*capped->write(as_bytes_of("abc")), 3u);
  EXPECT_EQ(*capped->write(as_bytes_of("def")), 2u);
  EXPECT_EQ(capped->write(as_bytes_of("g")).error(), wasi::Errno::nospc);
  EXPECT_EQ(*capped->write({}), 0u);
  EXPECT_EQ(out->text(), "abcde");
}

TEST(Streams, callbacks) {
  wasi::CallbackInput in([](std::span<std::byte> into) -> wasi::Outcome<std::size_t> {
    if (into.empty()) return wasi::Errno::would_block;
    into.front() = std::byte{'x'};
    return std::size_t{1};
  });
  std::byte buffer[4];
  EXPECT_EQ(*in.read(buffer), 1u);
  EXPECT_EQ(in.read({}).error(), wasi::Errno::would_block);
  std::size_t seen = 0;
  const auto sink = std::make_shared<wasi::CallbackOutput>(
      [&](std::span<const std::byte> some) -> wasi::Outcome<std::size_t> {
        seen += some.size();
        return some.size();
      });
  const auto capped = wasi::capped_output(sink, 4);
  EXPECT_EQ(*capped->write(as_bytes_of("abcdef")), 4u);
  EXPECT_EQ(capped->write(as_bytes_of("ef")).error(), wasi::Errno::nospc);
  EXPECT_EQ(seen, 4u);
}

TEST(Streams, files) {
  const TemporaryDirectory tmp;
  const std::string path = (tmp.path() / "stream").string();
  {
    const auto out = wasi::output_to_file(path, 3);
    ASSERT_TRUE(out);
    EXPECT_EQ(*(*out)->write(as_bytes_of("abcd")), 3u);
    EXPECT_EQ((*out)->write(as_bytes_of("d")).error(), wasi::Errno::nospc);
  }
  const auto in = wasi::input_from_file(path);
  ASSERT_TRUE(in);
  std::byte buffer[10];
  EXPECT_EQ(*(*in)->read(buffer), 3u);
  EXPECT_EQ(*(*in)->read(buffer), 0u);
  EXPECT_EQ(wasi::input_from_file(path + "/none").error(), wasi::Errno::notdir);
  EXPECT_EQ(wasi::output_to_file(tmp.path().string()).error(), wasi::Errno::isdir);
}

}  // namespace
}  // namespace wrun::test
