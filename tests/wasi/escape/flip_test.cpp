// Another thread changes what a call is looking at: paths, vectors, subscriptions, data. Each is
// copied once, then checked, then used, so that every call sees the one or the other.
//
// The memory here is the test's own, and the other thread a host's, since all that matters is that
// GuestMemory is told of the other threads. A guest with a shared memory and threads of its own
// could take its place: spawn the flipping loop in the guest, and call through Guest.

#include <array>
#include <atomic>
#include <functional>
#include <thread>

#include "tests/support/sanitized.hpp"
#include "tests/wasi/escape/world.hpp"
#include "wasi/preview1/call.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
using wasi::preview1::Call;
using wasi::preview1::GuestMemory;
using wasi::preview1::Sharing;
namespace right = wasi::preview1::right;

constexpr std::uint32_t most = 0xffff'ffff;

class Flipped : public testing::TestWithParam<Backend> {
 protected:
  void start(const wasi::Config& config) { context = wasi::Context::create(config).value(); }
  Call call(Sharing sharing = Sharing::threads) {
    return Call(context->state(), GuestMemory(memory, sharing), {});
  }
  /// From the test's thread while nobody else looks.
  void put(std::uint32_t address, std::string_view text) {
    std::copy(text.begin(), text.end(), memory.begin() + address);
  }
  void put32(std::uint32_t address, std::uint32_t value) {
    GuestMemory(memory).store_number(address, value);
  }
  std::uint32_t load32(std::uint32_t address) {
    return GuestMemory(memory, Sharing::threads).load<4>(address)->get<std::uint32_t>(0);
  }
  /// As another thread of the guest does.
  void store(std::uint32_t address, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      __atomic_store_n(&memory[address + i], static_cast<std::uint8_t>(bytes[i]), __ATOMIC_RELAXED);
    }
  }
  /// Lets the bytes at the address be the one and the other in turn while it does something often:
  /// as many times as said, and on until there was enough, since the other thread may not get a
  /// processor for as long as a short test takes.
  void flip(
      std::uint32_t address, std::string_view one, std::string_view other, int times,
      const std::function<void()>& something,
      const std::function<bool()>& enough = [] { return true; }) {
    std::atomic<bool> stop{false};
    std::atomic<bool> started{false};
    std::thread flipping([&] {
      while (!stop) {
        store(address, one);
        store(address, other);
        started = true;
      }
    });
    while (!started) std::this_thread::yield();
    for (int i = 0; i < times || (!enough() && i < 1000 * times); ++i) something();
    stop = true;
    flipping.join();
  }

  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(at::end);
  std::shared_ptr<wasi::Context> context;
};

std::string bytes_of(std::initializer_list<std::uint32_t> words) {
  std::string bytes;
  for (const std::uint32_t word : words) {
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(word >> (8 * i) & 0xff);
  }
  return bytes;
}

TEST_P(Flipped, paths) {
  const World world;
  start(world.config(GetParam()));
  const std::string before = world.surroundings();
  put(at::path, "dir/../../outside/secret");
  std::array<int, 3> seen{};
  const auto look = [&] {
    const Errno opened =
        call().path_open(3, 1, at::path, 24, 0, right::fd_read | right::fd_write, 0, 0, at::result);
    EXPECT_NE(opened, Errno::success);
    EXPECT_EQ(call().path_filestat_get(3, 1, at::path, 24, at::stat) == Errno::success, false);
    ++seen[opened == Errno::perm ? 0 : opened == Errno::noent ? 1 : 2];
  };
  flip(at::path, "dir/../dir/..//../../", "dir/../../outside/sec", 3000, look,
       [&] { return seen[0] > 0; });
  EXPECT_GT(seen[0], 0);
  EXPECT_EQ(world.surroundings(), before);
  EXPECT_EQ(context->usage().open_files, 0u);
}

TEST_P(Flipped, nul_and_slash_in_a_path) {
  const World world;
  start(world.config(GetParam()));
  put(at::path, "file");
  flip(at::path, std::string_view("..\0/", 4), "file", 3000, [&] {
    const Errno result = call().path_filestat_get(3, 1, at::path, 4, at::stat);
    const bool known = result == Errno::success || result == Errno::inval ||
                       result == Errno::noent || result == Errno::perm || result == Errno::notdir;
    EXPECT_TRUE(known) << wasi::text(result);
  });
}

TEST_P(Flipped, vectors) {
  const World world;
  start(world.config(GetParam()));
  put(at::path, "file");
  ASSERT_EQ(
      call().path_open(3, 1, at::path, 4, 0, right::fd_read | right::fd_seek, 0, 0, at::result),
      Errno::success);
  const std::uint32_t fd = load32(at::result);
  const std::string good = bytes_of({at::data, 8});
  for (const std::string& bad :
       {bytes_of({most - 3, 8}), bytes_of({at::data, most}), bytes_of({at::end - 4, 8})}) {
    flip(at::vectors, good, bad, 2000, [&] {
      const Errno result = call().fd_pread(fd, at::vectors, 1, 0, at::result2);
      EXPECT_TRUE(result == Errno::success || result == Errno::fault) << wasi::text(result);
      if (result == Errno::success) {
        EXPECT_LE(load32(at::result2), 8u);
      }
    });
  }
}

