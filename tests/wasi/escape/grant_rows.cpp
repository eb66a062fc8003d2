#include "tests/wasi/escape/call_rows.hpp"

namespace wrun::test {

namespace {

using wasi::Errno;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;

constexpr std::uint32_t inside = 3;
constexpr std::uint32_t other = 4;
constexpr std::uint32_t read_only = 5;
constexpr std::uint32_t most = 0xffff'ffff;

Errno on_path(Guest& guest, const char* call, std::uint32_t fd, std::string_view path) {
  guest.put(at::path, path);
  return guest.call(call, {fd, at::path, path.size()});
}

Errno make_link(Guest& guest, std::uint32_t fd) {
  guest.put(at::path, "linked");
  guest.put(at::path2, "file");
  return guest.call("path_symlink", {at::path2, 4, fd, at::path, 6});
}

Errno set_times(Guest& guest, std::uint32_t fd) {
  guest.put(at::path, "file");
  return guest.call("path_filestat_set_times", {fd, 1, at::path, 4, 1, 1, 5});
}

/// A hard link or a renaming of `file` to the name `file2`, from one grant to the other.
Errno link(Guest& guest, std::uint32_t from, std::uint32_t to) {
  guest.put(at::path, "file");
  guest.put(at::path2, "file2");
  return guest.call("path_link", {from, 0, at::path, 4, to, at::path2, 5});
}
Errno rename(Guest& guest, std::uint32_t from, std::uint32_t to) {
  guest.put(at::path, "file");
  guest.put(at::path2, "file2");
  return guest.call("path_rename", {from, at::path, 4, to, at::path2, 5});
}
/// The same for a directory, so that what is in it would gain or lose.
Errno rename_directory(Guest& guest, std::uint32_t to) {
  guest.put(at::path, "dir");
  guest.put(at::path2, "dir2");
  return guest.call("path_rename", {inside, at::path, 3, to, at::path2, 4});
}

/// Opens inside/dir so that what is opened in it may only be read, and then something in it.
Errno open_beneath_readable(Guest& guest, std::uint64_t rights) {
  guest.put(at::path, "dir");
  const Errno opened = guest.call("path_open", {inside, 1, at::path, 3, oflag::directory,
                                                right::directory, right::fd_read, 0, at::result});
  if (opened != Errno::success) return opened;
  return guest.open(guest.opened(), "nested/deep", rights);
}

Errno set_rights(Guest& guest, std::uint32_t fd, std::uint64_t base, std::uint64_t inheriting) {
  return guest.call("fd_fdstat_set_rights", {fd, base, inheriting});
}

/// Takes rights away from a file that was opened with all, and then does something with it.
Errno narrowed(Guest& guest, std::uint64_t rights, Errno (*use)(Guest&, std::uint32_t)) {
  Errno done = guest.open(inside, "file", right::file);
  if (done == Errno::success) done = set_rights(guest, guest.opened(), rights, 0);
  return done == Errno::success ? use(guest, guest.opened()) : done;
}

Errno write_something(Guest& guest, std::uint32_t fd) {
  return guest.write(fd, "x");
}
Errno set_all_rights(Guest& guest, std::uint32_t fd) {
  return set_rights(guest, fd, right::fd_read | right::fd_write, 0);
}
Errno set_size(Guest& guest, std::uint32_t fd) {
  return guest.call("fd_filestat_set_size", {fd, 1});
}

/// Uses every number that isn't a descriptor: small ones, the host's own, ends of ranges.
Errno guess(Guest& guest, std::uint32_t first) {
  for (std::uint32_t fd = first; fd < first + 3000; ++fd) {
    const Errno result = guest.call("fd_fdstat_get", {fd, at::stat});
    if (result != Errno::badf) return result;
  }
  return Errno::badf;
}

Errno renumber(Guest& guest, std::uint32_t from, std::uint32_t to) {
  return guest.call("fd_renumber", {from, to});
}

/// Puts inside/file in the place of a grant, and then uses the grant's number.
Errno renumber_over(Guest& guest, std::uint32_t to, Errno (*use)(Guest&, std::uint32_t)) {
  Errno done = guest.open(inside, "file", right::fd_read);
  if (done == Errno::success) done = renumber(guest, guest.opened(), to);
  return done == Errno::success ? use(guest, to) : done;
}

Errno open_in(Guest& guest, std::uint32_t fd) {
  return guest.open(fd, "file", right::fd_read);
}
Errno read_from(Guest& guest, std::uint32_t fd) {
  return guest.read(fd);
}
Errno ask_for_grant(Guest& guest, std::uint32_t fd) {
  return guest.call("fd_prestat_get", {fd, at::stat});
}

constexpr auto good_open = [](Guest& guest) { return open_in(guest, inside); };
constexpr auto good_renumber = [](Guest& guest) { return renumber(guest, other, inside); };

constexpr CallRow table[] = {
    {"write_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return guest.open(read_only, "file", right::fd_write); },
     [](Guest& guest) { return guest.open(other, "file", right::fd_write); }},
    {"truncate_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return guest.open(read_only, "file", right::fd_read, oflag::trunc); },
     [](Guest& guest) { return guest.open(other, "file", right::fd_read, oflag::trunc); }},
    {"create_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return guest.open(read_only, "new", right::fd_read, oflag::creat); },
     [](Guest& guest) { return guest.open(other, "new", right::fd_read, oflag::creat); }},
    {"make_directory_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return on_path(guest, "path_create_directory", read_only, "new"); },
     [](Guest& guest) { return on_path(guest, "path_create_directory", other, "new"); }},
    {"unlink_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return on_path(guest, "path_unlink_file", read_only, "file"); },
     [](Guest& guest) { return on_path(guest, "path_unlink_file", other, "file"); }},
    {"remove_directory_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return on_path(guest, "path_remove_directory", read_only, "new"); },
     [](Guest& guest) {
       (void)on_path(guest, "path_create_directory", other, "new");
       return on_path(guest, "path_remove_directory", other, "new");
     }},
    {"symlink_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return make_link(guest, read_only); },
     [](Guest& guest) { return make_link(guest, other); }},
    {"times_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return set_times(guest, read_only); },
     [](Guest& guest) { return set_times(guest, other); }},
    {"link_into_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return link(guest, inside, read_only); },
     [](Guest& guest) { return link(guest, inside, other); }},
    {"link_out_of_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return link(guest, read_only, inside); },
     [](Guest& guest) { return link(guest, other, inside); }},
    {"link_within_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return link(guest, read_only, read_only); },
     [](Guest& guest) { return link(guest, other, other); }},
    {"rename_into_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return rename(guest, inside, read_only); },
     [](Guest& guest) { return rename(guest, inside, other); }},
    {"rename_out_of_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return rename(guest, read_only, inside); },
     [](Guest& guest) { return rename(guest, other, inside); }},
    {"rename_within_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return rename(guest, read_only, read_only); },
     [](Guest& guest) { return rename(guest, other, other); }},
    {"rename_a_directory_into_where_reading_is_granted", Errno::rofs,
     [](Guest& guest) { return rename_directory(guest, read_only); },
     [](Guest& guest) { return rename_directory(guest, other); }},
    {"resize_what_is_open_for_reading", Errno::rofs,
     [](Guest& guest) {
       const Errno opened = guest.open(read_only, "file", right::file & ~right::fd_write);
       return opened == Errno::success ? set_size(guest, guest.opened()) : opened;
     },
     [](Guest& guest) {
       const Errno opened = guest.open(other, "file", right::file);
       return opened == Errno::success ? set_size(guest, guest.opened()) : opened;
     }},
    {"allocate_in_what_is_open_for_reading", Errno::rofs,
     [](Guest& guest) {
       const Errno opened = guest.open(read_only, "file", right::file & ~right::fd_write);
       if (opened != Errno::success) return opened;
       return guest.call("fd_allocate", {guest.opened(), 0, 100});
     },
     [](Guest& guest) {
       const Errno opened = guest.open(other, "file", right::file);
       if (opened != Errno::success) return opened;
       return guest.call("fd_allocate", {guest.opened(), 0, 100});
     }},
    {"rights_that_the_directory_does_not_give", Errno::notcapable,
     [](Guest& guest) { return open_beneath_readable(guest, right::fd_write); },
     [](Guest& guest) { return open_beneath_readable(guest, right::fd_read); }},
    {"truncation_that_the_directory_does_not_give", Errno::notcapable,
     [](Guest& guest) {
       const Errno done = set_rights(
           guest, inside, right::directory & ~right::path_filestat_set_size, right::file);
       if (done != Errno::success) return done;
       return guest.open(inside, "file", right::fd_read, oflag::trunc);
     },
     [](Guest& guest) { return guest.open(inside, "file", right::fd_read, oflag::trunc); }},
    {"creation_that_the_directory_does_not_give", Errno::notcapable,
     [](Guest& guest) {
       const Errno done =
           set_rights(guest, inside, right::directory & ~right::path_create_file, right::file);
       if (done != Errno::success) return done;
       return guest.open(inside, "new", right::fd_read, oflag::creat);
     },
     [](Guest& guest) { return guest.open(inside, "new", right::fd_read, oflag::creat); }},
    {"all_rights_set", Errno::notcapable,
     [](Guest& guest) { return set_rights(guest, inside, ~0ull, ~0ull); },
     [](Guest& guest) { return set_rights(guest, inside, right::path_open, 0); }},
    {"file_rights_on_a_directory", Errno::notcapable,
     [](Guest& guest) { return set_rights(guest, inside, right::fd_read, 0); },
     [](Guest& guest) { return set_rights(guest, inside, right::fd_readdir, 0); }},
    {"rights_taken_back", Errno::notcapable,
     [](Guest& guest) { return narrowed(guest, right::fd_read, set_all_rights); },
     [](Guest& guest) {
       return narrowed(guest, right::fd_read | right::fd_write, set_all_rights);
     }},
    {"write_after_giving_it_up", Errno::badf,
     [](Guest& guest) { return narrowed(guest, right::fd_read, write_something); },
     [](Guest& guest) { return narrowed(guest, right::fd_write, write_something); }},
    {"resize_after_giving_it_up", Errno::notcapable,
     [](Guest& guest) { return narrowed(guest, right::fd_read, set_size); },
     [](Guest& guest) { return narrowed(guest, right::fd_filestat_set_size, set_size); }},
    {"descriptors_guessed", Errno::badf, [](Guest& guest) { return guess(guest, 8); },
     [](Guest& guest) {
       return guest.call("fd_fdstat_get", {7, at::stat});
     }},
    {"descriptors_guessed_from_above", Errno::badf,
     [](Guest& guest) { return guess(guest, most - 3000); }, good_open},
    {"descriptors_guessed_around_2_to_the_31", Errno::badf,
     [](Guest& guest) { return guess(guest, 0x7fff'ff00); }, good_open},
    {"path_under_a_stream", Errno::notdir, [](Guest& guest) { return open_in(guest, 0); },
     good_open},
    {"path_under_no_descriptor", Errno::badf, [](Guest& guest) { return open_in(guest, 1000); },
     good_open},
    {"renumbered_to_nowhere", Errno::badf,
     [](Guest& guest) { return renumber(guest, inside, most); }, good_renumber},
    {"renumbered_to_a_large_number", Errno::badf,
     [](Guest& guest) { return renumber(guest, inside, 1'000'000); }, good_renumber},
    {"renumbered_from_nowhere", Errno::badf,
     [](Guest& guest) { return renumber(guest, 1000, inside); }, good_renumber},
    {"file_renumbered_over_a_grant", Errno::notdir,
     [](Guest& guest) { return renumber_over(guest, read_only, open_in); },
     [](Guest& guest) { return renumber_over(guest, read_only, read_from); }},
    {"file_renumbered_over_a_grant_is_none", Errno::badf,
     [](Guest& guest) { return renumber_over(guest, inside, ask_for_grant); },
     [](Guest& guest) { return ask_for_grant(guest, inside); }},
    {"reading_grant_renumbered_over_a_writing_one", Errno::rofs,
     [](Guest& guest) {
       const Errno done = renumber(guest, read_only, inside);
       if (done != Errno::success) return done;
       return guest.open(inside, "file", right::fd_write);
     },
     [](Guest& guest) {
       const Errno done = renumber(guest, other, inside);
       if (done != Errno::success) return done;
       return guest.open(inside, "file", right::fd_write);
     }},
    {"renumbered_away", Errno::badf,
     [](Guest& guest) {
       const Errno done = renumber(guest, inside, other);
       return done == Errno::success ? open_in(guest, inside) : done;
     },
     [](Guest& guest) {
       const Errno done = renumber(guest, inside, other);
       return done == Errno::success ? open_in(guest, other) : done;
     }},
    {"closed_grant", Errno::badf,
     [](Guest& guest) {
       const Errno done = guest.call("fd_close", {inside});
       return done == Errno::success ? open_in(guest, inside) : done;
     },
     good_open},
    {"socket_calls_on_a_directory", Errno::notsock,
     [](Guest& guest) {
       return guest.call("sock_accept", {inside, 0, at::result});
     },
     good_open},
    {"socket_calls_on_a_stream", Errno::notsock,
     [](Guest& guest) {
       return guest.call("sock_shutdown", {0, 1});
     },
     good_open},
};

}  // namespace

std::span<const CallRow> grant_rows() {
  return table;
}

}  // namespace wrun::test
