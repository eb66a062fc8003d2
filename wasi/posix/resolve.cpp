#include "wasi/posix/resolve.hpp"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <cerrno>

#include "wasi/posix/walk.hpp"

namespace wrun::inline v0::wasi {

namespace {

/// How often a lookup that a concurrent rename made uncertain is tried again before it is walked.
constexpr int kernel_attempts = 32;

int open_beneath(int root, const char* path, int flags) {
  open_how how = {};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

std::size_t end_of_last_name(std::string_view path) {
  const std::size_t last = path.find_last_not_of('/');
  return last == std::string_view::npos ? 0 : last + 1;
}

std::size_t start_of_last_name(std::string_view path) {
  const std::size_t slash = path.substr(0, end_of_last_name(path)).rfind('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

}  // namespace

bool ends_with_slash(std::string_view path) {
  return !path.empty() && path.back() == '/';
}

Resolution probe_resolution(int directory) {
  const UniqueFd fd(open_beneath(directory, ".", O_PATH | O_DIRECTORY));
  return fd ? Resolution::kernel : Resolution::walk;
}

Outcome<UniqueFd> Resolver::locate(const std::string& path, bool follow) const {
  if (path.empty()) return Errno::noent;
  if (path.front() == '/') return Errno::notcapable;
  if (path.size() >= PATH_MAX) return Errno::nametoolong;
  if (resolution_ == Resolution::walk) return walk(root_, path, follow);

  const int flags = O_PATH | (follow ? 0 : O_NOFOLLOW);
  for (int attempt = 0; attempt < kernel_attempts; ++attempt) {
    UniqueFd fd(open_beneath(root_, path.c_str(), flags));
    if (fd) return fd;
    if (errno == EXDEV) return Errno::notcapable;
    if (errno != EAGAIN && errno != EINTR) return from_host_errno(errno);
  }
  return walk(root_, path, follow);
}

Outcome<Parent> Resolver::locate_parent(const std::string& path) const {
  if (path.empty()) return Errno::noent;
  if (path.front() == '/') return Errno::notcapable;
  if (path.size() >= PATH_MAX) return Errno::nametoolong;
  const std::size_t start = start_of_last_name(path);
  const std::size_t end = end_of_last_name(path);
  std::string name = path.substr(start, end - start);
  if (name == "..") {
    // No operation does anything to `..`, but whether it leads outside is told first.
    const Outcome<UniqueFd> itself = locate(path, true);
    if (!itself) return itself.error();
  }
  if (ends_with_slash(path)) name.push_back('/');
  // The slash at the end makes the parent a directory.
  Outcome<UniqueFd> directory = locate(start == 0 ? "." : path.substr(0, start), true);
  if (!directory) return directory.error();
  return Parent{*std::move(directory), std::move(name)};
}

Outcome<std::string> path_of_target(const std::string& path, std::string_view target) {
  if (target.empty()) return Errno::noent;
  if (target.front() == '/') return Errno::notcapable;
  std::string joined = path.substr(0, start_of_last_name(path));
  joined += target;
  return joined;
}

Outcome<std::string> link_target(int fd, const char* name) {
  char buffer[PATH_MAX];
  const ssize_t length = ::readlinkat(fd, name, buffer, sizeof buffer);
  if (length < 0) return from_host_errno(errno);
  return std::string(buffer, static_cast<std::size_t>(length));
}

bool is_process_link(int fd) {
  struct statfs file_system = {};
  struct stat status = {};
  return ::fstat(fd, &status) == 0 && S_ISLNK(status.st_mode) && ::fstatfs(fd, &file_system) == 0 &&
         file_system.f_type == PROC_SUPER_MAGIC;
}

}  // namespace wrun::inline v0::wasi
