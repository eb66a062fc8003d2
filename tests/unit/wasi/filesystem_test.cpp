// Files and directories of the host, on both ways of resolving paths.

#include <signal.h>
#include <sys/resource.h>

#include <set>

#include "tests/unit/wasi/as_bytes.hpp"
#include "tests/unit/wasi/temporary_directory.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
namespace fs = std::filesystem;

class HostFiles : public HostDirectoryTest {
 protected:
  std::shared_ptr<wasi::File> open(const std::string& path, const wasi::OpenOptions& options) {
    const auto opened = root()->open(path, options);
    EXPECT_TRUE(opened) << path << ": " << wasi::text(opened.error());
    return opened ? std::get<std::shared_ptr<wasi::File>>(*opened) : nullptr;
  }
};

TEST_P(HostFiles, create_write_read_append) {
  const auto file = open("new", {.read = true, .write = true, .create = true});
  ASSERT_TRUE(file);
  EXPECT_EQ(*file->write_at(2, as_bytes_of("bc")), 2u);
  EXPECT_EQ(*file->write_at(0, as_bytes_of("aa")), 2u);
  const auto appended = file->append(as_bytes_of("de"));
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->end, 6u);
  EXPECT_EQ(read_all(*file), "aabcde");
  EXPECT_TRUE(file->set_size(3));
  EXPECT_EQ(tmp.read("inside/new"), "aab");
  EXPECT_EQ(file->stat()->size, 3u);
}

TEST_P(HostFiles, open_flags) {
  EXPECT_EQ(root()->open("none", {.read = true}).error(), Errno::noent);
  EXPECT_EQ(root()->open("file", {.write = true, .create = true, .exclusive = true}).error(),
            Errno::exist);
  EXPECT_EQ(root()->open("file", {.read = true, .directory = true}).error(), Errno::notdir);
  EXPECT_EQ(root()->open("file/", {.read = true}).error(), Errno::notdir);
  EXPECT_EQ(root()->open("dir", {.write = true}).error(), Errno::isdir);
  EXPECT_EQ(root()->open("new/", {.write = true, .create = true}).error(), Errno::isdir);
  EXPECT_EQ(root()->open("", {.read = true}).error(), Errno::noent);
  open("file", {.write = true, .truncate = true});
  EXPECT_EQ(tmp.read("inside/file"), "");
}

TEST_P(HostFiles, create_through_a_dangling_link) {
  fs::create_symlink("dir/made", tmp.inside() / "link");
  const auto file = open("link", {.write = true, .create = true});
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->write_at(0, as_bytes_of("x")));
  EXPECT_EQ(tmp.read("inside/dir/made"), "x");
  EXPECT_EQ(root()->open("link", {.read = true, .follow = false}).error(), Errno::loop);
}

TEST_P(HostFiles, names) {
  const auto dir = root();
  EXPECT_TRUE(dir->create_directory("sub"));
  EXPECT_EQ(dir->create_directory("sub/").error(), Errno::exist);
  EXPECT_TRUE(dir->rename("file", *dir, "sub/moved"));
  EXPECT_EQ(dir->remove_directory("sub").error(), Errno::notempty);
  EXPECT_EQ(dir->unlink("sub").error(), Errno::isdir);
  EXPECT_TRUE(dir->link("sub/moved", false, *dir, "hard"));
  EXPECT_EQ(dir->stat_at("hard", true)->links, 2u);
  EXPECT_EQ(dir->link("sub", false, *dir, "hard2").error(), Errno::perm);
  EXPECT_TRUE(dir->symlink("sub/moved", "soft"));
  EXPECT_EQ(*dir->read_link("soft"), "sub/moved");
  EXPECT_EQ(dir->read_link("hard").error(), Errno::inval);
  EXPECT_EQ(dir->stat_at("soft", false)->type, wasi::FileType::symbolic_link);
  EXPECT_EQ(dir->stat_at("soft", true)->type, wasi::FileType::regular_file);
  EXPECT_TRUE(dir->unlink("soft"));
  EXPECT_TRUE(dir->unlink("sub/moved"));
  EXPECT_TRUE(dir->remove_directory("sub/"));
  EXPECT_EQ(tmp.read("inside/hard"), "contents");
}

TEST_P(HostFiles, times) {
  const wasi::NewTimes times = {{wasi::NewTime::Kind::set, 1'000'000'007},
                                {wasi::NewTime::Kind::set, 2'000'000'009}};
  EXPECT_TRUE(root()->set_times_at("file", true, times));
  EXPECT_EQ(root()->stat_at("file", true)->accessed, 1'000'000'007u);
  EXPECT_EQ(root()->stat_at("file", true)->modified, 2'000'000'009u);
}

TEST_P(HostFiles, listing_survives_changes) {
  fs::create_directory(tmp.inside() / "many");
  for (int i = 0; i < 500; ++i) tmp.write("inside/many/" + std::to_string(i), "");
  const auto opened = root()->open("many", {.read = true, .directory = true});
  ASSERT_TRUE(opened);
  const auto dir = std::get<std::shared_ptr<wasi::Directory>>(*opened);
  std::multiset<std::string> seen;
  std::uint64_t place = 0;
  while (true) {
    const auto some = dir->entries(place, 7);
    ASSERT_TRUE(some);
    if (some->empty()) break;
    for (const auto& entry : *some) {
      seen.insert(entry.name);
      place = entry.next;
      if (entry.name[0] != '.') fs::remove(tmp.inside() / "many" / entry.name);
    }
  }
  EXPECT_EQ(seen.size(), 502u);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(seen.count(std::to_string(i)), 1u) << i;
}

TEST_P(HostFiles, file_size_limit_is_an_errno) {
  const auto file = open("big", {.write = true, .create = true});
  ASSERT_TRUE(file);
  rlimit old = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small = {1000, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_EQ(file->write_at(2000, as_bytes_of("x")).error(), Errno::fbig);
  EXPECT_EQ(file->set_size(5000).error(), Errno::fbig);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGXFSZ), 0);
}

INSTANTIATE_TEST_SUITE_P(paths, HostFiles, testing::Bool(), name_of_walk);

}  // namespace
}  // namespace wrun::test
