// What only files in memory have: a quota, an account, times of a clock that is given.

#include <wrun/wasi/memory_files.hpp>

#include <gtest/gtest.h>

#include "tests/support/sanitized.hpp"
#include "tests/unit/wasi/as_bytes.hpp"
#include "wasi/virtual/copy.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
using wasi::MemoryFiles;

TEST(MemoryFiles, written_and_read_by_the_host) {
  const auto files = MemoryFiles::create();
  EXPECT_TRUE(files->write("a/b/c", "text"));
  EXPECT_TRUE(files->write("a/b/c", "other"));
  EXPECT_EQ(*files->read("a/b/c"), "other");
  EXPECT_EQ(files->read("a/b/c", 3).error(), Errno::fbig);
  EXPECT_EQ(files->read("a/b").error(), Errno::isdir);
  EXPECT_EQ(files->read("none").error(), Errno::noent);
  EXPECT_EQ(files->write("a/b/c/d", "").error(), Errno::notdir);
  EXPECT_EQ(files->write("../x", "").error(), Errno::notcapable);
  EXPECT_EQ(files->write("/x", "").error(), Errno::notcapable);
}

TEST(MemoryFiles, what_is_deleted_costs_nothing) {
  const auto files = MemoryFiles::create({.bytes = 20000, .files = 10});
  const auto root = files->root();
  const auto before = files->usage();
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(files->write("dir/file", std::string(8192, 'x')));
    ASSERT_TRUE(root->symlink("dir/file", "link"));
    ASSERT_TRUE(root->link("dir/file", false, *root, "twin"));
    EXPECT_GE(files->usage().bytes, 8192u);
    ASSERT_TRUE(root->rename("twin", *root, "link"));
    ASSERT_TRUE(root->unlink("link"));
    ASSERT_TRUE(root->unlink("dir/file"));
    ASSERT_TRUE(root->remove_directory("dir"));
  }
  EXPECT_EQ(files->usage().bytes, before.bytes);
  EXPECT_EQ(files->usage().files, before.files);
}

TEST(MemoryFiles, what_is_held_open_still_counts) {
  const auto files = MemoryFiles::create({.bytes = 10000, .files = 3});
  ASSERT_TRUE(files->write("file", std::string(8192, 'x')));
  {
    const auto held = wasi::open_file(*files->root(), "file", {.read = true});
    ASSERT_TRUE(files->root()->unlink("file"));
    EXPECT_EQ(files->write("other", std::string(4096, 'x')).error(), Errno::nospc);
  }
  EXPECT_TRUE(files->write("other", std::string(4096, 'x')));
}

TEST(MemoryFiles, the_quota_of_bytes) {
  const auto files = MemoryFiles::create({.bytes = 3 * 4096 + 200, .files = 100});
  const auto file =
      wasi::open_file(*files->root(), "f", {.read = true, .write = true, .create = true});
  ASSERT_TRUE(file);
  EXPECT_EQ(*(*file)->write_at(0, as_bytes_of(std::string(5 * 4096, 'x'))), 3u * 4096);
  EXPECT_EQ((*file)->write_at(3 * 4096, as_bytes_of("y")).error(), Errno::nospc);
  EXPECT_EQ((*file)->append(as_bytes_of("y")).error(), Errno::nospc);
  EXPECT_EQ(*(*file)->write_at(0, as_bytes_of("z")), 1u);
  EXPECT_TRUE((*file)->set_size(std::uint64_t{1} << 62));
  EXPECT_EQ((*file)->allocate(0, std::uint64_t{1} << 62).error(), Errno::nospc);
  EXPECT_TRUE((*file)->set_size(4096));
  EXPECT_EQ(*(*file)->write_at(std::uint64_t{1} << 61, as_bytes_of("far")), 3u);
  EXPECT_EQ((*file)->write_at((std::uint64_t{1} << 63) - 1, as_bytes_of("x")).error(), Errno::fbig);
}

TEST(MemoryFiles, names_and_links_count) {
  const auto files = MemoryFiles::create({.bytes = 2000, .files = 1000});
  const auto root = files->root();
  ASSERT_TRUE(files->write("f", ""));
  int made = 0;
  Errno error = Errno::success;
  while (error == Errno::success && made < 1000) {
    error = root->link("f", false, *root, std::string(200, 'n') + std::to_string(made++)).error();
  }
  EXPECT_EQ(error, Errno::nospc);
  EXPECT_LT(made, 10);
  EXPECT_EQ(root->symlink(std::string(4000, 't'), "s").error(), Errno::nospc);
  EXPECT_EQ(root->stat_at("s", false).error(), Errno::noent);
}

