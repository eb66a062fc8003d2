// A directory of the host as a wasi::Directory. Every operation first resolves (resolve.hpp), then
// acts on the descriptor it got, or on one name in a parent's descriptor, where the kernel follows
// no link.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>

#include <wrun/wasi/filesystem.hpp>

#include "lib/wasm/compose.hpp"
#include "wasi/link_limit.hpp"
#include "wasi/posix/file.hpp"
#include "wasi/posix/host_result.hpp"
#include "wasi/posix/reserve.hpp"
#include "wasi/posix/resolve.hpp"
#include "wasi/posix/stat.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr int open_attempts = 8;
constexpr mode_t new_file_mode = 0666;
constexpr mode_t new_directory_mode = 0777;
/// Its address says "a directory of the host".
constexpr char host_file_system = 0;

std::string proc_path(int fd) {
  return compose("/proc/self/fd/{}", fd);
}

Outcome<struct stat> status_of(int fd) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return from_host_errno(errno);
  return status;
}

int open_flags(const OpenOptions& options) {
  const int mode = options.write ? (options.read ? O_RDWR : O_WRONLY) : O_RDONLY;
  return mode | (options.truncate ? O_TRUNC : 0) | O_CLOEXEC | O_NOCTTY;
}

class HostDirectory final : public Directory {
 public:
  HostDirectory(UniqueFd fd, Resolution resolution, bool special_files)
      : fd_(std::move(fd)), resolution_(resolution), special_files_(special_files) {}

  Outcome<FileStat> stat() override { return stat_of(fd_.get()); }
  Outcome<void> set_times(const NewTimes& times) override { return set_times_of(fd_.get(), times); }
  Outcome<void> sync(bool data_only) override {
    return check(data_only ? ::fdatasync(fd_.get()) : ::fsync(fd_.get()));
  }

  Outcome<Opened> open(const std::string& path, const OpenOptions& options) override;

  Outcome<FileStat> stat_at(const std::string& path, bool follow) override {
    const Outcome<UniqueFd> fd = resolver().locate(path, follow);
    if (!fd) return fd.error();
    return stat_of(fd->get());
  }

  Outcome<void> set_times_at(const std::string& path, bool follow, const NewTimes& times) override {
    const Outcome<UniqueFd> fd = resolver().locate(path, follow);
    if (!fd) return fd.error();
    return set_times_of(fd->get(), times);
  }

  Outcome<void> create_directory(const std::string& path) override {
    return in_parent(path, [](int parent, const char* name) {
      return ::mkdirat(parent, name, new_directory_mode);
    });
  }

  Outcome<void> remove_directory(const std::string& path) override {
    return in_parent(
        path, [](int parent, const char* name) { return ::unlinkat(parent, name, AT_REMOVEDIR); });
  }

  Outcome<void> unlink(const std::string& path) override {
    return in_parent(path,
                     [](int parent, const char* name) { return ::unlinkat(parent, name, 0); });
  }

  Outcome<void> symlink(const std::string& target, const std::string& path) override {
    if (target.empty()) return Errno::noent;
    // It would lead nowhere here, but the host's other programs would follow it.
    if (target.front() == '/') return Errno::notcapable;
    return in_parent(path, [&](int parent, const char* name) {
      return ::symlinkat(target.c_str(), parent, name);
    });
  }

  Outcome<std::string> read_link(const std::string& path) override {
    const Outcome<UniqueFd> fd = resolver().locate(path, false);
    if (!fd) return fd.error();
    // What a magic link says is a path of the host's.
    if (!special_files_ && is_process_link(fd->get())) return Errno::loop;
    Outcome<std::string> target = link_target(fd->get(), "");
    // readlinkat with an empty name says ENOENT of what isn't a link.
    if (target.error() == Errno::noent) return Errno::inval;
    return target;
  }

  Outcome<void> link(const std::string& path, bool follow, Directory& to,
                     const std::string& to_path) override;
  Outcome<void> rename(const std::string& path, Directory& to, const std::string& to_path) override;
  Outcome<std::vector<DirectoryEntry>> entries(std::uint64_t after, std::size_t count) override;
  const void* file_system() const override { return &host_file_system; }

 private:
  Resolver resolver() const { return Resolver(fd_.get(), resolution_); }

