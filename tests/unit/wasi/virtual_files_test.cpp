// What programs expect of a file system, on each of them: the host's, and the ones that aren't.

#include <set>

#include <wrun/wasi/memory_files.hpp>

#include "tests/unit/wasi/as_bytes.hpp"
#include "tests/unit/wasi/temporary_directory.hpp"

namespace wrun::test {
namespace {

using wasi::Directory;
using wasi::Errno;
using wasi::FileType;
using DirectoryPtr = std::shared_ptr<Directory>;

/// A directory that holds what a TemporaryDirectory has inside.
struct FileSystem {
  const char* name;
  DirectoryPtr (*make)(const TemporaryDirectory& tmp);
  bool moves_all = true;
};

DirectoryPtr host(const TemporaryDirectory& tmp) {
  return *wasi::host_directory(tmp.inside().string());
}
DirectoryPtr memory(const TemporaryDirectory& tmp) {
  const auto files = wasi::MemoryFiles::create({}, wasi::system_clock());
  EXPECT_TRUE(wasi::copy_tree(*host(tmp), *files->root()));
  return files->root();
}
DirectoryPtr over_nothing(const TemporaryDirectory& tmp) {
  return wasi::overlay(wasi::MemoryFiles::create()->root(), memory(tmp));
}
DirectoryPtr over_all(const TemporaryDirectory& tmp) {
  return wasi::overlay(memory(tmp), wasi::MemoryFiles::create({}, wasi::system_clock())->root());
}
DirectoryPtr over_host(const TemporaryDirectory& tmp) {
  std::filesystem::create_directory(tmp.path() / "upper");
  return wasi::overlay(host(tmp), *wasi::host_directory((tmp.path() / "upper").string()));
}

constexpr FileSystem file_systems[] = {{"host", host},
                                       {"memory", memory},
                                       {"over_nothing", over_nothing},
                                       {"over_all", over_all, false},
                                       {"over_host", over_host, false}};

class Files : public testing::TestWithParam<FileSystem> {
 protected:
  Files() : root(GetParam().make(tmp)) {}

  std::shared_ptr<wasi::File> open(const std::string& path, const wasi::OpenOptions& options) {
    const auto opened = root->open(path, options);
    EXPECT_TRUE(opened) << path << ": " << wasi::text(opened.error());
    return opened ? std::get<std::shared_ptr<wasi::File>>(*opened) : nullptr;
  }
  void write(const std::string& path, std::string_view text) {
    const auto file = open(path, {.write = true, .create = true, .truncate = true});
    ASSERT_TRUE(file);
    EXPECT_EQ(*file->write_at(0, as_bytes_of(text)), text.size());
  }
  std::string read(const std::string& path) {
    const auto file = open(path, {.read = true});
    return file ? read_all(*file) : "";
  }
  Errno error_of_open(const std::string& path, const wasi::OpenOptions& options) {
    return root->open(path, options).error();
  }
  Errno stat_error(const std::string& path) { return root->stat_at(path, false).error(); }
  static std::set<std::string> list(Directory& directory) {
    std::set<std::string> names;
    std::uint64_t after = 0;
    while (true) {
      const auto some = directory.entries(after, 3);
      EXPECT_TRUE(some);
      if (!some || some->empty()) return names;
      for (const auto& entry : *some) EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
      after = some->back().next;
    }
  }
  DirectoryPtr directory(const std::string& path) {
    const auto opened = root->open(path, {.read = true, .directory = true});
    EXPECT_TRUE(opened) << path << ": " << wasi::text(opened.error());
    return std::get<DirectoryPtr>(*opened);
  }
  /// Overlays don't move directories of their lower layer.
  bool moves_all() const { return GetParam().moves_all; }

