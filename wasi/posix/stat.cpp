#include "wasi/posix/stat.hpp"

#include "wasi/posix/timespec.hpp"

namespace wrun::inline v0::wasi {

namespace {

FileType type_of_mode(mode_t mode) {
  if (S_ISREG(mode)) return FileType::regular_file;
  if (S_ISDIR(mode)) return FileType::directory;
  if (S_ISLNK(mode)) return FileType::symbolic_link;
  if (S_ISCHR(mode)) return FileType::character_device;
  if (S_ISBLK(mode)) return FileType::block_device;
  if (S_ISSOCK(mode)) return FileType::socket_stream;
  return FileType::unknown;
}

timespec to_timespec(const NewTime& time) {
  if (time.kind == NewTime::Kind::keep) return {0, UTIME_OMIT};
  if (time.kind == NewTime::Kind::now) return {0, UTIME_NOW};
  return {static_cast<time_t>(time.time / second), static_cast<long>(time.time % second)};
}

}  // namespace

FileStat to_file_stat(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .type = type_of_mode(status.st_mode),
          .links = status.st_nlink,
          .size = static_cast<std::uint64_t>(status.st_size),
          .accessed = nanoseconds(status.st_atim),
          .modified = nanoseconds(status.st_mtim),
          .changed = nanoseconds(status.st_ctim)};
}

FileType type_of_entry(unsigned char d_type) {
  return type_of_mode(DTTOIF(d_type));
}

std::array<timespec, 2> to_timespecs(const NewTimes& times) {
  return {to_timespec(times.accessed), to_timespec(times.modified)};
}

}  // namespace wrun::inline v0::wasi
