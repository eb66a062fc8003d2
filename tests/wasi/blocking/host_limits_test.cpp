// Limits and signals of the host's process: the guest gets an errno, and the host goes on. Each
// test runs in a process of its own, whose signals are the default ones.

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <map>

#include "tests/wasi/blocking/plumbing.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
namespace fs = std::filesystem;
namespace fdflag = wasi::preview1::fdflag;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;

constexpr const char* unavailable = "unavailable";

/// What the function says in a process of its own; how that ended, if it didn't get there.
std::string in_child(const std::function<std::string()>& function) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGXFSZ, SIG_DFL);
    const std::string said = function();
    const ssize_t written = ::write(ends[1], said.data(), said.size());
    ::_exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said;
  std::array<char, 1000> buffer{};
  for (ssize_t got = 1; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    said.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? said : "exit status " + std::to_string(WEXITSTATUS(status));
}

std::string name(Errno error) {
  return std::string(wasi::text(error));
}

void limit(int resource, rlim_t most) {
  const rlimit value = {most, most};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &value);
}

class HostLimits : public testing::Test {
 protected:
  HostLimits() {
    std::string made = (fs::temp_directory_path() / "wrun-limits-XXXXXX").string();
    if (::mkdtemp(made.data()) == nullptr) ADD_FAILURE() << "mkdtemp: " << made;
    directory = made;
  }
  ~HostLimits() override {
    std::error_code ignored;
    fs::remove_all(directory, ignored);
  }
  wasi::Config config() const {
    return wasi::Config{}.dir(directory.string(), "/", wasi::read_write, {.special_files = true});
  }
  fs::path directory;
};

TEST_F(HostLimits, closed_pipe) {
  EXPECT_EQ(in_child([&] {
              int ends[2];
              if (::pipe(ends) != 0) return std::string("no pipe");
              ::close(ends[0]);
              Guest guest(config().stdout_(wasi::output_to_fd(ends[1])));
              const std::string first = name(guest.write(1, "x"));
              return first + " " + name(guest.write(1, "x"));
            }),
            "pipe pipe");
}

TEST_F(HostLimits, closed_connection_and_fifo) {
  EXPECT_EQ(in_child([&] {
              Plumbing plumbing;
              Guest guest(plumbing.config());
              std::string said = name(guest.call("sock_shutdown", {5, 3}));
              said += " " + name(guest.write(5, "x"));
              // A FIFO can't be opened for writing without a reader, but be left by it.
              const int reader = ::open((plumbing.directory() / "empty").c_str(),
                                        O_RDONLY | O_NONBLOCK | O_CLOEXEC);
              said += " " + name(guest.open(3, "empty", right::fd_write));
              ::close(reader);
              said += " " + name(guest.write(guest.opened(), "x"));
              return said + " " + name(guest.open(3, "empty", right::fd_write));
            }),
            "success pipe success pipe nxio");
}

TEST_F(HostLimits, file_size) {
  EXPECT_EQ(in_child([&] {
              const int file = ::open((directory / "out").c_str(), O_WRONLY | O_CREAT, 0600);
              Guest guest(config().stdout_(wasi::output_to_fd(file)));
              limit(RLIMIT_FSIZE, 10);
              std::string said = name(guest.write(1, "0123456789"));
              said += " " + name(guest.write(1, "x"));
              (void)guest.open(3, "new", right::file, oflag::creat, true, fdflag::append);
              const std::uint32_t fd = guest.opened();
              said += " " + name(guest.write(fd, "0123456789"));
              said += " " + name(guest.write(fd, "x"));
              said += " " + name(guest.call("fd_pwrite", {fd, at::vectors, 1, 10, at::result2}));
              said += " " + name(guest.call("fd_filestat_set_size", {fd, 11}));
              said += " " + name(guest.call("fd_allocate", {fd, 0, 11}));
              return said + " " + name(guest.call("fd_filestat_set_size", {fd, 10}));
            }),
            "success fbig success fbig fbig fbig fbig success");
}

/// The guest gets an errno before the host can't open anything any more.
TEST_F(HostLimits, open_files) {
  EXPECT_EQ(in_child([&] {
              Guest guest(config().bounds({.open_files = 100'000}));
              limit(RLIMIT_NOFILE, 100);
              Errno last = guest.open(3, "new", right::fd_read, oflag::creat);
              for (int i = 0; i < 1000 && last == Errno::success; ++i) {
                last = guest.open(3, "new", right::fd_read);
              }
              std::string said = name(last);
              said += " " + name(guest.open(3, "other", right::fd_write, oflag::creat));
              said += fs::exists(directory / "other") ? " made" : " not made";
              said += " " + name(guest.open(3, ".", right::fd_readdir, oflag::directory));
              said += std::ifstream("/dev/null") ? " host opens" : " host can't open";
              (void)guest.call("fd_close", {10});
              return said + " " + name(guest.open(3, "new", right::fd_read));
            }),
            "mfile mfile not made mfile host opens success");
}

TEST_F(HostLimits, accepted_connections) {
  EXPECT_EQ(in_child([&] {
              Plumbing plumbing;
              Guest guest(plumbing.config());
              limit(RLIMIT_NOFILE, 16);
              return name(guest.call("sock_accept", {4, 0, at::result}));
            }),
            "mfile");
}

TEST_F(HostLimits, full_disk) {
  const std::string said = in_child([&]() -> std::string {
    // Only root can make a small disk; nobody else sees it.
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", directory.c_str(), "tmpfs", 0, "size=256k") != 0) {
      return unavailable;
    }
    Guest guest(config());
    (void)guest.open(3, "large", right::file, oflag::creat);
    const std::uint32_t fd = guest.opened();
    Errno last = Errno::success;
    const std::string block(4096, 'x');
    for (int i = 0; i < 1000 && last == Errno::success; ++i) last = guest.write(fd, block);
    std::string answers = name(last) + " " + name(guest.call("fd_allocate", {fd, 0, 1 << 20}));
    answers += " " + name(guest.call("fd_filestat_set_size", {fd, 0}));
    return answers + " " + name(guest.write(fd, block));
  });
  if (said == unavailable) GTEST_SKIP() << "this user can't mount a small disk";
  EXPECT_EQ(said, "nospc nospc success success");
}

}  // namespace
}  // namespace wrun::test