  template <class Operation>
  Outcome<void> in_parent(const std::string& path, Operation operation) const {
    const Outcome<Parent> parent = resolver().locate_parent(path);
    if (!parent) return parent.error();
    return check(operation(parent->directory.get(), parent->name.c_str()));
  }

  static Outcome<FileStat> stat_of(int fd) {
    const Outcome<struct stat> status = status_of(fd);
    if (!status) return status.error();
    return to_file_stat(*status);
  }

  static Outcome<void> set_times_of(int fd, const NewTimes& times) {
    const auto specs = to_timespecs(times);
    if (::utimensat(fd, "", specs.data(), AT_EMPTY_PATH) == 0) return {};
    if (errno != EINVAL) return from_host_errno(errno);
    return check(::utimensat(AT_FDCWD, proc_path(fd).c_str(), specs.data(), 0));
  }

  Outcome<Opened> open_located(const UniqueFd& fd, const OpenOptions& options) const;
  Outcome<Opened> open_directory(const UniqueFd& fd, const OpenOptions& options) const;
  Outcome<Opened> create_file(const std::string& path, const OpenOptions& options) const;
  Outcome<std::string> dangling_target(const std::string& path) const;

  UniqueFd fd_;
  Resolution resolution_;
  bool special_files_;
  std::mutex listing_;  ///< the descriptor's position is shared by the callers of entries()
};

Outcome<Opened> HostDirectory::open(const std::string& path, const OpenOptions& options) {
  if (options.create && options.directory) return Errno::inval;
  std::string current = path;
  int links = 0;
  for (int attempt = 0; attempt < open_attempts + links; ++attempt) {
    if (!options.create || !options.exclusive) {
      const Outcome<UniqueFd> fd = resolver().locate(current, options.follow);
      if (fd) return open_located(*fd, options);
      if (!options.create || fd.error() != Errno::noent) return fd.error();
    }
    Outcome<Opened> created = create_file(current, options);
    if (options.exclusive || created.error() != Errno::exist) return created;
    // It is there and isn't: a link to nothing, or someone was quicker.
    Outcome<std::string> target = dangling_target(current);
    if (target) {
      if (++links > link_limit) return Errno::loop;
      current = *std::move(target);
    } else if (target.error() != Errno::inval) {
      return target.error();
    }
  }
  return Errno::busy;
}

/// Makes a file that isn't there yet; `exist` if anything has that name.
Outcome<Opened> HostDirectory::create_file(const std::string& path,
                                           const OpenOptions& options) const {
  const Outcome<Parent> parent = resolver().locate_parent(path);
  if (!parent) return parent.error();
  if (ends_with_slash(path)) return Errno::isdir;
  if (is_reserved(parent->directory.get())) return Errno::mfile;
  UniqueFd fd(::openat(parent->directory.get(), parent->name.c_str(),
                       open_flags(options) | O_CREAT | O_EXCL | O_NOFOLLOW, new_file_mode));
  if (!fd) return from_host_errno(errno);
  return Opened(make_host_file(std::move(fd), true));
}

/// Where the link at `path` points to; `inval` if there is no link.
Outcome<std::string> HostDirectory::dangling_target(const std::string& path) const {
  const Outcome<Parent> parent = resolver().locate_parent(path);
  if (!parent) return parent.error();
  const Outcome<std::string> target = link_target(parent->directory.get(), parent->name.c_str());
  if (!target) return target.error() == Errno::noent ? Errno::inval : target.error();
  return path_of_target(path, *target);
}

/// Opens what an O_PATH descriptor stands for, once its type is known: opening a device or a FIFO
/// just to look at it would already have effects on the host.
Outcome<Opened> HostDirectory::open_located(const UniqueFd& fd, const OpenOptions& options) const {
  if (is_reserved(fd.get())) return Errno::mfile;
  const Outcome<struct stat> status = status_of(fd.get());
  if (!status) return status.error();
  const mode_t mode = status->st_mode;
  if (S_ISDIR(mode)) return open_directory(fd, options);
  if (options.directory) return Errno::notdir;
  if (S_ISLNK(mode)) return Errno::loop;
  if (S_ISSOCK(mode)) return Errno::nxio;
  const bool special = !S_ISREG(mode);
  if (special && !special_files_) return Errno::acces;
  const int flags = open_flags(options) | (special ? O_NONBLOCK : 0);
  UniqueFd opened(::open(proc_path(fd.get()).c_str(), flags));
  if (!opened) return from_host_errno(errno);
  return Opened(make_host_file(std::move(opened), !special));
}

