#include "tools/wrun/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "lib/os/populate.hpp"
#include "tools/wrun/exit_code.hpp"

namespace wrun::inline v0::tool {
namespace {

/// From there on one call makes pages ready, and not a fault for each.
constexpr std::size_t large = 16 * 1024;
constexpr std::size_t largest_file = std::size_t{1} << 30;
constexpr std::size_t page = 4096;

class Descriptor {
 public:
  Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool close() {
    const bool closed = !owned_ || fd_ < 0 || ::close(fd_) == 0;
    fd_ = -1;
    return closed;
  }

 private:
  int fd_;
  bool owned_;
};

Failure unreadable(const std::string& path, int error) {
  const bool absent = error == ENOENT || error == ENOTDIR;
  return input_failure(path, absent ? exit_absent : exit_refused,
                       Error(ErrorKind::io, absent ? "no such file" : std::strerror(error)));
}

Failure too_large(const std::string& path) {
  return input_failure(path, exit_refused, Error(ErrorKind::io, "larger than 1 GiB"));
}

std::optional<Failure> refuse_kind(const std::string& path, const struct stat& status) {
  if (S_ISDIR(status.st_mode))
    return input_failure(path, exit_refused, Error(ErrorKind::io, "is a directory"));
  if (S_ISREG(status.st_mode) && static_cast<std::size_t>(status.st_size) > largest_file) {
    return too_large(path);
  }
  return std::nullopt;
}

/// How much a pipe has for the next read; 0 if that isn't known.
std::size_t bytes_waiting(int fd) {
  int bytes = 0;
  return ::ioctl(fd, FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(std::max(bytes, 0)) : 0;
}

/// Makes room for as much more, and touches no other pages.
void add_room(Bytes& bytes, std::size_t more) {
  const std::size_t size = bytes.size() + more;
  if (size > bytes.capacity()) bytes.reserve(std::max(size, 2 * bytes.size()));
  if (more > large) os::populate_for_writing(bytes.data() + bytes.size(), more);
  bytes.resize(size);
}

/// `expected`: of a file its size, which may be another one by now.
std::variant<Bytes, Failure> read_all(const std::string& path, int fd, std::size_t expected) {
  Bytes bytes;
  std::size_t used = 0;
  add_room(bytes, expected + 1);
  for (;;) {
    if (used == bytes.size()) add_room(bytes, std::max(bytes_waiting(fd), page));
    const ssize_t got = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    used += static_cast<std::size_t>(got);
    if (used > largest_file) return too_large(path);
    if (got == 0) break;
  }
  bytes.resize(used);
  return bytes;
}

bool write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

Failure unwritable(const std::string& path) {
  return {exit_failure,
          fmt::format("{}: {}", path == "-" ? "standard output" : path, std::strerror(errno))};
}

// Beside the file, so that renaming it there is atomic. Other kinds of file are written in place.
std::variant<std::monostate, Failure> replace_file(const std::string& path,
                                                   std::span<const std::uint8_t> bytes) {
  std::string temporary = path + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC), true);
  if (file.get() < 0) return unwritable(path);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const bool written = write_all(file.get(), bytes) && ::fchmod(file.get(), 0666 & ~mask) == 0 &&
                       file.close() && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (written) return std::monostate();
  const Failure failure = unwritable(path);
  ::unlink(temporary.c_str());
  return failure;
}

std::variant<std::monostate, Failure> write_in_place(const std::string& path,
                                                     std::span<const std::uint8_t> bytes) {
  const bool standard = path == "-";
  Descriptor file(standard ? STDOUT_FILENO : ::open(path.c_str(), O_WRONLY | O_CLOEXEC), !standard);
  if (file.get() < 0 || !write_all(file.get(), bytes) || !file.close()) return unwritable(path);
  return std::monostate();
}

}  // namespace

std::string display_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

std::variant<Bytes, Failure> read_file(const std::string& path) {
  const bool standard = path == "-";
  Descriptor file(standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC), !standard);
  if (file.get() < 0) return unreadable(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return unreadable(path, errno);
  if (auto refused = refuse_kind(path, status)) return *refused;
  const bool sized = S_ISREG(status.st_mode);
  return read_all(path, file.get(), sized ? static_cast<std::size_t>(status.st_size) : page - 1);
}

std::variant<std::monostate, Failure> write_file(const std::string& path,
                                                 std::span<const std::uint8_t> bytes) {
  struct stat status {};
  const bool exists = path != "-" && ::stat(path.c_str(), &status) == 0;
  const bool in_place = path == "-" || (exists && !S_ISREG(status.st_mode));
  return in_place ? write_in_place(path, bytes) : replace_file(path, bytes);
}

std::variant<std::monostate, Failure> write_text(const std::string& path, std::string_view text) {
  return write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Failure input_failure(const std::string& path, int exit_code, Error error) {
  return {exit_code, fmt::format("{}: {}", display_name(path), error.message()), std::move(error)};
}

int report(const Failure& failure) {
  fmt::print(stderr, "wrun: {}\n", failure.message);
  return failure.exit_code;
}

bool flush_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  fmt::print(stderr, "wrun: standard output: {}\n", std::strerror(errno));
  return false;
}

}  // namespace wrun::inline v0::tool
