// fd_*: what descriptors are, and everything but reading and writing them.

#include <limits>

#include "wasi/preview1/call.hpp"

namespace wrun::inline v0::wasi::preview1 {

namespace {

FileType type_of(const Object& object) {
  if (const auto* input = std::get_if<std::shared_ptr<InputStream>>(&object)) {
    return (*input)->is_terminal() ? FileType::character_device : FileType::unknown;
  }
  if (const auto* output = std::get_if<std::shared_ptr<OutputStream>>(&object)) {
    return (*output)->is_terminal() ? FileType::character_device : FileType::unknown;
  }
  if (const auto* file = std::get_if<std::shared_ptr<File>>(&object)) {
    const Outcome<FileStat> stat = (*file)->stat();
    return stat ? stat->type : FileType::unknown;
  }
  if (std::holds_alternative<std::shared_ptr<Directory>>(object) ||
      std::holds_alternative<NoDirectory>(object)) {
    return FileType::directory;
  }
  return FileType::socket_stream;
}

Outcome<FileStat> stat_of(const Object& object) {
  if (const auto* file = std::get_if<std::shared_ptr<File>>(&object)) return (*file)->stat();
  if (const auto* directory = std::get_if<std::shared_ptr<Directory>>(&object)) {
    return (*directory)->stat();
  }
  FileStat stat;
  stat.type = type_of(object);
  stat.links = 1;
  return stat;
}

Errno sync(const Object& object, bool data_only) {
  if (const auto* file = std::get_if<std::shared_ptr<File>>(&object)) {
    return (*file)->sync(data_only).error();
  }
  if (const auto* directory = std::get_if<std::shared_ptr<Directory>>(&object)) {
    return (*directory)->sync(data_only).error();
  }
  return Errno::inval;
}

/// Badf for a directory, spipe for what has no positions.
Outcome<std::shared_ptr<File>> seekable_file(const Descriptor& descriptor) {
  if (const auto* file = std::get_if<std::shared_ptr<File>>(&descriptor.object)) {
    if ((*file)->seekable()) return *file;
  }
  return type_of(descriptor.object) == FileType::directory ? Errno::badf : Errno::spipe;
}

NewTime new_time(bool set, bool now, std::uint64_t time) {
  if (now) return {NewTime::Kind::now, 0};
  return set ? NewTime{NewTime::Kind::set, time} : NewTime{};
}

}  // namespace

Outcome<NewTimes> new_times(std::uint64_t atim, std::uint64_t mtim, std::uint32_t flags) {
  const auto has = [flags](std::uint32_t flag) { return (flags & flag) != 0; };
  if ((flags & ~fstflag::all) != 0 || (has(fstflag::atim) && has(fstflag::atim_now)) ||
      (has(fstflag::mtim) && has(fstflag::mtim_now))) {
    return Errno::inval;
  }
  return NewTimes{new_time(has(fstflag::atim), has(fstflag::atim_now), atim),
                  new_time(has(fstflag::mtim), has(fstflag::mtim_now), mtim)};
}

Errno Call::put_filestat(const FileStat& stat, Address address) const {
  Record<filestat_size> record;
  record.set(0, stat.device);
  record.set(8, stat.inode);
  record.set(16, static_cast<std::uint8_t>(stat.type));
  record.set(24, stat.links);
  record.set(32, stat.size);
  record.set(40, stat.accessed);
  record.set(48, stat.modified);
  record.set(56, stat.changed);
  return memory_.store(address, record);
}

Errno Call::fd_advise(Fd fd, u64 offset, u64 length, u32 advice) {
  if (advice > static_cast<u32>(Advice::no_reuse)) return Errno::inval;
  if (length > std::numeric_limits<u64>::max() - offset) return Errno::inval;
  const auto file = object<File>(fd, right::fd_advise);
  if (!file) return file.error();
  if (!(*file)->seekable()) return Errno::spipe;
  (*file)->advise(offset, length, static_cast<Advice>(advice));
  return Errno::success;
}

Errno Call::fd_allocate(Fd fd, u64 offset, u64 length) {
  const auto found = descriptor(fd, right::fd_allocate);
  if (!found) return found.error();
  const auto file = object<File>(fd, right::none);
  if (!file) return file.error();
  if (!(*file)->seekable()) return Errno::spipe;
  if (!includes((*found)->access, Access::write)) {
    return deny_access("fd_allocate", **found, "", Access::write);
  }
  return (*file)->allocate(offset, length).error();
}

Errno Call::fd_close(Fd fd) {
  return context_.close(fd).error();
}

Errno Call::fd_datasync(Fd fd) {
  const auto found = descriptor(fd, right::fd_datasync);
  return found ? preview1::sync((*found)->object, true) : found.error();
}

Errno Call::fd_sync(Fd fd) {
  const auto found = descriptor(fd, right::fd_sync);
  return found ? preview1::sync((*found)->object, false) : found.error();
}

Errno Call::fd_fdstat_get(Fd fd, Address fdstat) {
  const std::shared_ptr<Descriptor> found = context_.find(fd);
  if (!found) return Errno::badf;
  Record<fdstat_size> record;
  record.set(0, static_cast<std::uint8_t>(type_of(found->object)));
  record.set(2, found->flags);
  record.set(8, found->base);
  record.set(16, found->inheriting);
  return memory_.store(fdstat, record);
}

Errno Call::fd_fdstat_set_flags(Fd fd, u32 flags) {
  if ((flags & ~u32{fdflag::all}) != 0) return Errno::inval;
  const auto found = descriptor(fd, right::fd_fdstat_set_flags);
  if (!found) return found.error();
  const Object& object = (*found)->object;
  const bool is_file = std::holds_alternative<std::shared_ptr<File>>(object);
  if (!is_file && (flags & ~u32{fdflag::nonblock}) != 0) return Errno::inval;
  (*found)->flags = static_cast<std::uint16_t>(flags);
  return Errno::success;
}

Errno Call::fd_fdstat_set_rights(Fd fd, u64 base, u64 inheriting) {
  const auto found = descriptor(fd, right::none);
  if (!found) return found.error();
  if ((base & ~(*found)->base) != 0 || (inheriting & ~(*found)->inheriting) != 0) {
    return Errno::notcapable;
  }
  (*found)->base = base;
  (*found)->inheriting = inheriting;
  return Errno::success;
}

Errno Call::fd_filestat_get(Fd fd, Address filestat) {
  const auto found = descriptor(fd, right::fd_filestat_get);
  if (!found) return found.error();
  const Outcome<FileStat> stat = stat_of((*found)->object);
  return stat ? put_filestat(*stat, filestat) : stat.error();
}

Errno Call::fd_filestat_set_size(Fd fd, u64 size) {
  const auto found = descriptor(fd, right::fd_filestat_set_size);
  if (!found) return found.error();
  const auto file = object<File>(fd, right::none);
  if (!file) return file.error();
  if (!includes((*found)->access, Access::write)) {
    return deny_access("fd_filestat_set_size", **found, "", Access::write);
  }
  return (*file)->set_size(size).error();
}

Errno Call::fd_filestat_set_times(Fd fd, u64 atim, u64 mtim, u32 flags) {
  const auto found = descriptor(fd, right::fd_filestat_set_times);
  if (!found) return found.error();
  const Outcome<NewTimes> times = new_times(atim, mtim, flags);
  if (!times) return times.error();
  if (!includes((*found)->access, Access::write)) {
    return deny_access("fd_filestat_set_times", **found, "", Access::write);
  }
  if (const auto* file = std::get_if<std::shared_ptr<File>>(&(*found)->object)) {
    return (*file)->set_times(*times).error();
  }
  const auto directory = object<Directory>(fd, right::none);
  return directory ? (*directory)->set_times(*times).error() : directory.error();
}

Outcome<std::shared_ptr<Descriptor>> Call::preopen(Fd fd) const {
  std::shared_ptr<Descriptor> found = context_.find(fd);
  if (!found || !found->preopen) return Errno::badf;
  return found;
}

Errno Call::fd_prestat_get(Fd fd, Address prestat) {
  const auto found = preopen(fd);
  if (!found) return found.error();
  Record<prestat_size> record;
  record.set(4, static_cast<Size>((*found)->preopen->size()));
  return memory_.store(prestat, record);
}

Errno Call::fd_prestat_dir_name(Fd fd, Address path, Size length) {
  const auto found = preopen(fd);
  if (!found) return found.error();
  const std::string& name = *(*found)->preopen;
  if (length < name.size()) return Errno::nametoolong;
  return memory_.store(path, name.data(), name.size());
}

Errno Call::fd_renumber(Fd fd, Fd to) {
  return context_.renumber(fd, to).error();
}

Errno Call::fd_seek(Fd fd, s64 offset, u32 whence, Address new_offset) {
  if (whence > static_cast<u32>(Whence::end)) return Errno::inval;
  const auto found = descriptor(fd, right::none);
  if (!found) return found.error();
  const auto file = seekable_file(**found);
  if (!file) return file.error();
  const bool only_tells = offset == 0 && whence == static_cast<u32>(Whence::cur);
  const Rights needed = only_tells ? right::fd_tell : right::fd_seek;
  if (((*found)->base & needed) == 0) return Errno::notcapable;
  if (!memory_.contains(new_offset, sizeof(u64))) return Errno::fault;

  u64 start = 0;
  if (whence == static_cast<u32>(Whence::cur)) start = (*found)->offset;
  if (whence == static_cast<u32>(Whence::end)) {
    const Outcome<FileStat> stat = (*file)->stat();
    if (!stat) return stat.error();
    start = stat->size;
  }
  s64 target = 0;
  if (__builtin_add_overflow(static_cast<s64>(start), offset, &target)) return Errno::overflow;
  if (target < 0) return Errno::inval;
  (*found)->offset = static_cast<u64>(target);
  return memory_.store_number(new_offset, (*found)->offset);
}

Errno Call::fd_tell(Fd fd, Address offset) {
  const auto found = descriptor(fd, right::none);
  if (!found) return found.error();
  const auto file = seekable_file(**found);
  if (!file) return file.error();
  if (((*found)->base & right::fd_tell) == 0) return Errno::notcapable;
  return memory_.store_number(offset, (*found)->offset);
}

}  // namespace wrun::inline v0::wasi::preview1
