#include "tests/wasi/support/unprotected_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include <cerrno>

#include "wasi/posix/file.hpp"
#include "wasi/posix/stat.hpp"
#include "wasi/posix/unique_fd.hpp"

namespace wrun::test {

namespace {

using wasi::Errno;
using wasi::Outcome;
using wasi::UniqueFd;

constexpr char unprotected_file_system = 0;

Outcome<void> check(int result) {
  if (result != 0) return wasi::from_host_errno(errno);
  return {};
}

int descriptor_of(wasi::Directory& directory);

class UnprotectedDirectory final : public wasi::Directory {
 public:
  explicit UnprotectedDirectory(UniqueFd fd) : fd_(std::move(fd)) {}
  int fd() const { return fd_.get(); }

  Outcome<wasi::FileStat> stat() override { return stat_at(".", true); }
  Outcome<void> set_times(const wasi::NewTimes& times) override {
    return set_times_at(".", true, times);
  }
  Outcome<void> sync(bool) override { return check(::fsync(fd())); }

  Outcome<wasi::Opened> open(const std::string& path, const wasi::OpenOptions& options) override {
    int flags = options.write ? (options.read ? O_RDWR : O_WRONLY) : O_RDONLY;
    flags |= (options.create ? O_CREAT : 0) | (options.exclusive ? O_EXCL : 0);
    flags |= (options.truncate ? O_TRUNC : 0) | (options.directory ? O_DIRECTORY : 0);
    flags |= (options.follow ? 0 : O_NOFOLLOW) | O_NONBLOCK | O_CLOEXEC;
    UniqueFd opened(::openat(fd(), path.c_str(), flags, 0666));
    if (!opened) return wasi::from_host_errno(errno);
    struct stat status = {};
    if (::fstat(opened.get(), &status) != 0) return wasi::from_host_errno(errno);
    if (S_ISDIR(status.st_mode)) {
      return wasi::Opened(std::shared_ptr<wasi::Directory>(
          std::make_shared<UnprotectedDirectory>(std::move(opened))));
    }
    return wasi::Opened(wasi::make_host_file(std::move(opened), S_ISREG(status.st_mode)));
  }

  Outcome<wasi::FileStat> stat_at(const std::string& path, bool follow) override {
    struct stat status = {};
    const int flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
    if (::fstatat(fd(), path.c_str(), &status, flags) != 0) return wasi::from_host_errno(errno);
    return wasi::to_file_stat(status);
  }
  Outcome<void> set_times_at(const std::string& path, bool follow,
                             const wasi::NewTimes& times) override {
    return check(::utimensat(fd(), path.c_str(), wasi::to_timespecs(times).data(),
                             follow ? 0 : AT_SYMLINK_NOFOLLOW));
  }
  Outcome<void> create_directory(const std::string& path) override {
    return check(::mkdirat(fd(), path.c_str(), 0777));
  }
  Outcome<void> remove_directory(const std::string& path) override {
    return check(::unlinkat(fd(), path.c_str(), AT_REMOVEDIR));
  }
  Outcome<void> unlink(const std::string& path) override {
    return check(::unlinkat(fd(), path.c_str(), 0));
  }
  Outcome<void> symlink(const std::string& target, const std::string& path) override {
    return check(::symlinkat(target.c_str(), fd(), path.c_str()));
  }
  Outcome<std::string> read_link(const std::string& path) override {
    char buffer[PATH_MAX];
    const ssize_t length = ::readlinkat(fd(), path.c_str(), buffer, sizeof buffer);
    if (length < 0) return wasi::from_host_errno(errno);
    return std::string(buffer, static_cast<std::size_t>(length));
  }
  Outcome<void> link(const std::string& path, bool follow, wasi::Directory& to,
                     const std::string& to_path) override {
    return check(::linkat(fd(), path.c_str(), descriptor_of(to), to_path.c_str(),
                          follow ? AT_SYMLINK_FOLLOW : 0));
  }
  Outcome<void> rename(const std::string& path, wasi::Directory& to,
                       const std::string& to_path) override {
    return check(::renameat(fd(), path.c_str(), descriptor_of(to), to_path.c_str()));
  }

  Outcome<std::vector<wasi::DirectoryEntry>> entries(std::uint64_t after, std::size_t) override {
    std::vector<wasi::DirectoryEntry> found;
    if (after != 0) return found;
    DIR* const stream = ::fdopendir(::openat(fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (stream == nullptr) return wasi::from_host_errno(errno);
    while (const dirent* entry = ::readdir(stream)) {
      found.push_back({.next = found.size() + 1,
                       .inode = entry->d_ino,
                       .type = wasi::type_of_entry(entry->d_type),
                       .name = entry->d_name});
    }
    ::closedir(stream);
    return found;
  }
  const void* file_system() const override { return &unprotected_file_system; }

 private:
  UniqueFd fd_;
};

int descriptor_of(wasi::Directory& directory) {
  return static_cast<UnprotectedDirectory&>(directory).fd();
}

}  // namespace

std::shared_ptr<wasi::Directory> unprotected_directory(const std::string& path) {
  return std::make_shared<UnprotectedDirectory>(
      UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
}

}  // namespace wrun::test
