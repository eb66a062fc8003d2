#include "tests/wasi/escape/call_rows.hpp"

namespace wrun::test {

namespace {

using wasi::Errno;
namespace right = wasi::preview1::right;

constexpr std::uint32_t inside = 3;
constexpr std::uint32_t most = 0xffff'ffff;

/// Opens inside/file with the text at an address of its own.
Errno open_at(Guest& guest, std::uint32_t address, std::uint32_t length,
              std::uint32_t opened = at::result) {
  return guest.call("path_open", {inside, 1, address, length, 0, right::fd_read, 0, 0, opened});
}

Errno open_text_at(Guest& guest, std::uint32_t address) {
  guest.put(address, "file");
  return open_at(guest, address, 4);
}

/// Reads inside/file by vectors that the caller has put there.
Errno read_by(Guest& guest, std::uint32_t vectors, std::uint32_t count,
              std::uint32_t result = at::result2) {
  const Errno opened = guest.open(inside, "file", right::fd_read);
  if (opened != Errno::success) return opened;
  return guest.call("fd_read", {guest.opened(), vectors, count, result});
}

Errno read_vector(Guest& guest, std::uint32_t address, std::uint32_t length) {
  guest.put32(at::vectors, address);
  guest.put32(at::vectors + 4, length);
  return read_by(guest, at::vectors, 1);
}

Errno write_vector(Guest& guest, std::uint32_t address, std::uint32_t length) {
  const Errno opened = guest.open(inside, "file", right::fd_write);
  if (opened != Errno::success) return opened;
  guest.put32(at::vectors, address);
  guest.put32(at::vectors + 4, length);
  return guest.call("fd_write", {guest.opened(), at::vectors, 1, at::result2});
}

Errno list_into(Guest& guest, std::uint32_t address, std::uint32_t length,
                std::uint32_t used = at::result2) {
  return guest.call("fd_readdir", {inside, address, length, 0, used});
}

Errno stat_into(Guest& guest, std::uint32_t address) {
  guest.put(at::path, "file");
  return guest.call("path_filestat_get", {inside, 1, at::path, 4, address});
}

Errno read_link_into(Guest& guest, std::uint32_t address, std::uint32_t length) {
  guest.put(at::path2, "file");
  guest.put(at::path, "made");
  const Errno made = guest.call("path_symlink", {at::path2, 4, inside, at::path, 4});
  if (made != Errno::success) return made;
  return guest.call("path_readlink", {inside, at::path, 4, address, length, at::result2});
}

/// Subscribes to a clock that has already struck.
Errno poll_at(Guest& guest, std::uint32_t in, std::uint32_t out, std::uint32_t count,
              std::uint32_t nevents = at::result) {
  return guest.call("poll_oneoff", {in, out, count, nevents});
}

constexpr auto good_read = [](Guest& guest) { return read_vector(guest, at::data, 100); };
constexpr auto good_write = [](Guest& guest) { return write_vector(guest, at::data, 100); };
constexpr auto good_list = [](Guest& guest) { return list_into(guest, at::data, 1000); };
constexpr auto good_poll = [](Guest& guest) { return poll_at(guest, at::data, at::data + 100, 1); };
constexpr auto open_at_edge = [](Guest& guest) { return open_text_at(guest, at::end - 4); };

constexpr CallRow table[] = {
    {"path_over_the_edge", Errno::fault,
     [](Guest& guest) { return open_at(guest, at::end - 3, 4); }, open_at_edge},
    {"path_beyond", Errno::fault, [](Guest& guest) { return open_at(guest, at::end, 4); },
     open_at_edge},
    {"path_wraps_around", Errno::fault,
     [](Guest& guest) { return open_at(guest, most - 3, 0x1000); }, open_at_edge},
    {"path_of_all_lengths", Errno::fault, [](Guest& guest) { return open_at(guest, 0, most); },
     open_at_edge},
    {"path_at_the_last_address", Errno::fault,
     [](Guest& guest) { return open_at(guest, most, most); }, open_at_edge},
    {"opened_over_the_edge", Errno::fault,
     [](Guest& guest) {
       guest.put(at::path, "file");
       return open_at(guest, at::path, 4, at::end - 3);
     },
     [](Guest& guest) {
       guest.put(at::path, "file");
       return open_at(guest, at::path, 4, at::end - 4);
     }},
    {"stat_over_the_edge", Errno::fault,
     [](Guest& guest) { return stat_into(guest, at::end - 63); },
     [](Guest& guest) { return stat_into(guest, at::end - 64); }},
    {"stat_wraps_around", Errno::fault, [](Guest& guest) { return stat_into(guest, most - 7); },
     [](Guest& guest) { return stat_into(guest, at::stat); }},
    {"fdstat_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("fd_fdstat_get", {inside, at::end - 23});
     },
     [](Guest& guest) {
       return guest.call("fd_fdstat_get", {inside, at::end - 24});
     }},
    {"filestat_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("fd_filestat_get", {inside, at::end - 63});
     },
     [](Guest& guest) {
       return guest.call("fd_filestat_get", {inside, at::end - 64});
     }},
    {"prestat_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("fd_prestat_get", {inside, at::end - 7});
     },
     [](Guest& guest) {
       return guest.call("fd_prestat_get", {inside, at::end - 8});
     }},
    {"prestat_name_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("fd_prestat_dir_name", {inside, at::end - 6, 7});
     },
     [](Guest& guest) {
       return guest.call("fd_prestat_dir_name", {inside, at::end - 7, 7});
     }},
    {"prestat_name_of_any_length", Errno::fault,
     [](Guest& guest) {
       return guest.call("fd_prestat_dir_name", {inside, most, most});
     },
     [](Guest& guest) {
       return guest.call("fd_prestat_dir_name", {inside, at::data, most});
     }},
    {"vector_over_the_edge", Errno::fault,
     [](Guest& guest) { return read_vector(guest, at::end - 99, 100); }, good_read},
    {"vector_wraps_around", Errno::fault,
     [](Guest& guest) { return read_vector(guest, most - 10, 100); }, good_read},
    {"vector_of_4_gigabytes", Errno::fault,
     [](Guest& guest) { return read_vector(guest, 0, most); }, good_read},
    {"vector_at_the_last_address", Errno::fault,
     [](Guest& guest) { return read_vector(guest, most, 1); }, good_read},
    {"written_vector_over_the_edge", Errno::fault,
     [](Guest& guest) { return write_vector(guest, at::end - 99, 100); }, good_write},
    {"written_vector_of_4_gigabytes", Errno::fault,
     [](Guest& guest) { return write_vector(guest, 8, most); }, good_write},
    {"4_billion_vectors", Errno::inval,
     [](Guest& guest) { return read_by(guest, at::vectors, most); }, good_read},
    {"1025_vectors", Errno::inval, [](Guest& guest) { return read_by(guest, at::data, 1025); },
     [](Guest& guest) { return read_by(guest, at::data, 1024); }},
    {"vectors_over_the_edge", Errno::fault,
     [](Guest& guest) { return read_by(guest, at::end - 12, 2); },
     [](Guest& guest) { return read_by(guest, at::end - 16, 2); }},
    {"vectors_wrap_around", Errno::fault,
     [](Guest& guest) { return read_by(guest, most - 7, 1024); }, good_read},
    {"count_of_read_over_the_edge", Errno::fault,
     [](Guest& guest) { return read_by(guest, at::vectors, 1, at::end - 3); },
     [](Guest& guest) { return read_by(guest, at::vectors, 1, at::end - 4); }},
    {"listing_over_the_edge", Errno::fault,
     [](Guest& guest) { return list_into(guest, at::end - 999, 1000); }, good_list},
    {"listing_of_4_gigabytes", Errno::fault,
     [](Guest& guest) { return list_into(guest, at::data, most); }, good_list},
    {"listing_at_the_last_address", Errno::fault,
     [](Guest& guest) { return list_into(guest, most, 1); }, good_list},
    {"listing_used_over_the_edge", Errno::fault,
     [](Guest& guest) { return list_into(guest, at::data, 1000, at::end - 3); }, good_list},
    {"link_target_over_the_edge", Errno::fault,
     [](Guest& guest) { return read_link_into(guest, at::end - 3, 4); },
     [](Guest& guest) { return read_link_into(guest, at::end - 4, 4); }},
    {"link_target_beyond", Errno::fault,
     [](Guest& guest) { return read_link_into(guest, most, most); },
     [](Guest& guest) { return read_link_into(guest, at::data, most); }},
    {"subscriptions_over_the_edge", Errno::fault,
     [](Guest& guest) { return poll_at(guest, at::end - 47, at::data, 1); }, good_poll},
    {"subscriptions_wrap_around", Errno::fault,
     [](Guest& guest) { return poll_at(guest, most - 47, at::data, 1000); }, good_poll},
    {"events_over_the_edge", Errno::fault,
     [](Guest& guest) { return poll_at(guest, at::data, at::end - 31, 1); }, good_poll},
    {"count_of_events_over_the_edge", Errno::fault,
     [](Guest& guest) { return poll_at(guest, at::data, at::data, 1, at::end - 3); }, good_poll},
    {"arguments_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("args_get", {at::end - 3, at::data});
     },
     [](Guest& guest) {
       return guest.call("args_get", {at::end - 8, at::data});
     }},
    {"argument_texts_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("args_get", {at::data, at::end - 2});
     },
     [](Guest& guest) {
       return guest.call("args_get", {at::data, at::end - 16});
     }},
    {"argument_texts_wrap_around", Errno::fault,
     [](Guest& guest) {
       return guest.call("args_get", {at::data, most - 2});
     },
     [](Guest& guest) {
       return guest.call("args_get", {at::data, at::data + 100});
     }},
    {"argument_sizes_beyond", Errno::fault,
     [](Guest& guest) {
       return guest.call("args_sizes_get", {at::data, most});
     },
     [](Guest& guest) {
       return guest.call("args_sizes_get", {at::data, at::data + 4});
     }},
    {"environment_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("environ_get", {at::end - 3, at::data});
     },
     [](Guest& guest) {
       return guest.call("environ_get", {at::end - 4, at::data});
     }},
    {"time_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("clock_time_get", {0, 0, at::end - 7});
     },
     [](Guest& guest) {
       return guest.call("clock_time_get", {0, 0, at::end - 8});
     }},
    {"resolution_beyond", Errno::fault,
     [](Guest& guest) {
       return guest.call("clock_res_get", {0, most});
     },
     [](Guest& guest) {
       return guest.call("clock_res_get", {0, at::result});
     }},
    {"random_bytes_over_the_edge", Errno::fault,
     [](Guest& guest) {
       return guest.call("random_get", {at::end - 7, 8});
     },
     [](Guest& guest) {
       return guest.call("random_get", {at::end - 8, 8});
     }},
    {"4_gigabytes_of_random_bytes", Errno::fault,
     [](Guest& guest) {
       return guest.call("random_get", {0, most});
     },
     [](Guest& guest) {
       return guest.call("random_get", {at::data, 1000});
     }},
    {"random_bytes_beyond_the_bound", Errno::nobufs,
     [](Guest& guest) {
       return guest.call("random_get", {0, 65537});
     },
     [](Guest& guest) {
       return guest.call("random_get", {0, 65536});
     }},
};

}  // namespace

std::span<const CallRow> memory_rows() {
  return table;
}

}  // namespace wrun::test
