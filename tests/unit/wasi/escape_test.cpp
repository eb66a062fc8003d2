// Attempts to get out of a granted directory, on both ways of resolving paths.

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "tests/unit/wasi/temporary_directory.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
namespace fs = std::filesystem;

class Escape : public HostDirectoryTest {
 protected:
  /// Every operation on the path is refused, and nothing outside is changed.
  void expect_refused(const std::string& path, Errno error = Errno::notcapable) {
    SCOPED_TRACE(path);
    const auto dir = root();
    EXPECT_EQ(dir->open(path, {.read = true}).error(), error);
    EXPECT_EQ(dir->open(path, {.write = true, .truncate = true}).error(), error);
    EXPECT_EQ(dir->open(path, {.write = true, .create = true}).error(), error);
    EXPECT_EQ(dir->stat_at(path, true).error(), error);
    EXPECT_EQ(dir->set_times_at(path, true, {{wasi::NewTime::Kind::set, 1}, {}}).error(), error);
    EXPECT_EQ(tmp.read("outside/secret"), "secret");
  }
  /// What acts on the name itself: it doesn't follow a link at the end, but must not leave either.
  void expect_name_refused(const std::string& path) {
    SCOPED_TRACE(path);
    const auto dir = root();
    EXPECT_EQ(dir->open(path, {.write = true, .create = true, .exclusive = true}).error(),
              Errno::notcapable);
    EXPECT_EQ(dir->create_directory(path).error(), Errno::notcapable);
    EXPECT_EQ(dir->remove_directory(path).error(), Errno::notcapable);
    EXPECT_EQ(dir->unlink(path).error(), Errno::notcapable);
    EXPECT_EQ(dir->symlink("file", path).error(), Errno::notcapable);
    EXPECT_EQ(dir->read_link(path).error(), Errno::notcapable);
    EXPECT_EQ(dir->link("file", false, *dir, path).error(), Errno::notcapable);
    EXPECT_EQ(dir->link(path, false, *dir, "stolen").error(), Errno::notcapable);
    EXPECT_EQ(dir->rename("file", *dir, path).error(), Errno::notcapable);
    EXPECT_EQ(dir->rename(path, *dir, "stolen").error(), Errno::notcapable);
    EXPECT_EQ(tmp.read("outside/secret"), "secret");
    EXPECT_EQ(tmp.read("inside/file"), "contents");
    EXPECT_FALSE(fs::exists(tmp.inside() / "stolen"));
  }
};

TEST_P(Escape, dot_dot_in_every_position) {
  for (const char* path :
       {"../outside/secret", "./../outside/secret", "dir/../../outside/secret",
        "dir/nested/../../../outside/secret", "dir/./nested/.././../../outside/secret",
        "..//outside//secret", "../inside/../outside/secret", "../inside/file"}) {
    expect_refused(path);
    expect_name_refused(path);
  }
}

TEST_P(Escape, dot_dot_alone) {
  for (const char* path : {"..", "../", "dir/../..", "../..", "dir/../../"})
    expect_name_refused(path);
}

TEST_P(Escape, absolute_path) {
  const std::string secret = (tmp.path() / "outside/secret").string();
  for (const std::string& path : {secret, "/" + secret, std::string("/etc/passwd")}) {
    expect_refused(path);
    expect_name_refused(path);
  }
}

TEST_P(Escape, symbolic_links) {
  fs::create_symlink(tmp.path() / "outside/secret", tmp.inside() / "absolute");
  fs::create_symlink("../outside/secret", tmp.inside() / "relative");
  fs::create_symlink("../../outside/secret", tmp.inside() / "dir/relative");
  fs::create_symlink("relative", tmp.inside() / "chain");
  fs::create_symlink("../outside/new", tmp.inside() / "dangling");
  for (const char* path : {"absolute", "relative", "dir/relative", "chain", "dangling"}) {
    expect_refused(path);
  }
  EXPECT_FALSE(fs::exists(tmp.path() / "outside/new"));
}

TEST_P(Escape, symbolic_links_to_directories) {
  fs::create_directory_symlink(tmp.path() / "outside", tmp.inside() / "absolute");
  fs::create_directory_symlink("../outside", tmp.inside() / "relative");
  fs::create_directory_symlink("..", tmp.inside() / "up");
  for (const char* path :
       {"absolute/secret", "relative/secret", "up/outside/secret", "dir/../relative/secret"}) {
    expect_refused(path);
    expect_name_refused(path);
  }
  for (const char* path : {"absolute/", "relative/", "up/", "absolute/.", "relative/.."}) {
    EXPECT_EQ(root()->stat_at(path, false).error(), Errno::notcapable) << path;
    EXPECT_EQ(root()->open(path, {.read = true, .directory = true}).error(), Errno::notcapable);
  }
}

TEST_P(Escape, links_that_stay_inside_work) {
  fs::create_symlink("dir/../file", tmp.inside() / "good");
  fs::create_directory_symlink("nested/..", tmp.inside() / "dir/here");
  const auto file = root()->open("dir/here/../good", {.read = true});
  ASSERT_TRUE(file) << wasi::text(file.error());
  EXPECT_EQ(read_all(*std::get<std::shared_ptr<wasi::File>>(*file)), "contents");
}

