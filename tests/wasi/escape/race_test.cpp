// Another thread changes the tree while the guest's calls look paths up in it. Without protection
// the guest gets out in no time; so what holds isn't luck.

#include <fcntl.h>
#include <stdio.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "tests/support/sanitized.hpp"
#include "tests/wasi/escape/verbs.hpp"
#include "tests/wasi/escape/world.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
namespace fs = std::filesystem;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;

/// Does something over and over until it goes out of scope.
class Meanwhile {
 public:
  explicit Meanwhile(std::function<void()> step)
      : thread_([this, step = std::move(step)] {
          while (!stop_) step();
        }) {}
  ~Meanwhile() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

void exchange(const fs::path& a, const fs::path& b) {
  ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
}

struct Row {
  const char* name;
  const char* setup;
  /// Two names in inside/ that trade places.
  const char* first;
  const char* second;
  const char* verb;
  const char* path;
  /// What undoes a success that stayed inside.
  const char* undone_by = "";
};

constexpr const char* directory_and_link =
    "mkdir swap; file swap/secret; mkdir swap/dir; symlink ../outside link";
constexpr const char* file_and_link = "file swap; symlink ../outside/secret link";

constexpr Row rows[] = {
    {"read", directory_and_link, "swap", "link", "read", "swap/secret"},
    {"write", directory_and_link, "swap", "link", "write", "swap/secret"},
    {"truncate", directory_and_link, "swap", "link", "truncate", "swap/secret"},
    {"create", directory_and_link, "swap", "link", "create", "swap/new"},
    {"create_exclusive", directory_and_link, "swap", "link", "create_exclusive", "swap/new",
     "swap/new"},
    {"list", directory_and_link, "swap", "link", "list", "swap/dir"},
    {"stat", directory_and_link, "swap", "link", "stat", "swap/secret"},
    {"set_times", directory_and_link, "swap", "link", "set_times", "swap/secret"},
    {"make_directory", directory_and_link, "swap", "link", "make_directory", "swap/new"},
    {"make_link", directory_and_link, "swap", "link", "make_link", "swap/new", "swap/new"},
    {"link_to", directory_and_link, "swap", "link", "link_to", "swap/new", "swap/new"},
    {"link_from", directory_and_link, "swap", "link", "link_from", "swap/secret", "stolen"},
    {"file_read", file_and_link, "swap", "link", "read", "swap"},
    {"file_written", file_and_link, "swap", "link", "write", "swap"},
    {"file_truncated", file_and_link, "swap", "link", "truncate", "swap"},
    {"file_times", file_and_link, "swap", "link", "set_times", "swap"},
    {"file_linked", file_and_link, "swap", "link", "link_from_followed", "swap", "stolen"},
    {"dangling_created", "file swap; symlink ../outside/new link", "swap", "link", "create",
     "swap"},
    {"last_link_swapped", "symlink swap a; file swap; symlink ../outside/secret link", "swap",
     "link", "read", "a"},
    {"parent_of_the_parent",
     "mkdir swap/in; file swap/in/secret; mkdir hold; symlink "
     "../../outside hold/in",
     "swap", "hold", "read", "swap/in/secret"},
};

class Races : public testing::TestWithParam<Backend> {};
class Listing : public Races {};

/// The number of attempts until something got out; none if nothing did in all the attempts.
std::optional<int> attempts_to_get_out(const Row& row, Backend backend, int most) {
  const World world;
  world.prepare(row.setup);
  Guest guest(world.config(backend));
  const std::string before = world.surroundings();
  const Meanwhile swapping(
      [&] { exchange(world.inside() / row.first, world.inside() / row.second); });
  const auto out = [&] { return world.is_known_to(guest) || world.surroundings() != before; };
  for (int i = 0; i < most; ++i) {
    (void)verb(row.verb).attempt(guest, 3, row.path);
    const bool undone = row.undone_by[0] != '\0';
    if ((undone || backend == Backend::unprotected) && out()) return i;
    if (undone) (void)verb("unlink").attempt(guest, 3, row.undone_by);
  }
  if (out()) return most;
  return std::nullopt;
}

TEST_P(Races, links_swapped_during_the_call) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const bool unprotected = GetParam() == Backend::unprotected;
    // A sanitizer looks for errors in what is done, which many attempts don't do any better.
    const int protected_attempts = sanitized ? 100 : 1000;
    const auto out =
        attempts_to_get_out(row, GetParam(), unprotected ? 100'000 : protected_attempts);
    EXPECT_EQ(out.has_value(), unprotected);
  }
}