TEST(MemoryFiles, the_quota_of_files) {
  const auto files = MemoryFiles::create({.files = 3});
  EXPECT_TRUE(files->write("a", ""));
  EXPECT_TRUE(files->root()->create_directory("b"));
  EXPECT_EQ(files->write("c", "").error(), Errno::nospc);
  EXPECT_EQ(files->root()->symlink("a", "l").error(), Errno::nospc);
  EXPECT_TRUE(files->root()->unlink("a"));
  EXPECT_TRUE(files->write("c", ""));
}

TEST(MemoryFiles, times_are_those_of_the_clock) {
  const auto clock = std::make_shared<wasi::ManualClock>(1000);
  const auto files = MemoryFiles::create({}, clock);
  ASSERT_TRUE(files->write("f", "x"));
  EXPECT_EQ(files->root()->stat_at("f", true)->modified, 1000u);
  clock->advance(500);
  ASSERT_TRUE(files->write("f", "y"));
  EXPECT_EQ(files->root()->stat_at("f", true)->modified, 1500u);
  EXPECT_EQ(files->root()->stat_at("f", true)->accessed, 1000u);
  EXPECT_EQ(files->root()->stat()->modified, 1000u);
  const auto timeless = MemoryFiles::create();
  ASSERT_TRUE(timeless->write("f", "x"));
  EXPECT_EQ(timeless->root()->stat_at("f", true)->modified, 0u);
}

// Sanitized code is slow, and its frames are large.
constexpr int too_deep = test::sanitized ? 40000 : 200000;
constexpr int files_enough = too_deep + 100000;
// An overlay walks from its root each time.
constexpr int overlay_depth = test::sanitized ? 500 : 200000;

TEST(MemoryFiles, a_tree_deeper_than_the_stack_would_bear) {
  const auto files = MemoryFiles::create({.bytes = std::uint64_t{1} << 30, .files = files_enough});
  auto directory = files->root();
  for (int depth = 0; depth < too_deep; ++depth) {
    ASSERT_TRUE(directory->create_directory("d"));
    auto next = wasi::open_directory(*directory, "d");
    ASSERT_TRUE(next);
    directory = *std::move(next);
  }
  EXPECT_TRUE(directory->stat());
}

TEST(MemoryFiles, an_overlay_deeper_than_the_stack_would_bear) {
  const auto upper = MemoryFiles::create({.bytes = std::uint64_t{1} << 30, .files = files_enough});
  auto directory = wasi::overlay(MemoryFiles::create()->root(), upper->root());
  for (int depth = 0; depth < overlay_depth && directory->create_directory("d"); ++depth) {
    auto next = wasi::open_directory(*directory, "d");
    if (!next) break;
    directory = *std::move(next);
  }
  EXPECT_TRUE(directory->stat());
}

TEST(MemoryFiles, an_overlay_that_is_used_again) {
  const auto lower = MemoryFiles::create();
  const auto upper = MemoryFiles::create();
  ASSERT_TRUE(lower->write("kept", "lower"));
  ASSERT_TRUE(lower->write("gone", "lower"));
  ASSERT_TRUE(lower->write("dir/old", "lower"));
  {
    const auto first = wasi::overlay(lower->root(), upper->root());
    ASSERT_TRUE(first->unlink("gone"));
    ASSERT_TRUE(first->unlink("dir/old"));
    ASSERT_TRUE(first->remove_directory("dir"));
    ASSERT_TRUE(first->create_directory("dir"));
    EXPECT_EQ(first->create_directory(".wh.kept").error(), Errno::inval);
    EXPECT_EQ(first->rename("kept", *first, ".wh.x").error(), Errno::inval);
  }
  const auto again = wasi::overlay(lower->root(), upper->root());
  EXPECT_TRUE(again->stat_at("kept", true));
  EXPECT_EQ(again->stat_at("gone", true).error(), Errno::noent);
  EXPECT_EQ(again->stat_at("dir/old", true).error(), Errno::noent);
  EXPECT_EQ(again->stat_at(".wh.gone", true).error(), Errno::noent);
  EXPECT_EQ(*lower->read("dir/old"), "lower");
}

}  // namespace
}  // namespace wrun::test
