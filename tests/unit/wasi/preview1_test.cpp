// Preview 1's functions on a piece of memory, without WebAssembly.

#include "wasi/preview1/call.hpp"

#include <unistd.h>

#include <thread>

#include "tests/unit/wasi/temporary_directory.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
using wasi::preview1::Call;
using wasi::preview1::GuestMemory;
namespace right = wasi::preview1::right;
using namespace std::chrono_literals;

class Preview1 : public testing::Test {
 protected:
  static constexpr std::uint32_t result = 0;
  static constexpr std::uint32_t text_at = 1000;

  void start(const wasi::Config& config) {
    wasi::Config with_events = config;
    with_events.on_denied([this](const wasi::Denial& denial) { denials.push_back(text(denial)); });
    context = wasi::Context::create(with_events).value();
  }
  Call call() { return Call(context->state(), GuestMemory(memory), {}); }
  std::uint32_t put(std::string_view text) {
    std::copy(text.begin(), text.end(), memory.begin() + text_at);
    return static_cast<std::uint32_t>(text.size());
  }
  void put_u32(std::uint32_t at, std::uint32_t value) {
    GuestMemory(memory).store_number(at, value);
  }
  std::uint32_t u32(std::uint32_t at) {
    return GuestMemory(memory).load<4>(at)->get<std::uint32_t>(0);
  }
  Errno open(std::uint32_t fd, std::string_view path, std::uint64_t rights,
             std::uint32_t oflags = 0) {
    return call().path_open(fd, 1, text_at, put(path), oflags, rights, 0, 0, result);
  }
  Errno write(std::uint32_t fd, std::string_view text) {
    put_u32(16, text_at);
    put_u32(20, put(text));
    return call().fd_write(fd, 16, 1, result);
  }

  TemporaryDirectory tmp;
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(65536);
  std::shared_ptr<wasi::Context> context;
  std::vector<std::string> denials;
};

TEST_F(Preview1, nothing_is_granted_by_default) {
  start({});
  EXPECT_EQ(call().clock_time_get(0, 0, result), Errno::notcapable);
  EXPECT_EQ(call().random_get(result, 4), Errno::notcapable);
  EXPECT_EQ(open(3, "etc/passwd", right::fd_read), Errno::notcapable);
  EXPECT_EQ(call().fd_seek(3, 0, 0, result), Errno::badf);
  EXPECT_EQ(denials,
            (std::vector<std::string>{
                "denied: clock_time_get: no clock is granted; add --allow-clock",
                "denied: random_get: no random source is granted; add --allow-random",
                "denied: path_open \"/etc/passwd\": no directory granted covers it; add --dir "
                "/etc::/etc:ro"}));
}

TEST_F(Preview1, read_only_mount) {
  start(wasi::Config{}.dir(tmp.inside().string(), "/data", wasi::read_only));
  EXPECT_EQ(open(3, "file", right::fd_read), Errno::success);
  EXPECT_EQ(open(3, "file", right::fd_read | right::fd_write), Errno::rofs);
  EXPECT_EQ(open(3, "new", right::fd_read, 1), Errno::rofs);
  EXPECT_EQ(open(3, "file", right::fd_read, 8), Errno::rofs);
  EXPECT_EQ(call().path_unlink_file(3, text_at, put("file")), Errno::rofs);
  EXPECT_EQ(call().path_create_directory(3, text_at, put("d")), Errno::rofs);
  EXPECT_EQ(call().path_filestat_set_times(3, 0, text_at, put("file"), 0, 0, 2), Errno::rofs);
  EXPECT_EQ(tmp.read("inside/file"), "contents");
  ASSERT_EQ(denials.size(), 6u);
  EXPECT_EQ(denials[0],
            "denied: path_open \"/data/file\": /data isn't granted for writing; add "
            "--dir " +
                tmp.inside().string() + "::/data");
}

TEST_F(Preview1, a_link_gives_no_more_than_its_source) {
  start(wasi::Config{}
            .dir(tmp.inside().string(), "/ro", wasi::read_only)
            .dir(tmp.inside().string(), "/rw", wasi::read_write));
  put("filelink");
  EXPECT_EQ(call().path_link(3, 0, text_at, 4, 4, text_at + 4, 4), Errno::rofs);
  EXPECT_EQ(call().path_link(4, 0, text_at, 4, 4, text_at + 4, 4), Errno::success);
}