Outcome<Opened> HostDirectory::open_directory(const UniqueFd& fd,
                                              const OpenOptions& options) const {
  if (options.write || options.truncate || options.create) return Errno::isdir;
  UniqueFd opened(::openat(fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A directory that can be searched but not listed.
  if (!opened && errno == EACCES) opened = UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!opened) return from_host_errno(errno);
  return Opened(std::shared_ptr<Directory>(
      std::make_shared<HostDirectory>(std::move(opened), resolution_, special_files_)));
}

Outcome<void> HostDirectory::link(const std::string& path, bool follow, Directory& to,
                                  const std::string& to_path) {
  if (to.file_system() != file_system()) return Errno::xdev;
  const Outcome<UniqueFd> source = resolver().locate(path, follow);
  if (!source) return source.error();
  const Outcome<Parent> target = static_cast<HostDirectory&>(to).resolver().locate_parent(to_path);
  if (!target) return target.error();
  const Outcome<struct stat> status = status_of(source->get());
  if (!status) return status.error();
  if (S_ISDIR(status->st_mode)) return Errno::perm;
  // The link in /proc leads to the very file that was located, also where that is a link itself.
  return check(::linkat(AT_FDCWD, proc_path(source->get()).c_str(), target->directory.get(),
                        target->name.c_str(), AT_SYMLINK_FOLLOW));
}

Outcome<void> HostDirectory::rename(const std::string& path, Directory& to,
                                    const std::string& to_path) {
  if (to.file_system() != file_system()) return Errno::xdev;
  const Outcome<Parent> from = resolver().locate_parent(path);
  if (!from) return from.error();
  const Outcome<Parent> target = static_cast<HostDirectory&>(to).resolver().locate_parent(to_path);
  if (!target) return target.error();
  return check(::renameat(from->directory.get(), from->name.c_str(), target->directory.get(),
                          target->name.c_str()));
}

/// As getdents64(2) lays it out.
struct RawEntry {
  std::uint64_t inode;
  std::int64_t next;
  unsigned short size;
  unsigned char type;
};
constexpr std::size_t raw_name_offset = 19;

Outcome<std::vector<DirectoryEntry>> HostDirectory::entries(std::uint64_t after,
                                                            std::size_t count) {
  if (after > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return Errno::inval;
  const Outcome<struct stat> own = status_of(fd_.get());
  if (!own) return own.error();
  std::vector<DirectoryEntry> found;
  const std::lock_guard lock(listing_);
  if (::lseek(fd_.get(), static_cast<off_t>(after), SEEK_SET) < 0) return from_host_errno(errno);
  alignas(8) char buffer[16384];
  while (found.size() < count) {
    const long bytes = ::syscall(SYS_getdents64, fd_.get(), buffer, sizeof buffer);
    if (bytes < 0) return from_host_errno(errno);
    if (bytes == 0) break;
    for (long at = 0; at < bytes && found.size() < count;) {
      RawEntry raw = {};
      std::memcpy(&raw, buffer + at, raw_name_offset);
      std::string name(buffer + at + raw_name_offset);
      // The parent of a directory that was granted is none of the guest's business.
      const std::uint64_t inode = name == ".." ? own->st_ino : raw.inode;
      found.push_back({.next = static_cast<std::uint64_t>(raw.next),
                       .inode = inode,
                       .type = type_of_entry(raw.type),
                       .name = std::move(name)});
      at += raw.size;
    }
  }
  return found;
}

}  // namespace

Outcome<std::shared_ptr<Directory>> host_directory(const std::string& path,
                                                   const HostDirectoryOptions& options) {
  if (path.find('\0') != std::string::npos) return Errno::inval;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return from_host_errno(errno);
  const Resolution resolution = options.force_walk ? Resolution::walk : probe_resolution(fd.get());
  return std::shared_ptr<Directory>(
      std::make_shared<HostDirectory>(std::move(fd), resolution, options.special_files));
}

}  // namespace wrun::inline v0::wasi
