// What preview 1's functions do where the official tests don't look: large files, times, names in
// all scripts, appending, polling.

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/wasi/support/guest.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
namespace fs = std::filesystem;
namespace fdflag = wasi::preview1::fdflag;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;

constexpr std::uint32_t root = 3;

class Behaviour : public testing::TestWithParam<bool> {
 protected:
  Behaviour() {
    std::string name = (fs::temp_directory_path() / "wrun-behaviour-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp: " << name;
    path = name;
  }
  ~Behaviour() override {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  wasi::Config config() const {
    return wasi::Config{}
        .clock(wasi::system_clock)
        .dir(path.string(), "/", wasi::read_write, {.force_walk = GetParam()});
  }
  /// A new file's descriptor.
  static std::uint32_t create(Guest& guest, std::string_view name, std::uint16_t flags = 0) {
    EXPECT_EQ(guest.open(root, name, right::file, oflag::creat, true, flags), Errno::success);
    return guest.opened();
  }
  std::string content(const std::string& name) const {
    std::ifstream file(path / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  fs::path path;
};

TEST_P(Behaviour, sizes_and_offsets_have_64_bits) {
  constexpr std::uint64_t far = (std::uint64_t{5} << 30) + 3;
  Guest guest(config());
  const std::uint32_t fd = create(guest, "large");
  EXPECT_EQ(guest.call("fd_seek", {fd, far, 0, at::result2}), Errno::success);
  EXPECT_EQ(guest.load64(at::result2), far);
  EXPECT_EQ(guest.write(fd, "end"), Errno::success);
  EXPECT_EQ(guest.call("fd_tell", {fd, at::result2}), Errno::success);
  EXPECT_EQ(guest.load64(at::result2), far + 3);
  EXPECT_EQ(guest.call("fd_filestat_get", {fd, at::stat}), Errno::success);
  EXPECT_EQ(guest.load64(at::stat + 32), far + 3);
  EXPECT_EQ(guest.call("fd_pread", {fd, at::vectors, 1, far, at::result2}), Errno::success);
  EXPECT_EQ(guest.load32(at::result2), 3u);
  EXPECT_EQ(guest.call("fd_filestat_set_size", {fd, far + 100}), Errno::success);
  EXPECT_EQ(fs::file_size(path / "large"), far + 100);
}

TEST_P(Behaviour, times_are_nanoseconds) {
  constexpr std::uint64_t accessed = 1'234'567'890'123'456'789;
  constexpr std::uint64_t modified = 4'000'000'000'000'000'001;
  Guest guest(config());
  const std::uint32_t fd = create(guest, "file");
  EXPECT_EQ(guest.call("fd_filestat_set_times", {fd, accessed, modified, 5}), Errno::success);
  EXPECT_EQ(guest.call("fd_filestat_get", {fd, at::stat}), Errno::success);
  EXPECT_EQ(guest.load64(at::stat + 40), accessed);
  EXPECT_EQ(guest.load64(at::stat + 48), modified);
  // One of them now, the other as it was.
  guest.put(at::path, "file");
  EXPECT_EQ(guest.call("path_filestat_set_times", {root, 0, at::path, 4, 0, 0, 8}), Errno::success);
  EXPECT_EQ(guest.call("fd_filestat_get", {fd, at::stat}), Errno::success);
  EXPECT_EQ(guest.load64(at::stat + 40), accessed);
  EXPECT_NE(guest.load64(at::stat + 48), modified);
}

TEST_P(Behaviour, names_in_all_scripts) {
  const std::vector<std::string> names = {
      "\u00fcml\u00e4ut", "\u6587\u5b57", "\U0001f600", "e\u0301", "\u00e9", " ", "new\nline", "-"};
  Guest guest(config());
  for (const std::string& name : names) (void)create(guest, name);
  EXPECT_EQ(guest.call("fd_readdir", {root, at::data, at::data_size, 0, at::result2}),
            Errno::success);
  for (const std::string& name : names) {
    EXPECT_TRUE(fs::exists(path / name)) << name;
    EXPECT_NE(guest.text(at::data, at::data_size).find(name), std::string::npos) << name;
  }
}

TEST_P(Behaviour, appending_goes_to_the_end) {
  Guest guest(config());
  const std::uint32_t one = create(guest, "file", fdflag::append);
  const std::uint32_t other = create(guest, "file", fdflag::append);
  EXPECT_EQ(guest.write(one, "one "), Errno::success);
  EXPECT_EQ(guest.write(other, "other "), Errno::success);
  EXPECT_EQ(guest.call("fd_seek", {one, 0, 0, at::result2}), Errno::success);
  EXPECT_EQ(guest.write(one, "again"), Errno::success);
  EXPECT_EQ(content("file"), "one other again");
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {one, 0}), Errno::success);
  EXPECT_EQ(guest.call("fd_seek", {one, 0, 0, at::result2}), Errno::success);
  EXPECT_EQ(guest.write(one, "ONE"), Errno::success);
  EXPECT_EQ(content("file"), "ONE other again");
}

TEST_P(Behaviour, truncation_and_exclusive_creation) {
  Guest guest(config());
  EXPECT_EQ(guest.write(create(guest, "file"), "contents"), Errno::success);
  EXPECT_EQ(guest.open(root, "file", right::file, oflag::creat | oflag::excl), Errno::exist);
  EXPECT_EQ(content("file"), "contents");
  EXPECT_EQ(guest.open(root, "file", right::fd_read, oflag::trunc), Errno::success);
  EXPECT_EQ(content("file"), "");
  EXPECT_EQ(guest.open(root, "new", right::file, oflag::creat | oflag::excl | oflag::trunc),
            Errno::success);
}

TEST_P(Behaviour, renumbering_closes_and_moves) {
  Guest guest(config());
  const std::uint32_t one = create(guest, "one");
  const std::uint32_t other = create(guest, "other");
  EXPECT_EQ(guest.write(one, "1"), Errno::success);
  EXPECT_EQ(guest.call("fd_renumber", {one, other}), Errno::success);
  EXPECT_EQ(guest.write(one, "2"), Errno::badf);
  EXPECT_EQ(guest.write(other, "3"), Errno::success);
  EXPECT_EQ(content("one"), "13");
  EXPECT_EQ(content("other"), "");
}

/// Subscribes to reading or writing a descriptor.
void subscribe(Guest& guest, std::uint32_t place, std::uint8_t tag, std::uint32_t fd) {
  guest.put64(place, fd);
  guest.memory()[place + 8] = tag;
  guest.put32(place + 16, fd);
}

struct Event {
  Errno error;
  std::uint64_t bytes;
  bool hung_up;
};
Event event(Guest& guest, std::uint32_t place) {
  return {static_cast<Errno>(guest.load32(place + 8) & 0xffff), guest.load64(place + 16),
          (guest.load32(place + 24) & 1) != 0};
}

TEST_P(Behaviour, polling_files_and_sockets) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Guest guest(config().connection(*wasi::connection_from_fd(ends[0])));
  constexpr std::uint32_t connection = 4;
  const std::uint32_t file = create(guest, "file");
  EXPECT_EQ(guest.write(file, "12345678"), Errno::success);
  EXPECT_EQ(guest.call("fd_seek", {file, 3, 0, at::result2}), Errno::success);

  const std::uint32_t in = at::data;
  const std::uint32_t out = at::data + 1000;
  subscribe(guest, in, 1, file);
  subscribe(guest, in + 48, 1, connection);
  subscribe(guest, in + 96, 2, connection);
  EXPECT_EQ(guest.call("poll_oneoff", {in, out, 3, at::result}), Errno::success);
  // Nothing has come in on the connection.
  ASSERT_EQ(guest.load32(at::result), 2u);
  EXPECT_EQ(guest.load64(out), file);
  EXPECT_EQ(event(guest, out).bytes, 5u);
  EXPECT_EQ(guest.load64(out + 32), connection);
  EXPECT_EQ(guest.memory()[out + 32 + 10], 2);
  EXPECT_FALSE(event(guest, out + 32).hung_up);

  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  ::close(ends[1]);
  EXPECT_EQ(guest.call("poll_oneoff", {in + 48, out, 1, at::result}), Errno::success);
  ASSERT_EQ(guest.load32(at::result), 1u);
  EXPECT_EQ(event(guest, out).error, Errno::success);
  EXPECT_TRUE(event(guest, out).hung_up);
}

TEST_P(Behaviour, polling_a_clock_of_the_past_and_a_bad_descriptor) {
  Guest guest(config());
  // An absolute time, of a clock that counts from 1970.
  guest.put64(at::data, 7);
  guest.put64(at::data + 24, 1);
  guest.memory()[at::data + 40] = 1;
  subscribe(guest, at::data + 48, 1, 99);
  const std::uint32_t out = at::data + 1000;
  EXPECT_EQ(guest.call("poll_oneoff", {at::data, out, 2, at::result}), Errno::success);
  ASSERT_EQ(guest.load32(at::result), 2u);
  EXPECT_EQ(guest.load64(out), 7u);
  EXPECT_EQ(event(guest, out).error, Errno::success);
  EXPECT_EQ(event(guest, out + 32).error, Errno::badf);
}

/// More than what is written at once.
TEST_P(Behaviour, many_vectors) {
  Guest guest(config().random(wasi::seeded_random(5)));
  EXPECT_EQ(guest.call("random_get", {at::data, 100'000}), Errno::success);
  const std::string random = guest.text(at::data, 100'000);
  const std::uint32_t fd = create(guest, "file");
  for (std::uint32_t i = 0; i < 64; ++i) {
    guest.put32(at::vectors + 8 * i, at::data);
    guest.put32(at::vectors + 8 * i + 4, 100'000);
  }
  EXPECT_EQ(guest.call("fd_write", {fd, at::vectors, 64, at::result2}), Errno::success);
  EXPECT_EQ(guest.load32(at::result2), 6'400'000u);
  EXPECT_EQ(content("file").substr(6'300'000), random);
}

INSTANTIATE_TEST_SUITE_P(paths, Behaviour, testing::Bool(),
                         [](const auto& walk) { return walk.param ? "walk" : "kernel"; });

}  // namespace
}  // namespace wrun::test