TEST_F(Preview1, bad_paths) {
  start(wasi::Config{}.dir(tmp.inside().string(), "/", wasi::read_write));
  EXPECT_EQ(open(3, "../outside/secret", right::fd_read), Errno::perm);
  EXPECT_EQ(open(3, std::string_view("file\0", 5), right::fd_read), Errno::inval);
  EXPECT_EQ(open(3, "\xff\xfe", right::fd_read), Errno::ilseq);
  EXPECT_EQ(open(3, "\xed\xa0\x80", right::fd_read), Errno::ilseq);
  EXPECT_EQ(open(9, "file", right::fd_read), Errno::badf);
  EXPECT_EQ(call().path_open(3, 1, 65530, 100, 0, 2, 0, 0, result), Errno::fault);
  EXPECT_EQ(call().path_open(3, 1, 0xffff'fff0, 0xffff'ffff, 0, 2, 0, 0, result), Errno::fault);
  EXPECT_EQ(call().path_open(3, 1, text_at, put("file"), 0, 2, 0, 0, 65534), Errno::fault);
  EXPECT_EQ(context->usage().open_files, 0u);
}

TEST_F(Preview1, bad_vectors) {
  start(wasi::Config{}.stdin_("text"));
  put_u32(16, 65530);
  put_u32(20, 100);
  EXPECT_EQ(call().fd_read(0, 16, 1, result), Errno::fault);
  put_u32(16, 100);
  EXPECT_EQ(call().fd_read(0, 16, 0xffff'ffff, result), Errno::inval);
  EXPECT_EQ(call().fd_read(0, 65532, 1, result), Errno::fault);
  EXPECT_EQ(call().fd_read(0, 16, 1, 65533), Errno::fault);
  put_u32(20, 100);
  EXPECT_EQ(call().fd_read(0, 16, 1, result), Errno::success);
  EXPECT_EQ(u32(result), 4u);
  EXPECT_EQ(call().fd_read(0, 16, 1, result), Errno::success);
  EXPECT_EQ(u32(result), 0u);
}

TEST_F(Preview1, output_cap) {
  const auto out = std::make_shared<wasi::StringOutput>(8);
  start(wasi::Config{}.stdout_(out));
  EXPECT_EQ(write(1, "hello"), Errno::success);
  EXPECT_EQ(write(1, "world"), Errno::success);
  EXPECT_EQ(u32(result), 3u);
  EXPECT_EQ(write(1, "!"), Errno::nospc);
  EXPECT_EQ(out->text(), "hellowor");
  EXPECT_EQ(context->usage().bytes_out, 8u);
}

TEST_F(Preview1, open_files_are_bounded) {
  start(wasi::Config{}.dir(tmp.inside().string(), "/", wasi::read_only).bounds({.open_files = 10}));
  Errno last = Errno::success;
  int opened = 0;
  while (opened < 100 && (last = open(3, "file", right::fd_read)) == Errno::success) ++opened;
  EXPECT_EQ(opened, 10);
  EXPECT_EQ(last, Errno::mfile);
  EXPECT_EQ(call().fd_close(4), Errno::success);
  EXPECT_EQ(open(3, "file", right::fd_read), Errno::success);
}

TEST_F(Preview1, blocked_read_is_interrupted) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  start(wasi::Config{}.stdin_(wasi::input_from_fd(ends[0])));
  put_u32(16, 100);
  put_u32(20, 10);
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);
    context->interrupt().set();
  });
  {
    Call blocked = call();
    EXPECT_EQ(blocked.fd_read(0, 16, 1, result), Errno::intr);
    ASSERT_TRUE(blocked.stopped());
    EXPECT_EQ(blocked.stopped()->kind(), ErrorKind::interrupted);
  }
  other.join();
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Preview1, poll_bounds_and_errors) {
  start(wasi::Config{}.clock(wasi::system_clock));
  EXPECT_EQ(call().poll_oneoff(0, 0, 0, result), Errno::inval);
  EXPECT_EQ(call().poll_oneoff(0, 0, 1u << 20, result), Errno::inval);
  EXPECT_EQ(call().poll_oneoff(65530, 0, 1, result), Errno::fault);
  EXPECT_EQ(call().poll_oneoff(0, 65530, 1, result), Errno::fault);
  memory[100 + 8] = 1;  // fd_read of descriptor 77
  memory[100 + 16] = 77;
  EXPECT_EQ(call().poll_oneoff(100, 200, 1, result), Errno::success);
  EXPECT_EQ(u32(result), 1u);
  EXPECT_EQ(memory[208], static_cast<std::uint8_t>(Errno::badf));
}

TEST_F(Preview1, exit) {
  start({});
  Call exiting = call();
  exiting.proc_exit(7);
  ASSERT_TRUE(exiting.stopped());
  EXPECT_EQ(exiting.stopped()->kind(), ErrorKind::exit);
  EXPECT_EQ(exiting.stopped()->exit_status(), 7);
}

TEST_F(Preview1, huge_random_request_meets_a_limit) {
  start(wasi::Config{}.random(wasi::system_random).bounds({.random_bytes = 100}));
  EXPECT_EQ(call().random_get(0, 101), Errno::nobufs);
  EXPECT_EQ(call().random_get(0, 0xffff'ffff), Errno::fault);
  EXPECT_EQ(call().random_get(0, 100), Errno::success);
}

}  // namespace
}  // namespace wrun::test