  TemporaryDirectory tmp;
  DirectoryPtr root;
};

TEST_P(Files, what_is_there) {
  EXPECT_EQ(read("file"), "contents");
  EXPECT_EQ(read("dir/nested/deep"), "deep");
  EXPECT_EQ(read("./dir/../file"), "contents");
  EXPECT_EQ(list(*root), (std::set<std::string>{".", "..", "dir", "file"}));
  EXPECT_EQ(root->stat_at("dir", true)->type, FileType::directory);
  EXPECT_EQ(root->stat_at("file", true)->size, 8u);
}

TEST_P(Files, write_read_append_truncate) {
  const auto file = open("new", {.read = true, .write = true, .create = true});
  ASSERT_TRUE(file);
  EXPECT_EQ(*file->write_at(2, as_bytes_of("bc")), 2u);
  EXPECT_EQ(*file->write_at(0, as_bytes_of("aa")), 2u);
  EXPECT_EQ(file->append(as_bytes_of("de"))->end, 6u);
  EXPECT_EQ(read_all(*file), "aabcde");
  EXPECT_TRUE(file->set_size(3));
  EXPECT_TRUE(file->set_size(5));
  EXPECT_EQ(read_all(*file), std::string("aab\0\0", 5));
  EXPECT_EQ(file->set_size(~std::uint64_t{0}).error(), Errno::inval);
  EXPECT_TRUE(file->allocate(0, 100));
  EXPECT_EQ(file->stat()->size, 100u);
  EXPECT_EQ(file->allocate(0, 0).error(), Errno::inval);
  EXPECT_EQ(file->allocate(1, ~std::uint64_t{0}).error(), Errno::fbig);
  open("new", {.write = true, .truncate = true});
  EXPECT_EQ(read("new"), "");
}

TEST_P(Files, change_what_was_there) {
  write("file", "other");
  EXPECT_EQ(read("file"), "other");
  const auto file = open("dir/nested/deep", {.read = true, .write = true});
  EXPECT_EQ(file->append(as_bytes_of("er"))->end, 6u);
  EXPECT_EQ(read("dir/nested/deep"), "deeper");
}

TEST_P(Files, holes) {
  const auto file = open("sparse", {.read = true, .write = true, .create = true});
  EXPECT_TRUE(file->set_size(std::uint64_t{1} << 40));
  EXPECT_EQ(*file->write_at((std::uint64_t{1} << 40) - 1, as_bytes_of("x")), 1u);
  EXPECT_EQ(read_all(*file), std::string(100, '\0'));
  EXPECT_EQ(file->stat()->size, std::uint64_t{1} << 40);
}

TEST_P(Files, open_flags) {
  EXPECT_EQ(error_of_open("none", {.read = true}), Errno::noent);
  EXPECT_EQ(error_of_open("none/x", {.write = true, .create = true}), Errno::noent);
  EXPECT_EQ(error_of_open("file", {.write = true, .create = true, .exclusive = true}),
            Errno::exist);
  EXPECT_EQ(error_of_open("file", {.read = true, .directory = true}), Errno::notdir);
  EXPECT_EQ(error_of_open("file/", {.read = true}), Errno::notdir);
  EXPECT_EQ(error_of_open("file/x", {.read = true}), Errno::notdir);
  EXPECT_EQ(error_of_open("dir", {.write = true}), Errno::isdir);
  EXPECT_EQ(error_of_open("new/", {.write = true, .create = true}), Errno::isdir);
  EXPECT_EQ(error_of_open("", {.read = true}), Errno::noent);
  EXPECT_EQ(error_of_open("new", {.create = true, .directory = true}), Errno::inval);
  EXPECT_EQ(error_of_open(std::string(256, 'n'), {.read = true}), Errno::nametoolong);
  EXPECT_EQ(error_of_open(std::string(5000, '/') + "x", {.read = true}), Errno::notcapable);
}

TEST_P(Files, no_way_out) {
  ASSERT_TRUE(root->symlink("..", "up"));
  ASSERT_TRUE(root->symlink("dir/../../outside/secret", "far"));
  for (const char* path :
       {"..", "dir/../..", "/file", "up", "up/outside", "far", "../inside/file"}) {
    EXPECT_EQ(error_of_open(path, {.read = true}), Errno::notcapable) << path;
  }
  EXPECT_EQ(root->symlink("/etc", "absolute").error(), Errno::notcapable);
  EXPECT_EQ(root->rename("file", *root, "../moved").error(), Errno::notcapable);
  EXPECT_EQ(root->create_directory("up/made").error(), Errno::notcapable);
}

TEST_P(Files, links) {
  ASSERT_TRUE(root->symlink("dir/nested", "short"));
  ASSERT_TRUE(root->symlink("file", "name"));
  ASSERT_TRUE(root->symlink("loop2", "loop1"));
  ASSERT_TRUE(root->symlink("loop1", "loop2"));
  ASSERT_TRUE(root->symlink("dir/made", "dangling"));
  EXPECT_EQ(read("short/deep"), "deep");
  EXPECT_EQ(read("name"), "contents");
  EXPECT_EQ(*root->read_link("name"), "file");
  EXPECT_EQ(root->read_link("file").error(), Errno::inval);
  EXPECT_EQ(error_of_open("loop1", {.read = true}), Errno::loop);
  EXPECT_EQ(error_of_open("name", {.read = true, .follow = false}), Errno::loop);
  EXPECT_EQ(root->stat_at("name", false)->type, FileType::symbolic_link);
  EXPECT_EQ(root->stat_at("short/", false)->type, FileType::directory);
  EXPECT_EQ(error_of_open("dangling", {.write = true, .create = true, .exclusive = true}),
            Errno::exist);
  write("dangling", "through");
  EXPECT_EQ(read("dir/made"), "through");
  EXPECT_EQ(root->symlink("x", "name").error(), Errno::exist);
  EXPECT_EQ(root->symlink("", "empty").error(), Errno::noent);
  EXPECT_EQ(root->remove_directory("short").error(), Errno::notdir);
  EXPECT_TRUE(root->unlink("short"));
  EXPECT_EQ(read("dir/nested/deep"), "deep");
}

TEST_P(Files, hard_links) {
  ASSERT_TRUE(root->link("file", false, *root, "dir/twin"));
  write("file", "both");
  EXPECT_EQ(read("dir/twin"), "both");
  EXPECT_EQ(root->stat_at("file", true)->links, 2u);
  EXPECT_EQ(root->stat_at("file", true)->inode, root->stat_at("dir/twin", true)->inode);
  // Names of the same file stay as they are.
  EXPECT_TRUE(root->rename("file", *root, "dir/twin"));
  EXPECT_EQ(read("file"), "both");
  EXPECT_TRUE(root->unlink("file"));
  EXPECT_EQ(read("dir/twin"), "both");
  EXPECT_EQ(root->stat_at("dir/twin", true)->links, 1u);
  EXPECT_EQ(root->link("dir", false, *root, "d").error(), Errno::perm);
  EXPECT_EQ(root->link("dir/twin", false, *root, "dir").error(), Errno::exist);
}

TEST_P(Files, directories) {
  EXPECT_TRUE(root->create_directory("a"));
  EXPECT_TRUE(root->create_directory("a/b/"));
  EXPECT_EQ(root->create_directory("a").error(), Errno::exist);
  EXPECT_EQ(root->create_directory("none/b").error(), Errno::noent);
  EXPECT_EQ(root->remove_directory("a").error(), Errno::notempty);
  EXPECT_EQ(root->remove_directory("file").error(), Errno::notdir);
  EXPECT_EQ(root->unlink("a").error(), Errno::isdir);
  EXPECT_EQ(root->unlink("file/").error(), Errno::notdir);
  EXPECT_EQ(root->unlink("none").error(), Errno::noent);
  EXPECT_TRUE(root->remove_directory("a/b/"));
  EXPECT_TRUE(root->remove_directory("a"));
  EXPECT_EQ(stat_error("a"), Errno::noent);
}

TEST_P(Files, remove_what_was_there_and_make_it_anew) {
  EXPECT_TRUE(root->unlink("file"));
  EXPECT_EQ(stat_error("file"), Errno::noent);
  EXPECT_EQ(root->unlink("file").error(), Errno::noent);
  EXPECT_EQ(list(*root), (std::set<std::string>{".", "..", "dir"}));
  EXPECT_TRUE(root->unlink("dir/nested/deep"));
  EXPECT_TRUE(root->remove_directory("dir/nested"));
  EXPECT_EQ(list(*directory("dir")), (std::set<std::string>{".", ".."}));
  EXPECT_TRUE(root->create_directory("dir/nested"));
  EXPECT_EQ(list(*directory("dir/nested")), (std::set<std::string>{".", ".."}));
  write("file", "again");
  EXPECT_EQ(read("file"), "again");
  write("dir/nested/deep", "new");
  EXPECT_EQ(read("dir/nested/deep"), "new");
}

TEST_P(Files, rename) {
  write("a", "A");
  EXPECT_TRUE(root->rename("a", *root, "dir/b"));
  EXPECT_EQ(stat_error("a"), Errno::noent);
  EXPECT_EQ(read("dir/b"), "A");
  EXPECT_TRUE(root->rename("dir/b", *root, "file"));
  EXPECT_EQ(read("file"), "A");
  EXPECT_TRUE(root->rename("file", *directory("dir"), "moved"));
  EXPECT_EQ(stat_error("file"), Errno::noent);
  EXPECT_EQ(read("dir/moved"), "A");
  EXPECT_EQ(root->rename("none", *root, "x").error(), Errno::noent);
  EXPECT_EQ(root->rename("dir/moved", *root, "dir/nested").error(), Errno::isdir);
  EXPECT_EQ(root->rename("dir/moved/", *root, "x").error(), Errno::notdir);
  EXPECT_EQ(root->rename(".", *root, "x").error(), Errno::busy);
}

TEST_P(Files, rename_directories) {
  ASSERT_TRUE(root->create_directory("d1"));
  ASSERT_TRUE(root->create_directory("d1/sub"));
  ASSERT_TRUE(root->create_directory("d2"));
  const auto held = directory("d1/sub");
  write("d1/sub/f", "f");
  EXPECT_EQ(root->rename("d1", *root, "d1/sub/x").error(), Errno::inval);
  EXPECT_EQ(root->rename("d2", *root, "d1").error(), Errno::notempty);
  EXPECT_EQ(root->rename("d1", *root, "file").error(), Errno::notdir);
  EXPECT_TRUE(root->rename("d1", *root, "d2"));
  EXPECT_EQ(read("d2/sub/f"), "f");
  EXPECT_TRUE(held->create_directory("in_held"));
  EXPECT_EQ(root->stat_at("d2/sub/in_held", true)->type, FileType::directory);
  EXPECT_EQ(list(*held), (std::set<std::string>{".", "..", "f", "in_held"}));
  const auto moved = root->rename("dir", *root, "elsewhere");
  EXPECT_EQ(moved.error(), moves_all() ? Errno::success : Errno::xdev);
}

TEST_P(Files, unlinked_while_open) {
  const auto file = open("file", {.read = true, .write = true});
  const auto gone = directory("dir/nested");
  EXPECT_TRUE(root->unlink("file"));
  EXPECT_TRUE(root->unlink("dir/nested/deep"));
  EXPECT_TRUE(root->remove_directory("dir/nested"));
  EXPECT_EQ(read_all(*file), "contents");
  EXPECT_EQ(*file->write_at(8, as_bytes_of("!")), 1u);
  EXPECT_EQ(file->stat()->size, 9u);
  EXPECT_EQ(file->stat()->links, 0u);
  EXPECT_EQ(gone->open("x", {.write = true, .create = true}).error(), Errno::noent);
  EXPECT_EQ(gone->create_directory("x").error(), Errno::noent);
  EXPECT_EQ(gone->stat_at("deep", true).error(), Errno::noent);
  EXPECT_EQ(gone->stat()->type, FileType::directory);
  const auto left = gone->entries(0, 10);
  EXPECT_TRUE(!left || left->empty());
}

TEST_P(Files, times) {
  const wasi::NewTimes times{.accessed = {wasi::NewTime::Kind::set, 1'000'000'007},
                             .modified = {wasi::NewTime::Kind::set, 2'000'000'009}};
  ASSERT_TRUE(root->set_times_at("file", true, times));
  EXPECT_EQ(root->stat_at("file", true)->accessed, 1'000'000'007u);
  EXPECT_EQ(root->stat_at("file", true)->modified, 2'000'000'009u);
  write("file", "later");
  EXPECT_GT(root->stat_at("file", true)->modified, 1'000'000'000'000'000'000u);
  ASSERT_TRUE(root->set_times_at("dir", true, times));
  EXPECT_EQ(directory("dir")->stat()->modified, 2'000'000'009u);
  ASSERT_TRUE(
      directory("dir")->set_times({.accessed = {wasi::NewTime::Kind::set, 5}, .modified = {}}));
  EXPECT_EQ(root->stat_at("dir", true)->accessed, 5u);
  EXPECT_EQ(root->stat_at("dir", true)->modified, 2'000'000'009u);
}

TEST_P(Files, listing_survives_change) {
  ASSERT_TRUE(root->create_directory("many"));
  for (int i = 0; i < 100; ++i) write("many/" + std::to_string(i), "");
  const auto many = directory("many");
  std::multiset<std::string> seen;
  std::uint64_t after = 0;
  for (int round = 0;; ++round) {
    const auto some = many->entries(after, 7);
    ASSERT_TRUE(some);
    if (some->empty()) break;
    for (const auto& entry : *some) seen.insert(entry.name);
    after = some->back().next;
    if (round == 2) {
      for (int i = 50; i < 60; ++i) (void)root->unlink("many/" + std::to_string(i));
      for (const auto& entry : *some) (void)root->unlink("many/" + entry.name);
    }
  }
  EXPECT_TRUE(root->stat_at("many", true));
  for (int i = 0; i < 100; ++i) {
    const std::size_t times = seen.count(std::to_string(i));
    EXPECT_LE(times, 1u) << i;
    const bool was_removed = i >= 50 && i < 60;
    EXPECT_TRUE(times == 1 || was_removed) << i;
  }
}

TEST_P(Files, unicode_names) {
  for (const std::string name : {"ñandú", "日本語.txt", "🦀", "e\u0301"}) {
    write(name, name);
    EXPECT_EQ(read(name), name);
    EXPECT_TRUE(list(*root).contains(name));
  }
  EXPECT_EQ(stat_error("\u00e9"), Errno::noent);
}

TEST_P(Files, another_file_system_is_far_away) {
  const auto other = wasi::MemoryFiles::create()->root();
  EXPECT_EQ(root->rename("file", *other, "file").error(), Errno::xdev);
  EXPECT_EQ(root->link("file", false, *other, "file").error(), Errno::xdev);
}

TEST_P(Files, a_read_only_view) {
  const auto view = wasi::read_only_view(root);
  const auto opened = view->open("file", {.read = true});
  ASSERT_TRUE(opened);
  wasi::File& file = *std::get<std::shared_ptr<wasi::File>>(*opened);
  EXPECT_EQ(read_all(file), "contents");
  EXPECT_EQ(file.write_at(0, as_bytes_of("x")).error(), Errno::rofs);
  EXPECT_EQ(file.append(as_bytes_of("x")).error(), Errno::rofs);
  EXPECT_EQ(file.set_size(0).error(), Errno::rofs);
  EXPECT_EQ(file.allocate(0, 1).error(), Errno::rofs);
  EXPECT_EQ(file.set_times({}).error(), Errno::rofs);
  EXPECT_EQ(view->open("file", {.write = true}).error(), Errno::rofs);
  EXPECT_EQ(view->open("new", {.write = true, .create = true}).error(), Errno::rofs);
  EXPECT_EQ(view->open("none", {.write = true}).error(), Errno::noent);
  EXPECT_EQ(view->unlink("file").error(), Errno::rofs);
  EXPECT_EQ(view->create_directory("d").error(), Errno::rofs);
  EXPECT_EQ(view->rename("file", *view, "g").error(), Errno::rofs);
  EXPECT_EQ(root->link("file", false, *view, "g").error(), Errno::xdev);
  const auto inner = view->open("dir", {.read = true, .directory = true});
  EXPECT_EQ(std::get<DirectoryPtr>(*inner)->create_directory("d").error(), Errno::rofs);
  EXPECT_EQ(read("file"), "contents");
}

INSTANTIATE_TEST_SUITE_P(On, Files, testing::ValuesIn(file_systems),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace wrun::test
