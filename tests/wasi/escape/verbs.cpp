#include "tests/wasi/escape/verbs.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace wrun::test {

namespace {

using wasi::Errno;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;

constexpr std::uint32_t inside = 3;

Errno open_and_read(Guest& guest, std::uint32_t fd, const std::string& path, bool follow) {
  const Errno opened = guest.open(fd, path, right::fd_read, 0, follow);
  return opened == Errno::success ? guest.read(guest.opened(), 1000) : opened;
}

Errno open_and_write(Guest& guest, std::uint32_t fd, const std::string& path,
                     std::uint32_t oflags) {
  const Errno opened = guest.open(fd, path, right::fd_write, oflags);
  return opened == Errno::success ? guest.write(guest.opened(), "pwned") : opened;
}

Errno read(Guest& guest, std::uint32_t fd, const std::string& path) {
  return open_and_read(guest, fd, path, true);
}
Errno read_nofollow(Guest& guest, std::uint32_t fd, const std::string& path) {
  return open_and_read(guest, fd, path, false);
}
Errno write(Guest& guest, std::uint32_t fd, const std::string& path) {
  return open_and_write(guest, fd, path, 0);
}
Errno truncate(Guest& guest, std::uint32_t fd, const std::string& path) {
  return open_and_write(guest, fd, path, oflag::trunc);
}
Errno create(Guest& guest, std::uint32_t fd, const std::string& path) {
  return open_and_write(guest, fd, path, oflag::creat);
}
Errno create_exclusive(Guest& guest, std::uint32_t fd, const std::string& path) {
  return open_and_write(guest, fd, path, oflag::creat | oflag::excl);
}

Errno list(Guest& guest, std::uint32_t fd, const std::string& path) {
  const Errno opened = guest.open(fd, path, right::fd_readdir, oflag::directory);
  if (opened != Errno::success) return opened;
  return guest.call("fd_readdir", {guest.opened(), at::data, at::data_size, 0, at::result2});
}

Errno stat(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_filestat_get", {fd, 1, at::path, path.size(), at::stat});
}
Errno stat_nofollow(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_filestat_get", {fd, 0, at::path, path.size(), at::stat});
}
Errno set_times(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_filestat_set_times", {fd, 1, at::path, path.size(), 1, 1, 5});
}
Errno set_times_nofollow(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_filestat_set_times", {fd, 0, at::path, path.size(), 1, 1, 5});
}

Errno make_directory(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_create_directory", {fd, at::path, path.size()});
}
Errno remove_directory(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_remove_directory", {fd, at::path, path.size()});
}
Errno unlink(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_unlink_file", {fd, at::path, path.size()});
}
Errno make_link(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  guest.put(at::path2, "file");
  return guest.call("path_symlink", {at::path2, 4, fd, at::path, path.size()});
}
Errno read_link(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  return guest.call("path_readlink",
                    {fd, at::path, path.size(), at::data, at::data_size, at::result2});
}

Errno link_from(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  guest.put(at::path2, "stolen");
  return guest.call("path_link", {fd, 0, at::path, path.size(), inside, at::path2, 6});
}
Errno link_from_followed(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  guest.put(at::path2, "stolen");
  return guest.call("path_link", {fd, 1, at::path, path.size(), inside, at::path2, 6});
}
Errno link_to(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  guest.put(at::path2, "file");
  return guest.call("path_link", {inside, 0, at::path2, 4, fd, at::path, path.size()});
}
Errno rename_from(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  guest.put(at::path2, "stolen");
  return guest.call("path_rename", {fd, at::path, path.size(), inside, at::path2, 6});
}
Errno rename_to(Guest& guest, std::uint32_t fd, const std::string& path) {
  guest.put(at::path, path);
  guest.put(at::path2, "file");
  return guest.call("path_rename", {inside, at::path2, 4, fd, at::path, path.size()});
}

constexpr Verb table[] = {
    {"read", "secret", read, false, true},
    {"read_nofollow", "secret", read_nofollow, false, false},
    {"write", "secret", write, false, true},
    {"truncate", "secret", truncate, false, true},
    {"create", "new", create, true, true},
    {"create_exclusive", "new", create_exclusive, true, false},
    {"list", "dir", list, false, true},
    {"stat", "secret", stat, false, true},
    {"stat_nofollow", "link", stat_nofollow, false, false},
    {"set_times", "secret", set_times, false, true},
    {"set_times_nofollow", "link", set_times_nofollow, false, false},
    {"make_directory", "new", make_directory, true, false},
    {"remove_directory", "empty", remove_directory, true, false},
    {"unlink", "secret", unlink, true, false},
    {"make_link", "new", make_link, true, false},
    {"read_link", "link", read_link, false, false},
    {"link_from", "secret", link_from, false, false},
    {"link_from_followed", "secret", link_from_followed, false, true},
    {"link_to", "new", link_to, true, false},
    {"rename_from", "secret", rename_from, true, false},
    {"rename_to", "new", rename_to, true, false},
};

int open_beneath(int directory, const std::string& path, int flags) {
  open_how how = {};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: somebody renamed something, anywhere, while the kernel followed the path.
  long fd = -1;
  do fd = ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
  while (fd < 0 && errno == EAGAIN);
  if (fd < 0) return errno;
  ::close(static_cast<int>(fd));
  return 0;
}

}  // namespace

std::span<const Verb> verbs() {
  return table;
}

const Verb& verb(std::string_view name) {
  for (const Verb& each : table) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "no verb " << name;
  return table[0];
}

int native_lookup(const Verb& verb, int directory, const std::string& path) {
  const int flags = O_PATH | (verb.follows ? 0 : O_NOFOLLOW);
  const int whole = open_beneath(directory, path, flags);
  if (!verb.in_parent || whole != ENOENT) return whole;
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? 0 : open_beneath(directory, path.substr(0, slash), O_PATH);
}

}  // namespace wrun::test
