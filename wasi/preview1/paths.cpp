// path_*.

#include <algorithm>

#include "wasi/preview1/call.hpp"

namespace wrun::inline v0::wasi::preview1 {

namespace {

bool unknown_lookup_flags(std::uint32_t flags) {
  return (flags & ~lookup_symlink_follow) != 0;
}
bool follows(std::uint32_t flags) {
  return (flags & lookup_symlink_follow) != 0;
}

Access needed_to_open(std::uint32_t oflags, Rights base) {
  Access access = Access::none;
  if ((base & (right::fd_read | right::fd_readdir)) != 0) access = access | Access::read;
  if ((base & right::fd_write) != 0 || (oflags & oflag::trunc) != 0)
    access = access | Access::write;
  if ((oflags & oflag::creat) != 0) access = access | Access::create;
  return access == Access::none ? Access::read : access;
}

}  // namespace

Outcome<Call::Place> Call::place(const char* call, Fd fd, Rights rights, Access access,
                                 Address address, Size length) const {
  const std::shared_ptr<Descriptor> found = context_.find(fd);
  if (!found) return Errno::badf;
  Outcome<std::string> text = path(address, length);
  if (!text) return text.error();
  if (std::holds_alternative<NoDirectory>(found->object)) {
    return deny_ungranted(call, *text, access);
  }
  const auto* directory = std::get_if<std::shared_ptr<Directory>>(&found->object);
  if (directory == nullptr) return Errno::notdir;
  if ((found->base & rights) != rights) return Errno::notcapable;
  if (!includes(found->access, access)) return deny_access(call, *found, *text, access);
  return Place{found, directory->get(), *std::move(text)};
}

Errno Call::path_create_directory(Fd fd, Address path, Size length) {
  constexpr auto call = "path_create_directory";
  const auto at = place(call, fd, right::path_create_directory, Access::create, path, length);
  if (!at) return at.error();
  return explain(call, *at, at->directory->create_directory(at->path).error());
}

Errno Call::path_filestat_get(Fd fd, u32 flags, Address path, Size length, Address filestat) {
  constexpr auto call = "path_filestat_get";
  if (unknown_lookup_flags(flags)) return Errno::inval;
  const auto at = place(call, fd, right::path_filestat_get, Access::read, path, length);
  if (!at) return at.error();
  const Outcome<FileStat> stat = at->directory->stat_at(at->path, follows(flags));
  return stat ? put_filestat(*stat, filestat) : explain(call, *at, stat.error());
}

Errno Call::path_filestat_set_times(Fd fd, u32 flags, Address path, Size length, u64 atim, u64 mtim,
                                    u32 fst_flags) {
  constexpr auto call = "path_filestat_set_times";
  const Outcome<NewTimes> times = new_times(atim, mtim, fst_flags);
  if (!times || unknown_lookup_flags(flags)) return Errno::inval;
  const auto at = place(call, fd, right::path_filestat_set_times, Access::write, path, length);
  if (!at) return at.error();
  return explain(call, *at, at->directory->set_times_at(at->path, follows(flags), *times).error());
}

Errno Call::path_link(Fd old_fd, u32 old_flags, Address old_path, Size old_length, Fd new_fd,
                      Address new_path, Size new_length) {
  constexpr auto call = "path_link";
  if (unknown_lookup_flags(old_flags)) return Errno::inval;
  const auto from =
      place(call, old_fd, right::path_link_source, Access::none, old_path, old_length);
  if (!from) return from.error();
  const auto to =
      place(call, new_fd, right::path_link_target, Access::create, new_path, new_length);
  if (!to) return to.error();
  // The new name must not give more than the old one did.
  if (!includes(from->descriptor->access, to->descriptor->access)) {
    return deny_access(call, *from->descriptor, from->path, to->descriptor->access);
  }
  return explain(
      call, *from,
      from->directory->link(from->path, follows(old_flags), *to->directory, to->path).error());
}

Errno Call::path_open(Fd fd, u32 dirflags, Address path, Size length, u32 oflags, u64 base,
                      u64 inheriting, u32 fdflags, Address opened) {
  constexpr auto call = "path_open";
  if (unknown_lookup_flags(dirflags) || (oflags & ~oflag::all) != 0 ||
      (fdflags & ~u32{fdflag::all}) != 0) {
    return Errno::inval;
  }
  const auto has = [oflags](u32 flag) { return (oflags & flag) != 0; };
  Rights needed = right::path_open;
  if (has(oflag::creat)) needed |= right::path_create_file;
  if (has(oflag::trunc)) needed |= right::path_filestat_set_size;
  const auto at = place(call, fd, needed, needed_to_open(oflags, base), path, length);
  if (!at) return at.error();
  constexpr Rights transfers = right::fd_read | right::fd_write;
  if ((base & transfers & ~at->descriptor->inheriting) != 0) return Errno::notcapable;
  if (!memory_.contains(opened, sizeof(Fd))) return Errno::fault;
  if (context_.open_files >= context_.bounds.open_files) return Errno::mfile;

  const OpenOptions options = {.read = (base & (right::fd_read | right::fd_readdir)) != 0,
                               .write = (base & right::fd_write) != 0,
                               .create = has(oflag::creat),
                               .exclusive = has(oflag::excl),
                               .truncate = has(oflag::trunc),
                               .directory = has(oflag::directory),
                               .follow = follows(dirflags)};
  const Outcome<Opened> result = at->directory->open(at->path, options);
  if (!result) return explain(call, *at, result.error());
  const Outcome<Fd> inserted =
      insert_opened(*at, *result, base, inheriting, static_cast<std::uint16_t>(fdflags));
  return inserted ? memory_.store_number(opened, *inserted) : inserted.error();
}

Outcome<Fd> Call::insert_opened(const Place& place, const Opened& opened, Rights base,
                                Rights inheriting, std::uint16_t flags) {
  const Descriptor& parent = *place.descriptor;
  auto child = std::make_shared<Descriptor>();
  if (const auto* file = std::get_if<std::shared_ptr<File>>(&opened)) {
    child->object = *file;
    child->base = base & parent.inheriting & right::file;
    child->flags = flags;
  } else {
    child->object = std::get<std::shared_ptr<Directory>>(opened);
    child->base = base & parent.inheriting & right::directory;
    child->inheriting = inheriting & parent.inheriting;
    child->flags = flags & fdflag::nonblock;
  }
  child->access = parent.access;
  child->path = parent.path + (parent.path.ends_with('/') ? "" : "/") + place.path;
  child->mount = parent.mount;
  child->host_path = parent.host_path;
  return context_.insert(std::move(child));
}

Errno Call::path_readlink(Fd fd, Address path, Size length, Address buffer, Size buffer_length,
                          Address used) {
  constexpr auto call = "path_readlink";
  const auto at = place(call, fd, right::path_readlink, Access::read, path, length);
  if (!at) return at.error();
  const Outcome<std::string> target = at->directory->read_link(at->path);
  if (!target) return explain(call, *at, target.error());
  const Size count = static_cast<Size>(std::min<std::size_t>(target->size(), buffer_length));
  const Errno e = memory_.store(buffer, target->data(), count);
  return e != Errno::success ? e : memory_.store_number(used, count);
}

Errno Call::path_remove_directory(Fd fd, Address path, Size length) {
  constexpr auto call = "path_remove_directory";
  const auto at = place(call, fd, right::path_remove_directory, Access::remove, path, length);
  if (!at) return at.error();
  return explain(call, *at, at->directory->remove_directory(at->path).error());
}

Errno Call::path_rename(Fd fd, Address old_path, Size old_length, Fd new_fd, Address new_path,
                        Size new_length) {
  constexpr auto call = "path_rename";
  const auto from =
      place(call, fd, right::path_rename_source, Access::remove, old_path, old_length);
  if (!from) return from.error();
  const auto to = place(call, new_fd, right::path_rename_target, Access::create | Access::remove,
                        new_path, new_length);
  if (!to) return to.error();
  // In its new place the file must not allow more than in the old one.
  if (!includes(from->descriptor->access, to->descriptor->access)) {
    return deny_access(call, *from->descriptor, from->path, to->descriptor->access);
  }
  return explain(call, *from,
                 from->directory->rename(from->path, *to->directory, to->path).error());
}

Errno Call::path_symlink(Address old_path, Size old_length, Fd fd, Address new_path,
                         Size new_length) {
  constexpr auto call = "path_symlink";
  const auto at = place(call, fd, right::path_symlink, Access::create, new_path, new_length);
  if (!at) return at.error();
  const Outcome<std::string> target = path(old_path, old_length);
  if (!target) return target.error();
  return explain(call, *at, at->directory->symlink(*target, at->path).error());
}

Errno Call::path_unlink_file(Fd fd, Address path, Size length) {
  constexpr auto call = "path_unlink_file";
  const auto at = place(call, fd, right::path_unlink_file, Access::remove, path, length);
  if (!at) return at.error();
  return explain(call, *at, at->directory->unlink(at->path).error());
}

Errno Call::fd_readdir(Fd fd, Address buffer, Size length, u64 cookie, Address used) {
  constexpr std::size_t batch = 256;
  const auto found = descriptor(fd, right::none);
  if (!found) return found.error();
  const auto* directory = std::get_if<std::shared_ptr<Directory>>(&(*found)->object);
  if (directory == nullptr) return Errno::notdir;
  if (((*found)->base & right::fd_readdir) == 0) return Errno::notcapable;
  if (!includes((*found)->access, Access::read)) {
    return deny_access("fd_readdir", **found, "", Access::read);
  }
  if (!memory_.contains(buffer, length) || !memory_.contains(used, sizeof(Size))) {
    return Errno::fault;
  }
  Size at = 0;
  const auto put = [&](const void* data, std::size_t size) {
    const Size count = static_cast<Size>(std::min<std::size_t>(size, length - at));
    (void)memory_.store(u64{buffer} + at, data, count);
    at += count;
  };
  while (at < length) {
    // Less than asked for would say that the directory ends here.
    if (at != 0 && interrupted()) return Errno::intr;
    const std::size_t room = (length - at) / dirent_size + 1;
    const auto entries = (*directory)->entries(cookie, std::min(room, batch));
    if (!entries) return entries.error();
    if (entries->empty()) break;
    for (const DirectoryEntry& entry : *entries) {
      Record<dirent_size> record;
      record.set(0, entry.next);
      record.set(8, entry.inode);
      record.set(16, static_cast<std::uint32_t>(entry.name.size()));
      record.set(20, static_cast<std::uint8_t>(entry.type));
      put(record.data(), dirent_size);
      put(entry.name.data(), entry.name.size());
      cookie = entry.next;
    }
  }
  return memory_.store_number(used, at);
}

}  // namespace wrun::inline v0::wasi::preview1
