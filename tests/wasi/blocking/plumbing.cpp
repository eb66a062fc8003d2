#include "tests/wasi/blocking/plumbing.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>

namespace wrun::test {

namespace fs = std::filesystem;

namespace {

void fill(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  const std::array<char, 4096> bytes{};
  while (::write(fd, bytes.data(), bytes.size()) > 0) {
  }
  while (::write(fd, bytes.data(), 1) > 0) {
  }
  ::fcntl(fd, F_SETFL, flags);
}

}  // namespace

Plumbing::Plumbing() {
  std::string name = (fs::temp_directory_path() / "wrun-plumbing-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp: " << name;
  directory_ = name;
  EXPECT_EQ(::mkfifo((directory_ / "empty").c_str(), 0600), 0);
  EXPECT_EQ(::mkfifo((directory_ / "fresh").c_str(), 0600), 0);
  EXPECT_EQ(::mkfifo((directory_ / "full").c_str(), 0600), 0);
  full_fifo_ = ::open((directory_ / "full").c_str(), O_RDWR | O_CLOEXEC);
  fill(full_fifo_);
  EXPECT_EQ(::pipe2(empty_, O_CLOEXEC), 0);
  EXPECT_EQ(::pipe2(full_, O_CLOEXEC), 0);
  fill(full_[1]);
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, connection_), 0);
  fill(connection_[0]);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;  // an abstract name, which the kernel chooses
  EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)), 0);
  EXPECT_EQ(::listen(listener_, 1), 0);
}

Plumbing::~Plumbing() {
  for (const int fd : {empty_[0], empty_[1], full_[0], full_[1], connection_[1], full_fifo_}) {
    ::close(fd);
  }
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

wasi::Config Plumbing::config() {
  return wasi::Config{}
      .stdin_(wasi::input_from_fd(empty_[0]))
      .stdout_(wasi::output_to_fd(full_[1]))
      .clock(wasi::system_clock)
      .dir(directory_.string(), "/", wasi::read_write, {.special_files = true})
      .listener(*wasi::listener_from_fd(listener_))
      .connection(*wasi::connection_from_fd(connection_[0]));
}

}  // namespace wrun::test