/// The vectors lie in what is read into, so that reading replaces them.
TEST_P(Flipped, vectors_that_overlap_their_data) {
  const World world;
  start(world.config(GetParam()));
  put(at::path, "file");
  ASSERT_EQ(call().path_open(3, 1, at::path, 4, 0, right::fd_read, 0, 0, at::result),
            Errno::success);
  put(at::vectors, bytes_of({at::vectors, 4, at::vectors + 4, 4}));
  EXPECT_EQ(call().fd_read(load32(at::result), at::vectors, 2, at::result2), Errno::success);
  EXPECT_EQ(load32(at::result2), 8u);
  EXPECT_EQ(std::string(memory.begin() + at::vectors, memory.begin() + at::vectors + 8),
            "contents");
}

TEST_P(Flipped, subscriptions) {
  const World world;
  start(world.config(GetParam()).clock(wasi::fixed_clock(1)));
  // A clock, or a descriptor that there isn't, or nothing that is known.
  for (const char* tag : {"\1", "\7"}) {
    flip(at::data + 8, std::string_view("\0", 1), tag, 2000, [&] {
      const Errno result = call().poll_oneoff(at::data, at::data + 100, 1, at::result);
      EXPECT_TRUE(result == Errno::success || result == Errno::inval) << wasi::text(result);
    });
  }
  // The event lies in its subscription.
  store(at::data + 8, std::string_view("\0", 1));
  EXPECT_EQ(call().poll_oneoff(at::data, at::data, 1, at::result), Errno::success);
}

class Data : public Flipped {
 protected:
  /// How often a capability that looked twice saw two things.
  int differences(Sharing sharing, std::uint32_t size) {
    int different = 0;
    start(wasi::Config{}.stdout_(std::make_shared<wasi::CallbackOutput>(
        [&](std::span<const std::byte> bytes) -> wasi::Outcome<std::size_t> {
          const std::vector<std::byte> first(bytes.begin(), bytes.end());
          // A while in between, also on one processor.
          for (int i = 0; i < 5; ++i) std::this_thread::yield();
          different += !std::equal(bytes.begin(), bytes.end(), first.begin());
          return bytes.size();
        })));
    put32(at::vectors, at::data);
    put32(at::vectors + 4, size);
    flip(at::data, std::string(size, 'a'), std::string(size, 'b'), 100, [&] {
      EXPECT_EQ(call(sharing).fd_write(1, at::vectors, 1, at::result2), Errno::success);
      EXPECT_EQ(load32(at::result2), size);
    });
    return different;
  }
};

TEST_P(Data, is_seen_once) {
  EXPECT_EQ(differences(Sharing::threads, 1000), 0);
  EXPECT_EQ(differences(Sharing::threads, 70'000), 0);
}

TEST_P(Data, several_pieces_are_seen_once) {
  int different = 0;
  start(wasi::Config{}.stdout_(std::make_shared<wasi::CallbackOutput>(
      [&](std::span<const std::byte> bytes) -> wasi::Outcome<std::size_t> {
        const std::vector<std::byte> first(bytes.begin(), bytes.end());
        std::this_thread::yield();
        different += !std::equal(bytes.begin(), bytes.end(), first.begin());
        return bytes.size();
      })));
  put(at::vectors, bytes_of({at::data, 100, at::data + 100, 100}));
  flip(at::data, std::string(200, 'a'), std::string(200, 'b'), 100, [&] {
    EXPECT_EQ(call().fd_write(1, at::vectors, 2, at::result2), Errno::success);
    EXPECT_EQ(load32(at::result2), 200u);
  });
  EXPECT_EQ(different, 0);
}

/// What is random, listed or read arrives whole although others write.
TEST_P(Flipped, what_the_host_writes) {
  const World world;
  start(world.config(GetParam()).random(wasi::seeded_random(1)));
  flip(at::data, std::string(64, 'a'), std::string(64, 'b'), 1000, [&] {
    EXPECT_EQ(call().random_get(at::data, 70'000), Errno::success);
    EXPECT_EQ(call().fd_readdir(3, at::data, 4000, 0, at::result), Errno::success);
    EXPECT_GT(load32(at::result), 24u);
  });
}

/// Without being told of the threads, the same capability does see two things: the test can tell.
TEST_P(Data, would_be_seen_twice_without_a_copy) {
  if (sanitized) GTEST_SKIP() << "a data race on purpose";
  int different = 0;
  for (int i = 0; i < 100 && different == 0; ++i) different = differences(Sharing::none, 1000);
  EXPECT_GT(different, 0);
}

INSTANTIATE_TEST_SUITE_P(backends, Flipped, testing::Values(Backend::kernel, Backend::walk),
                         [](const auto& backend) { return name_of(backend.param); });
INSTANTIATE_TEST_SUITE_P(backends, Data, testing::Values(Backend::kernel),
                         [](const auto& backend) { return name_of(backend.param); });

}  // namespace
}  // namespace wrun::test