TEST_P(Escape, link_with_absolute_target_is_not_made) {
  EXPECT_EQ(root()->symlink("/etc/passwd", "planted").error(), Errno::notcapable);
  EXPECT_FALSE(fs::is_symlink(tmp.inside() / "planted"));
}

TEST_P(Escape, link_loops_and_long_names_end) {
  fs::create_symlink("loop2", tmp.inside() / "loop1");
  fs::create_symlink("loop1", tmp.inside() / "loop2");
  expect_refused("loop1", Errno::loop);
  expect_refused(std::string(300, 'x'), Errno::nametoolong);
  std::string deep;
  while (deep.size() < 5000) deep += "dir/../";
  expect_refused(deep + "file", Errno::nametoolong);
}

TEST_P(Escape, magic_links) {
  const auto proc = wasi::host_directory("/proc/self", {.force_walk = GetParam()});
  if (!proc) GTEST_SKIP() << "there is no /proc";
  for (const char* path : {"root/etc", "cwd/.", "exe"}) {
    EXPECT_FALSE((*proc)->open(path, {.read = true})) << path;
    EXPECT_FALSE((*proc)->stat_at(path, true)) << path;
  }
}

TEST_P(Escape, special_files) {
  ASSERT_EQ(::mkfifo((tmp.inside() / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(root()->open("fifo", {.read = true}).error(), Errno::acces);
  EXPECT_EQ(root()->open("fifo", {.write = true}).error(), Errno::acces);
  const auto dev = wasi::host_directory("/dev", {.force_walk = GetParam()});
  ASSERT_TRUE(dev);
  EXPECT_EQ((*dev)->open("null", {.write = true}).error(), Errno::acces);
  const auto allowed = wasi::host_directory(tmp.inside().string(),
                                            {.special_files = true, .force_walk = GetParam()});
  const auto fifo = (*allowed)->open("fifo", {.read = true, .write = true});
  ASSERT_TRUE(fifo) << wasi::text(fifo.error());
  std::byte byte{};
  EXPECT_EQ(std::get<std::shared_ptr<wasi::File>>(*fifo)->read_at(0, {&byte, 1}).error(),
            Errno::would_block);
}

TEST_P(Escape, directory_moved_out_while_open) {
  const auto opened = root()->open("dir/nested", {.read = true, .directory = true});
  ASSERT_TRUE(opened);
  const auto nested = std::get<std::shared_ptr<wasi::Directory>>(*opened);
  fs::rename(tmp.inside() / "dir/nested", tmp.path() / "outside/nested");
  EXPECT_EQ(nested->stat_at("../secret", true).error(), Errno::notcapable);
  EXPECT_EQ(nested->open("../secret", {.read = true}).error(), Errno::notcapable);
}

TEST_P(Escape, the_parent_is_not_told_of) {
  struct stat outer = {};
  ASSERT_EQ(::stat(tmp.path().c_str(), &outer), 0);
  const auto entries = root()->entries(0, 100);
  ASSERT_TRUE(entries);
  for (const auto& entry : *entries) EXPECT_NE(entry.inode, outer.st_ino) << entry.name;
}

/// Another thread swaps a directory for a link to the outside, as fast as it can.
TEST_P(Escape, swapped_while_looking) {
  fs::create_directory(tmp.inside() / "swap");
  tmp.write("inside/swap/secret", "public");
  fs::create_directory_symlink("../outside", tmp.inside() / "link");
  std::atomic<bool> stop{false};
  std::thread swapper([&] {
    const std::string a = (tmp.inside() / "swap").string();
    const std::string b = (tmp.inside() / "link").string();
    while (!stop) ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
  });
  const auto dir = root();
  int opened = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto file = dir->open("swap/secret", {.read = true, .write = true});
    if (!file) continue;
    ++opened;
    EXPECT_EQ(read_all(*std::get<std::shared_ptr<wasi::File>>(*file)), "public");
    (void)dir->unlink("swap/new");
    (void)dir->open("swap/new", {.write = true, .create = true});
  }
  stop = true;
  swapper.join();
  EXPECT_GT(opened, 0);
  EXPECT_EQ(tmp.read("outside/secret"), "secret");
  EXPECT_FALSE(fs::exists(tmp.path() / "outside/new"));
}

/// Another thread moves a directory up and down while `..` is resolved in it.
TEST_P(Escape, parents_moved_while_looking) {
  fs::create_directories(tmp.inside() / "a/b/c");
  std::atomic<bool> stop{false};
  std::thread mover([&] {
    const std::string low = (tmp.inside() / "a/b/c").string();
    const std::string high = (tmp.inside() / "c").string();
    while (!stop) {
      ::rename(low.c_str(), high.c_str());
      ::rename(high.c_str(), low.c_str());
    }
  });
  const auto dir = root();
  for (int i = 0; i < 20000; ++i) {
    EXPECT_FALSE(dir->stat_at("a/b/c/../../../outside/secret", true));
    EXPECT_FALSE(dir->stat_at("a/b/c/../../../../outside/secret", true));
  }
  stop = true;
  mover.join();
}

INSTANTIATE_TEST_SUITE_P(paths, Escape, testing::Bool(), name_of_walk);

}  // namespace
}  // namespace wrun::test
