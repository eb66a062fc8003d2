// Device nodes, FIFOs, sockets and magic links: refused without touching them, unless the mount
// allows them; unprotected they open.

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/wasi/escape/verbs.hpp"
#include "tests/wasi/escape/world.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;

constexpr std::uint64_t both = right::fd_read | right::fd_write;

struct Row {
  const char* name;
  const char* setup;
  const char* path;
  std::uint32_t fd;
  std::uint64_t rights;
  std::uint32_t oflags;
};

constexpr Row rows[] = {
    {"fifo", "fifo f", "f", 3, right::fd_read, 0},
    {"fifo_both_ways", "fifo f", "f", 3, both, 0},
    {"fifo_truncated", "fifo f", "f", 3, both, oflag::trunc},
    {"fifo_created", "fifo f", "f", 3, both, oflag::creat},
    {"fifo_by_a_link", "fifo f; symlink dir/../f l", "l", 3, both, 0},
    {"fifo_created_by_a_link", "fifo f; symlink f l", "l", 3, both, oflag::creat},
    {"fifo_by_a_hard_link", "fifo f; hardlink f dir/g", "dir/g", 3, both, 0},
    {"null_read", "", "null", 7, right::fd_read, 0},
    {"null_written", "", "null", 7, right::fd_write, 0},
    {"null_truncated", "", "null", 7, right::fd_write, oflag::trunc},
    {"null_created", "", "null", 7, right::fd_write, oflag::creat},
    {"null_by_dots", "", "./shm/../null", 7, both, 0},
    {"zero", "", "zero", 7, right::fd_read, 0},
    {"urandom", "", "urandom", 7, right::fd_read, 0},
    {"full", "", "full", 7, right::fd_write, 0},
};

class Special : public testing::TestWithParam<Backend> {};
class SpecialGranted : public Special {};

TEST_P(Special, is_refused) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const World world;
    world.prepare(row.setup);
    Guest guest(world.config(GetParam()));
    const Errno expected = GetParam() == Backend::unprotected ? Errno::success : Errno::acces;
    EXPECT_EQ(wasi::text(guest.open(row.fd, row.path, row.rights, row.oflags)),
              wasi::text(expected));
  }
}

TEST_P(SpecialGranted, opens_where_the_mount_allows_it) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const World world;
    world.prepare(row.setup);
    const wasi::HostDirectoryOptions options = {.special_files = true,
                                                .force_walk = GetParam() == Backend::walk};
    const std::string host = row.fd == 3 ? world.inside().string() : "/dev";
    Guest guest(wasi::Config{}.dir(host, "/", wasi::read_write, options));
    EXPECT_EQ(wasi::text(guest.open(3, row.path, row.rights, row.oflags)),
              wasi::text(Errno::success));
  }
}

/// Only root may make one.
TEST_P(Special, device_node_in_the_directory) {
  const World world;
  if (::mknod((world.inside() / "node").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    GTEST_SKIP() << "this user can't make device nodes";
  }
  Guest guest(world.config(GetParam()));
  const Errno expected = GetParam() == Backend::unprotected ? Errno::success : Errno::acces;
  EXPECT_EQ(wasi::text(guest.open(3, "node", both)), wasi::text(expected));
}

TEST_P(Special, sockets_do_not_open) {
  const World world;
  world.prepare("socket s");
  Guest guest(world.config(GetParam()));
  EXPECT_EQ(guest.open(3, "s", both), Errno::nxio);
}

/// The texts of magic links are paths of the host's.
TEST_P(Special, magic_links_are_not_read) {
  for (const char* path : {"root", "cwd", "exe", "fd/0", "ns/mnt"}) {
    SCOPED_TRACE(path);
    const World world;
    Guest guest(world.config(GetParam()));
    const Errno expected = GetParam() == Backend::unprotected ? Errno::success : Errno::loop;
    EXPECT_EQ(wasi::text(verb("read_link").attempt(guest, 6, path)), wasi::text(expected));
  }
}

/// Also a mount that allows special files keeps its guest in.
TEST_P(SpecialGranted, magic_links_lead_nowhere) {
  const World world;
  const wasi::HostDirectoryOptions options = {.special_files = true,
                                              .force_walk = GetParam() == Backend::walk};
  Guest guest(wasi::Config{}.dir("/proc/self", "/", wasi::read_write, options));
  EXPECT_EQ(guest.open(3, world.expand("root@/outside/secret"), right::fd_read), Errno::loop);
  EXPECT_EQ(guest.open(3, world.expand("fd/#/secret"), right::fd_read), Errno::loop);
  EXPECT_EQ(verb("read_link").attempt(guest, 3, "root"), Errno::success);
}

INSTANTIATE_TEST_SUITE_P(backends, SpecialGranted, testing::Values(Backend::kernel, Backend::walk),
                         [](const auto& backend) { return name_of(backend.param); });
INSTANTIATE_TEST_SUITE_P(backends, Special,
                         testing::Values(Backend::kernel, Backend::walk, Backend::unprotected),
                         [](const auto& backend) { return name_of(backend.param); });

}  // namespace
}  // namespace wrun::test
