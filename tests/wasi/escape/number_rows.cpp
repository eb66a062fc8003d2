#include "tests/wasi/escape/call_rows.hpp"

namespace wrun::test {

namespace {

using wasi::Errno;
namespace right = wasi::preview1::right;

constexpr std::uint32_t inside = 3;
constexpr std::uint64_t most = ~std::uint64_t{0};
constexpr std::uint64_t most_signed = most >> 1;
constexpr std::uint64_t least_signed = most_signed + 1;

/// Calls a function on inside/file, opened with all rights, with more arguments after it.
Errno on_file(Guest& guest, const char* call, const Guest::Args& arguments) {
  const Errno opened = guest.open(inside, "file", right::file);
  if (opened != Errno::success) return opened;
  Guest::Args all = {guest.opened()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return guest.call(call, all);
}

Errno seek(Guest& guest, std::uint64_t offset, std::uint32_t whence) {
  return on_file(guest, "fd_seek", {offset, whence, at::result2});
}

Errno seek_twice(Guest& guest, std::uint64_t first, std::uint64_t second) {
  const Errno sought = seek(guest, first, 0);
  if (sought != Errno::success) return sought;
  return guest.call("fd_seek", {guest.opened(), second, 1, at::result2});
}

Errno read_at(Guest& guest, std::uint64_t offset) {
  guest.put32(at::vectors, at::data);
  guest.put32(at::vectors + 4, 4);
  return on_file(guest, "fd_pread", {at::vectors, 1, offset, at::result2});
}

Errno write_at(Guest& guest, std::uint64_t offset) {
  guest.put32(at::vectors, at::data);
  guest.put32(at::vectors + 4, 4);
  return on_file(guest, "fd_pwrite", {at::vectors, 1, offset, at::result2});
}

Errno write_after_seek(Guest& guest, std::uint64_t offset) {
  const Errno sought = seek(guest, offset, 0);
  return sought == Errno::success ? guest.write(guest.opened(), "x") : sought;
}

Errno set_size(Guest& guest, std::uint64_t size) {
  return on_file(guest, "fd_filestat_set_size", {size});
}
Errno allocate(Guest& guest, std::uint64_t offset, std::uint64_t length) {
  return on_file(guest, "fd_allocate", {offset, length});
}
Errno advise(Guest& guest, std::uint64_t offset, std::uint64_t length, std::uint32_t advice) {
  return on_file(guest, "fd_advise", {offset, length, advice});
}
Errno set_times(Guest& guest, std::uint64_t time, std::uint32_t flags) {
  return on_file(guest, "fd_filestat_set_times", {time, time, flags});
}

Errno list_from(Guest& guest, std::uint64_t cookie) {
  return guest.call("fd_readdir", {inside, at::data, 1000, cookie, at::result2});
}

Errno poll(Guest& guest, std::uint32_t count) {
  return guest.call("poll_oneoff", {at::data, at::data + 64, count, at::result});
}

/// One subscription with this tag, on a clock with these flags.
Errno poll_one(Guest& guest, std::uint8_t tag, std::uint16_t flags) {
  guest.memory()[at::data + 8] = tag;
  guest.memory()[at::data + 40] = static_cast<std::uint8_t>(flags);
  return poll(guest, 1);
}

Errno open_with(Guest& guest, std::uint32_t dirflags, std::uint32_t oflags, std::uint32_t fdflags) {
  guest.put(at::path, "file");
  return guest.call(
      "path_open", {inside, dirflags, at::path, 4, oflags, right::fd_read, 0, fdflags, at::result});
}

constexpr auto good_seek = [](Guest& guest) { return seek(guest, 1, 0); };
constexpr auto good_read = [](Guest& guest) { return read_at(guest, 2); };
constexpr auto good_write = [](Guest& guest) { return write_at(guest, 2); };
constexpr auto good_size = [](Guest& guest) { return set_size(guest, 3); };
constexpr auto good_space = [](Guest& guest) { return allocate(guest, 0, 100); };
constexpr auto good_advice = [](Guest& guest) { return advise(guest, 0, 100, 0); };
constexpr auto good_times = [](Guest& guest) { return set_times(guest, 1, 5); };
constexpr auto good_list = [](Guest& guest) { return list_from(guest, 0); };
constexpr auto good_poll = [](Guest& guest) { return poll(guest, 1); };
constexpr auto good_open = [](Guest& guest) { return open_with(guest, 1, 0, 0); };

constexpr CallRow table[] = {
    {"seek_before_the_start", Errno::inval, [](Guest& guest) { return seek(guest, most, 0); },
     good_seek},
    {"seek_to_the_least_number", Errno::inval,
     [](Guest& guest) { return seek(guest, least_signed, 0); }, good_seek},
    {"seek_back_from_the_end", Errno::inval,
     [](Guest& guest) { return seek(guest, std::uint64_t{0} - 9, 2); },
     [](Guest& guest) { return seek(guest, std::uint64_t{0} - 8, 2); }},
    {"seek_over_the_largest_offset", Errno::overflow,
     [](Guest& guest) { return seek_twice(guest, most_signed, 1); },
     [](Guest& guest) { return seek_twice(guest, most_signed - 1, 1); }},
    {"seek_from_the_end_over_it", Errno::overflow,
     [](Guest& guest) { return seek(guest, most_signed, 2); }, good_seek},
    {"seek_from_nowhere", Errno::inval, [](Guest& guest) { return seek(guest, 0, 3); }, good_seek},
    {"seek_from_4_billion", Errno::inval, [](Guest& guest) { return seek(guest, 0, 0xffff'ffff); },
     good_seek},
    {"read_at_a_negative_offset", Errno::inval, [](Guest& guest) { return read_at(guest, most); },
     good_read},
    {"read_at_2_to_the_63", Errno::inval, [](Guest& guest) { return read_at(guest, least_signed); },
     good_read},
    {"write_at_a_negative_offset", Errno::inval, [](Guest& guest) { return write_at(guest, most); },
     good_write},
    {"write_at_2_to_the_63", Errno::inval,
     [](Guest& guest) { return write_at(guest, least_signed); }, good_write},
    {"write_at_the_largest_offset", Errno::inval,
     [](Guest& guest) { return write_after_seek(guest, most_signed); },
     [](Guest& guest) { return write_after_seek(guest, 100); }},
    {"size_of_2_to_the_64", Errno::inval, [](Guest& guest) { return set_size(guest, most); },
     good_size},
    {"size_of_2_to_the_63", Errno::inval,
     [](Guest& guest) { return set_size(guest, least_signed); }, good_size},
    {"no_space", Errno::inval, [](Guest& guest) { return allocate(guest, 0, 0); }, good_space},
    {"all_space", Errno::fbig, [](Guest& guest) { return allocate(guest, 0, most); }, good_space},
    {"space_from_the_largest_offset", Errno::fbig,
     [](Guest& guest) { return allocate(guest, most_signed, 1); }, good_space},
    {"space_that_overflows", Errno::fbig, [](Guest& guest) { return allocate(guest, most, most); },
     good_space},
    {"advice_that_overflows", Errno::inval, [](Guest& guest) { return advise(guest, most, 2, 0); },
     good_advice},
    {"advice_without_meaning", Errno::inval, [](Guest& guest) { return advise(guest, 0, 1, 6); },
     good_advice},
    {"advice_of_4_billion", Errno::inval,
     [](Guest& guest) { return advise(guest, 0, 1, 0xffff'ffff); }, good_advice},
    {"times_that_contradict", Errno::inval, [](Guest& guest) { return set_times(guest, 1, 3); },
     good_times},
    {"times_with_unknown_flags", Errno::inval,
     [](Guest& guest) { return set_times(guest, 1, 1u << 16); }, good_times},
    {"listing_from_the_largest_cookie", Errno::inval,
     [](Guest& guest) { return list_from(guest, most); }, good_list},
    {"no_subscription", Errno::inval, [](Guest& guest) { return poll(guest, 0); }, good_poll},
    {"a_million_subscriptions", Errno::inval, [](Guest& guest) { return poll(guest, 1u << 20); },
     good_poll},
    {"4_billion_subscriptions", Errno::inval, [](Guest& guest) { return poll(guest, 0xffff'ffff); },
     good_poll},
    {"subscription_to_nothing_known", Errno::inval,
     [](Guest& guest) { return poll_one(guest, 3, 0); },
     [](Guest& guest) { return poll_one(guest, 0, 1); }},
    {"subscription_with_unknown_flags", Errno::inval,
     [](Guest& guest) { return poll_one(guest, 0, 2); },
     [](Guest& guest) { return poll_one(guest, 0, 0); }},
    {"open_with_unknown_flags", Errno::inval,
     [](Guest& guest) { return open_with(guest, 1, 16, 0); }, good_open},
    {"open_with_unknown_descriptor_flags", Errno::inval,
     [](Guest& guest) { return open_with(guest, 1, 0, 32); }, good_open},
    {"open_with_unknown_lookup_flags", Errno::inval,
     [](Guest& guest) { return open_with(guest, 2, 0, 0); }, good_open},
    {"open_with_all_flags", Errno::inval,
     [](Guest& guest) { return open_with(guest, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff); },
     good_open},
    {"clock_without_a_number", Errno::inval,
     [](Guest& guest) {
       return guest.call("clock_time_get", {4, 0, at::result});
     },
     [](Guest& guest) {
       return guest.call("clock_time_get", {3, 0, at::result});
     }},
    {"clock_of_4_billion", Errno::inval,
     [](Guest& guest) {
       return guest.call("clock_res_get", {0xffff'ffff, at::result});
     },
     [](Guest& guest) {
       return guest.call("clock_res_get", {1, at::result});
     }},
    {"signal_of_4_billion", Errno::inval,
     [](Guest& guest) { return guest.call("proc_raise", {0xffff'ffff}); },
     [](Guest& guest) { return guest.call("proc_raise", {0}); }},
};

}  // namespace

std::span<const CallRow> number_rows() {
  return table;
}

}  // namespace wrun::test
