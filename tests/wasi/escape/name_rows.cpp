#include "tests/wasi/escape/call_rows.hpp"

namespace wrun::test {

namespace {

using wasi::Errno;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;
using namespace std::string_view_literals;

constexpr std::uint32_t inside = 3;

Errno open(Guest& guest, std::string_view path) {
  return guest.open(inside, path, right::fd_read);
}
Errno create(Guest& guest, std::string_view path) {
  return guest.open(inside, path, right::fd_write, oflag::creat);
}
Errno list(Guest& guest, std::string_view path) {
  return guest.open(inside, path, right::fd_readdir, oflag::directory);
}
Errno make_link(Guest& guest, std::string_view target, std::string_view path) {
  guest.put(at::path2, target);
  guest.put(at::path, path);
  return guest.call("path_symlink", {at::path2, target.size(), inside, at::path, path.size()});
}
Errno on_path(Guest& guest, const char* call, std::string_view path) {
  guest.put(at::path, path);
  return guest.call(call, {inside, at::path, path.size()});
}

std::string repeated(std::string_view text, std::size_t size) {
  std::string result;
  while (result.size() < size) result += text;
  return result;
}

/// a0 -> a1 -> ... -> file
Errno open_chain(Guest& guest, int length) {
  for (int i = 0; i < length; ++i) {
    const std::string target = i + 1 == length ? "file" : "a" + std::to_string(i + 1);
    const Errno made = make_link(guest, target, "a" + std::to_string(i));
    if (made != Errno::success) return made;
  }
  return open(guest, "a0");
}

constexpr auto good_open = [](Guest& guest) { return open(guest, "file"); };
constexpr auto good_create = [](Guest& guest) { return create(guest, "n\u00e4me \u6587"); };

constexpr CallRow table[] = {
    {"empty_path", Errno::noent, [](Guest& guest) { return open(guest, ""); }, good_open},
    {"empty_directory_name", Errno::noent,
     [](Guest& guest) { return on_path(guest, "path_create_directory", ""); },
     [](Guest& guest) { return on_path(guest, "path_create_directory", "a"); }},
    {"empty_unlinked", Errno::noent,
     [](Guest& guest) { return on_path(guest, "path_unlink_file", ""); },
     [](Guest& guest) { return on_path(guest, "path_unlink_file", "file"); }},
    {"empty_link_target", Errno::noent, [](Guest& guest) { return make_link(guest, "", "l"); },
     [](Guest& guest) { return make_link(guest, "x", "l"); }},
    {"absolute_link_target", Errno::perm,
     [](Guest& guest) { return make_link(guest, "/etc/passwd", "l"); },
     [](Guest& guest) { return make_link(guest, "etc/passwd", "l"); }},
    {"planted_link", Errno::perm,
     [](Guest& guest) {
       const Errno made = make_link(guest, "../outside/secret", "l");
       return made != Errno::success ? made : open(guest, "l");
     },
     [](Guest& guest) {
       const Errno made = make_link(guest, "dir/../file", "l");
       return made != Errno::success ? made : open(guest, "l");
     }},
    {"nul_in_a_path", Errno::inval, [](Guest& guest) { return open(guest, "file\0x"sv); },
     good_open},
    {"nul_at_the_end", Errno::inval, [](Guest& guest) { return open(guest, "file\0"sv); },
     good_open},
    {"nul_at_the_start", Errno::inval, [](Guest& guest) { return open(guest, "\0file"sv); },
     good_open},
    {"nul_after_the_outside", Errno::inval,
     [](Guest& guest) { return open(guest, "../outside/secret\0/../../inside/file"sv); },
     good_open},
    {"nul_in_a_new_name", Errno::inval, [](Guest& guest) { return create(guest, "a\0b"sv); },
     good_create},
    {"nul_in_a_link_target", Errno::inval,
     [](Guest& guest) { return make_link(guest, "a\0b"sv, "l"); },
     [](Guest& guest) { return make_link(guest, "a", "l"); }},
    {"not_utf8", Errno::ilseq, [](Guest& guest) { return create(guest, "\xff\xfe"); }, good_create},
    {"overlong_dots", Errno::ilseq,
     [](Guest& guest) { return open(guest, "\xc0\xae\xc0\xae/outside/secret"); }, good_open},
    {"overlong_slash", Errno::ilseq,
     [](Guest& guest) { return open(guest, "..\xc0\xafoutside\xc0\xafsecret"); }, good_open},
    {"overlong_nul", Errno::ilseq, [](Guest& guest) { return open(guest, "file\xc0\x80"); },
     good_open},
    {"surrogate", Errno::ilseq, [](Guest& guest) { return create(guest, "\xed\xa0\x80"); },
     good_create},
    {"cut_character", Errno::ilseq, [](Guest& guest) { return create(guest, "\xe2\x82"); },
     good_create},
    {"beyond_unicode", Errno::ilseq, [](Guest& guest) { return create(guest, "\xf4\x90\x80\x80"); },
     good_create},
    {"fullwidth_dots", Errno::noent,
     [](Guest& guest) { return open(guest, "\uff0e\uff0e/outside/secret"); }, good_open},
    {"division_slash", Errno::noent,
     [](Guest& guest) { return open(guest, "..\u2215outside\u2215secret"); }, good_open},
    {"backslashes", Errno::noent, [](Guest& guest) { return open(guest, "..\\outside\\secret"); },
     good_open},
    {"percent_dots", Errno::noent,
     [](Guest& guest) { return open(guest, "%2e%2e/outside/secret"); }, good_open},
    {"three_dots", Errno::noent, [](Guest& guest) { return open(guest, ".../outside/secret"); },
     good_open},
    {"home_directory", Errno::noent, [](Guest& guest) { return open(guest, "~root/.profile"); },
     good_open},
    {"name_of_256_bytes", Errno::nametoolong,
     [](Guest& guest) { return create(guest, std::string(256, 'x')); },
     [](Guest& guest) { return create(guest, std::string(255, 'x')); }},
    {"path_of_4096_bytes", Errno::nametoolong,
     [](Guest& guest) { return open(guest, repeated("./", 4092) + "file"); },
     [](Guest& guest) { return open(guest, repeated("./", 4090) + "file"); }},
    {"path_of_70000_bytes", Errno::nametoolong,
     [](Guest& guest) {
       guest.put(at::data, repeated("dir/../", 70'000));
       return guest.call("path_open",
                         {inside, 1, at::data, 70'000, 0, right::fd_read, 0, 0, at::result});
     },
     good_open},
    {"long_link_target", Errno::nametoolong,
     [](Guest& guest) { return make_link(guest, repeated("a/", 5000), "l"); },
     [](Guest& guest) { return make_link(guest, repeated("a/", 1000), "l"); }},
    {"link_to_itself", Errno::loop,
     [](Guest& guest) {
       const Errno made = make_link(guest, "l", "l");
       return made != Errno::success ? made : open(guest, "l");
     },
     [](Guest& guest) { return open_chain(guest, 1); }},
    {"links_in_a_circle", Errno::loop,
     [](Guest& guest) {
       (void)make_link(guest, "b/x", "a");
       (void)make_link(guest, "a/x", "b");
       return open(guest, "a/x");
     },
     [](Guest& guest) { return open_chain(guest, 2); }},
    {"circle_created", Errno::loop,
     [](Guest& guest) {
       (void)make_link(guest, "b", "a");
       (void)make_link(guest, "a", "b");
       return create(guest, "a");
     },
     [](Guest& guest) {
       (void)make_link(guest, "b", "a");
       return create(guest, "a");
     }},
    {"chain_of_41_links", Errno::loop, [](Guest& guest) { return open_chain(guest, 41); },
     [](Guest& guest) { return open_chain(guest, 40); }},
    {"link_not_followed", Errno::loop,
     [](Guest& guest) {
       (void)make_link(guest, "file", "l");
       return guest.open(inside, "l", right::fd_read, 0, false);
     },
     [](Guest& guest) {
       (void)make_link(guest, "file", "l");
       return guest.open(inside, "l", right::fd_read, 0, true);
     }},
    {"file_with_a_slash", Errno::notdir, [](Guest& guest) { return open(guest, "file/"); },
     good_open},
    {"file_slash_dot", Errno::notdir, [](Guest& guest) { return open(guest, "file/."); },
     good_open},
    {"file_slash_dot_dot", Errno::notdir, [](Guest& guest) { return open(guest, "file/../file"); },
     [](Guest& guest) { return open(guest, "dir/../file"); }},
    {"file_as_a_directory", Errno::notdir, [](Guest& guest) { return list(guest, "file"); },
     [](Guest& guest) { return list(guest, "dir//"); }},
    {"created_with_a_slash", Errno::isdir, [](Guest& guest) { return create(guest, "new/"); },
     [](Guest& guest) { return create(guest, "new"); }},
    {"dot_removed", Errno::inval,
     [](Guest& guest) { return on_path(guest, "path_remove_directory", "."); },
     [](Guest& guest) {
       (void)on_path(guest, "path_create_directory", "a/");
       return on_path(guest, "path_remove_directory", "a/");
     }},
    {"file_unlinked_with_a_slash", Errno::notdir,
     [](Guest& guest) { return on_path(guest, "path_unlink_file", "file/"); },
     [](Guest& guest) { return on_path(guest, "path_unlink_file", "dir/../file"); }},
};

}  // namespace

std::span<const CallRow> name_rows() {
  return table;
}

}  // namespace wrun::test
