#include "lib/os/private_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace wrun::inline v0::os {

namespace {

/// A file descriptor that closes itself.
struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd(opened) {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

std::string reason(int error) {
  return std::generic_category().message(error);
}

bool write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

bool is_own_file(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & 077) == 0;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

PrivateDirectory& PrivateDirectory::operator=(PrivateDirectory&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

PrivateDirectory::~PrivateDirectory() {
  if (fd_ >= 0) close(fd_);
}

std::string PrivateDirectory::open(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return reason(errno);
  Descriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd < 0) return reason(errno);
  struct stat status {};
  if (fstat(opened.fd, &status) != 0) return reason(errno);
  if (status.st_uid != geteuid()) return "it belongs to another user";
  if ((status.st_mode & 077) != 0) return "other users may use it: its mode must be 0700";
  std::swap(fd_, opened.fd);
  return {};
}

InputFile PrivateDirectory::open_file(const std::string& name, std::uint64_t most) const noexcept {
  const int fd = openat(fd_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  InputFile file(fd);
  struct stat status {};
  if (!file || fstat(fd, &status) != 0 || !is_own_file(status) ||
      static_cast<std::uint64_t>(status.st_size) > most)
    return {};
  return file;
}

std::optional<std::vector<std::uint8_t>> PrivateDirectory::read(const std::string& name,
                                                                std::uint64_t most) const {
  InputFile file = open_file(name, most);
  const auto size = file ? file.size() : std::nullopt;
  if (!size) return std::nullopt;
  std::vector<std::uint8_t> content(static_cast<std::size_t>(*size));
  if (!file.read(content)) return std::nullopt;
  return content;
}

bool PrivateDirectory::write(const std::string& name, std::span<const std::uint8_t> content,
                             bool replaces) const {
  std::uint8_t random[8] = {};
  if (!random_bytes(random)) return false;
  std::string temporary(unfinished);
  for (const std::uint8_t byte : random) {
    temporary += "0123456789abcdef"[byte >> 4];
    temporary += "0123456789abcdef"[byte & 15];
  }
  bool done = false;
  {
    const Descriptor file(
        openat(fd_, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    done = file.fd >= 0 && write_all(file.fd, content);
  }
  if (done && replaces) {
    if (renameat(fd_, temporary.c_str(), fd_, name.c_str()) == 0) return true;
    done = false;
  } else if (done) {
    done = linkat(fd_, temporary.c_str(), fd_, name.c_str(), 0) == 0;
  }
  unlinkat(fd_, temporary.c_str(), 0);
  return done;
}

void PrivateDirectory::touch(const std::string& name) const {
  utimensat(fd_, name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

void PrivateDirectory::remove(const std::string& name) const {
  unlinkat(fd_, name.c_str(), 0);
}

std::vector<PrivateDirectory::File> PrivateDirectory::files() const {
  std::vector<File> found;
  const int again = openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return found;
  const std::unique_ptr<DIR, CloseDirectory> directory(fdopendir(again));
  if (!directory) {
    close(again);
    return found;
  }
  while (const dirent* entry = readdir(directory.get())) {
    struct stat status {};
    if (fstatat(fd_, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    const std::int64_t used =
        std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    found.push_back({entry->d_name, static_cast<std::uint64_t>(status.st_size), used});
  }
  return found;
}

bool random_bytes(std::span<std::uint8_t> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

}  // namespace wrun::inline v0::os