/// A directory in which `..` is resolved moves up meanwhile, so that the same path leads further.
TEST_P(Races, parents_moved_during_the_call) {
  const World world;
  world.prepare("mkdir a/b/c/d");
  Guest guest(world.config(GetParam()));
  const fs::path low = world.inside() / "a/b/c";
  const fs::path high = world.inside() / "c";
  const Meanwhile moving([&] {
    ::rename(low.c_str(), high.c_str());
    ::rename(high.c_str(), low.c_str());
  });
  // From the low place it leads to a/outside, from the high one out. It takes its time in between.
  std::string path = "a/b/c/d/";
  while (path.size() < 3000) path += "../d/";
  path += "../../../outside/secret";
  const bool unprotected = GetParam() == Backend::unprotected;
  bool out = false;
  for (int i = 0; i < (unprotected ? 1'000'000 : 5000) && !out; ++i) {
    out = verb("read").attempt(guest, 3, path) == Errno::success;
  }
  EXPECT_EQ(out, unprotected);
  EXPECT_EQ(guest.remembers(secret), unprotected);
}

/// A directory that the guest holds open is moved out by the host; it stays the guest's root.
TEST_P(Races, open_directory_moved_out) {
  const World world;
  Guest guest(world.config(GetParam()));
  ASSERT_EQ(guest.open(3, "dir/nested", right::directory | right::fd_read, oflag::directory),
            Errno::success);
  const std::uint32_t moved = guest.opened();
  fs::rename(world.inside() / "dir/nested", world.base() / "outside/nested");
  const bool unprotected = GetParam() == Backend::unprotected;
  for (const char* path : {"../secret", "./../secret", "../../outside/secret"}) {
    const Errno result = verb("read").attempt(guest, moved, path);
    EXPECT_EQ(wasi::text(result), wasi::text(unprotected ? Errno::success : Errno::perm)) << path;
  }
  EXPECT_EQ(guest.remembers(secret), unprotected);
}

/// The granted directory itself is moved, or replaced by a link to somewhere else.
TEST_P(Races, granted_directory_replaced) {
  const World world;
  Guest guest(world.config(GetParam()));
  fs::rename(world.inside(), world.base() / "moved");
  fs::create_directory_symlink("outside", world.inside());
  EXPECT_EQ(verb("read").attempt(guest, 3, "secret"), Errno::noent);
  EXPECT_EQ(verb("read").attempt(guest, 3, "file"), Errno::success);
  EXPECT_FALSE(guest.remembers(secret));
}

/// Entries come and go while a guest reads the directory by cookies: what stays is seen once.
TEST_P(Listing, survives_changes) {
  const World world;
  for (int i = 0; i < 300; ++i) world.prepare("file stays" + std::to_string(i));
  Guest guest(world.config(GetParam()));
  int next = 0;
  std::string names;
  std::uint64_t cookie = 0;
  for (int round = 0; round < 10'000; ++round) {
    ASSERT_EQ(guest.call("fd_readdir", {3, at::data, 200, cookie, at::result2}), Errno::success);
    const std::uint32_t used = guest.load32(at::result2);
    std::uint32_t place = at::data;
    while (place + 24 <= at::data + used) {
      const std::uint32_t length = guest.load32(place + 16);
      if (place + 24 + length > at::data + used) break;
      cookie = guest.load64(place);
      names += "/" + guest.text(place + 24, length) + "/";
      place += 24 + length;
    }
    if (used < 200) break;
    world.prepare("file comes" + std::to_string(next));
    if (next > 3) fs::remove(world.inside() / ("comes" + std::to_string(next - 3)));
    ++next;
  }
  for (int i = 0; i < 300; ++i) {
    const std::string name = "/stays" + std::to_string(i) + "/";
    const std::size_t found = names.find(name);
    EXPECT_NE(found, std::string::npos) << name;
    EXPECT_EQ(names.find(name, found + 1), std::string::npos) << name << " twice";
  }
}

INSTANTIATE_TEST_SUITE_P(backends, Listing, testing::Values(Backend::kernel, Backend::walk),
                         [](const auto& backend) { return name_of(backend.param); });
INSTANTIATE_TEST_SUITE_P(backends, Races,
                         testing::Values(Backend::kernel, Backend::walk, Backend::unprotected),
                         [](const auto& backend) { return name_of(backend.param); });

}  // namespace
}  // namespace wrun::test
