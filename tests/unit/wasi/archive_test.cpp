// Directories inside archives, and archives that mean harm.

#include <wrun/wasi/archive.hpp>

#include "tests/unit/wasi/archive_bytes.hpp"
#include "tests/unit/wasi/temporary_directory.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
using wasi::FileType;
using DirectoryPtr = std::shared_ptr<wasi::Directory>;

constexpr wasi::FilesQuota small{.bytes = 1 << 20, .files = 100};

std::string content(wasi::Directory& directory, const std::string& path) {
  const auto opened = directory.open(path, {.read = true});
  if (!opened) return std::string("(") + std::string(wasi::text(opened.error())) + ")";
  return read_all(*std::get<std::shared_ptr<wasi::File>>(*opened));
}

DirectoryPtr open(const std::string& archive) {
  auto directory = wasi::archive_directory(as_bytes_of(archive), small);
  EXPECT_TRUE(directory) << directory.error().message();
  return directory ? *directory : nullptr;
}

const std::vector<TarEntry> tree{{.name = "./", .type = '5'},
                                 {.name = "./file", .content = "contents", .modified = 7},
                                 {.name = "dir/nested/deep", .content = "deep"},
                                 {.name = "dir/link", .type = '2', .link = "../file"},
                                 {.name = "dir/twin", .type = '1', .link = "./file"},
                                 {.name = "dev", .type = '3'},
                                 {.name = "fifo", .type = '6'},
                                 {.name = "empty/", .type = '5', .modified = 9}};

void expect_tree(wasi::Directory& root) {
  EXPECT_EQ(content(root, "file"), "contents");
  EXPECT_EQ(content(root, "dir/nested/deep"), "deep");
  EXPECT_EQ(content(root, "dir/link"), "contents");
  EXPECT_EQ(root.stat_at("dir/link", false)->type, FileType::symbolic_link);
  EXPECT_EQ(root.stat_at("empty", true)->type, FileType::directory);
  EXPECT_EQ(root.open("file", {.write = true}).error(), Errno::rofs);
  EXPECT_EQ(root.unlink("file").error(), Errno::rofs);
}

TEST(Archive, tar) {
  for (const std::string& archive : {tar_of(tree), gzip(tar_of(tree))}) {
    const DirectoryPtr root = open(archive);
    ASSERT_TRUE(root);
    expect_tree(*root);
    EXPECT_EQ(content(*root, "dir/twin"), "contents");
    EXPECT_EQ(root->stat_at("file", true)->links, 2u);
    EXPECT_EQ(root->stat_at("file", true)->modified, 7'000'000'000u);
    EXPECT_EQ(root->stat_at("empty", true)->modified, 9'000'000'000u);
    EXPECT_EQ(root->stat_at("dev", true).error(), Errno::noent);
  }
}

TEST(Archive, gzip_of_several_members) {
  const std::string whole = tar_of(tree);
  const DirectoryPtr root = open(gzip(whole.substr(0, 700)) + gzip(whole.substr(700)));
  ASSERT_TRUE(root);
  expect_tree(*root);
}

TEST(Archive, long_names) {
  const std::string name = "d/" + std::string(150, 'x');
  const DirectoryPtr root =
      open(tar_of({{.name = "././@LongLink", .content = name + '\0', .type = 'L'},
                   {.name = "short", .content = "gnu"},
                   {.name = "x",
                    .content = pax_record("path", name + "2") + pax_record("mtime", "12.5"),
                    .type = 'x'},
                   {.name = "short", .content = "pax"},
                   {.name = "plain", .content = "plain"}}));
  ASSERT_TRUE(root);
  EXPECT_EQ(content(*root, name), "gnu");
  EXPECT_EQ(content(*root, name + "2"), "pax");
  EXPECT_EQ(root->stat_at(name + "2", true)->modified, 12'500'000'000u);
  EXPECT_EQ(content(*root, "plain"), "plain");
}

TEST(Archive, a_later_file_replaces_an_earlier_one) {
  const DirectoryPtr root =
      open(tar_of({{.name = "a", .content = "1"}, {.name = "./a", .content = "2"}}));
  EXPECT_EQ(content(*root, "a"), "2");
}

TEST(Archive, zip) {
  const DirectoryPtr root =
      open(zip_of({{.name = "file", .content = "contents"},
                   {.name = "dir/nested/deep", .content = "deep", .deflated = true},
                   {.name = "dir/link", .content = "../file", .mode = 0120777},
                   {.name = "dev", .mode = 0060644},
                   {.name = "large", .content = "64", .zip64 = true},
                   {.name = "empty/", .mode = 0040755}}));
  ASSERT_TRUE(root);
  expect_tree(*root);
  EXPECT_EQ(content(*root, "large"), "64");
  EXPECT_EQ(root->stat_at("dev", true).error(), Errno::noent);
  // 2020-01-01
  EXPECT_EQ(root->stat_at("file", true)->modified, 1'577'836'800'000'000'000u);
  EXPECT_TRUE(open(zip_of({})));
}

TEST(Archive, links_lead_nowhere_outside) {
  const DirectoryPtr root = open(tar_of({{.name = "up", .type = '2', .link = "../../etc/passwd"},
                                         {.name = "abs", .type = '2', .link = "/etc/passwd"},
                                         {.name = "a", .type = '2', .link = "b"},
                                         {.name = "b", .type = '2', .link = "a"}}));
  ASSERT_TRUE(root);
  EXPECT_EQ(content(*root, "up"), "(notcapable)");
  EXPECT_EQ(content(*root, "abs"), "(notcapable)");
  EXPECT_EQ(content(*root, "a"), "(loop)");
}

struct Hostile {
  const char* name;
  std::string archive;
  ErrorKind kind;
  const char* message;
};

std::string damaged_header() {
  std::string archive = tar_of(tree);
  archive[512] ^= 1;
  return archive;
}

const std::vector<Hostile>& hostile() {
  constexpr auto malformed = ErrorKind::malformed;
  constexpr auto limit = ErrorKind::limit;
  const std::string large(2 << 20, '\0');
  std::string many;
  for (int i = 0; i < 200; ++i) many += tar_bytes(TarEntry{.name = "f" + std::to_string(i)});
  const std::string deep(4000, '/');
  static const std::vector<Hostile> rows{
      {"nothing", "", malformed, "empty"},
      {"no_archive", std::string(600, 'x'), malformed, "no .tar"},
      {"absolute", tar_of({{.name = "/etc/passwd"}}), malformed, "absolute"},
      {"dots", tar_of({{.name = "a/../../b"}}), malformed, ".."},
      {"dots_at_the_end", tar_of({{.name = "a/.."}}), malformed, ".."},
      {"through_a_link", tar_of({{.name = "d", .type = '2', .link = ".."}, {.name = "d/x"}}),
       malformed, "no directory"},
      {"through_a_file", tar_of({{.name = "d"}, {.name = "d/x"}}), malformed, "no directory"},
      {"file_over_directory", tar_of({{.name = "d", .type = '5'}, {.name = "d"}}), malformed,
       "twice"},
      {"directory_over_file", tar_of({{.name = "d"}, {.name = "d", .type = '5'}}), malformed,
       "twice"},
      {"hard_link_to_nothing", tar_of({{.name = "h", .type = '1', .link = "none"}}), malformed,
       "isn't there"},
      {"hard_link_out", tar_of({{.name = "h", .type = '1', .link = "../x"}}), malformed, ".."},
      {"hard_link_to_directory",
       tar_of({{.name = "d", .type = '5'}, {.name = "h", .type = '1', .link = "d"}}), malformed,
       "isn't there"},
      {"empty_link", tar_of({{.name = "l", .type = '2'}}), malformed, "link"},
      {"no_utf8", tar_of({{.name = "\xff"}}), malformed, "UTF-8"},
      {"long_component",
       tar_of({{.name = "x", .content = pax_record("path", std::string(300, 'n')), .type = 'x'},
               {.name = "x"}}),
       malformed, "too long"},
      {"nul_in_name",
       tar_of({{.name = "x", .content = pax_record("path", std::string("a\0b", 3)), .type = 'x'},
               {.name = "x"}}),
       malformed, "NUL"},
      {"bad_pax", tar_of({{.name = "x", .content = "99 path=a\n", .type = 'x'}}), malformed,
       "extended"},
      {"endless_pax", tar_of({{.name = "x", .content = "0 path=a\n", .type = 'x'}}), malformed,
       "extended"},
      {"huge_pax_size",
       tar_of({{.name = "x", .content = pax_record("size", "99999999999999999999"), .type = 'x'}}),
       malformed, "size"},
      {"sparse", tar_of({{.name = "s", .type = 'S'}}), malformed, "supported"},
      {"checksum", damaged_header(), malformed, "checksum"},
      {"truncated_content", tar_of(tree).substr(0, 1030), malformed, "early"},
      {"truncated_header", tar_of(tree).substr(0, 600), malformed, "early"},
      {"truncated_gzip", gzip(tar_of(tree)).substr(0, 60), malformed, "early"},
      {"damaged_gzip", gzip(tar_of(tree)).substr(0, 40) + "damage", malformed, "damaged"},
      {"too_large", tar_of({{.name = "x", .content = large}}), limit, "quota"},
      {"too_many", many, limit, "quota"},
      {"zip_absolute", zip_of({{.name = "/x"}}), malformed, "absolute"},
      {"zip_dots", zip_of({{.name = "../x"}}), malformed, ".."},
      {"zip_twice", zip_of({{.name = "x"}, {.name = "./x"}}), malformed, "twice"},
      {"zip_through_a_link",
       zip_of({{.name = "d", .content = "..", .mode = 0120777}, {.name = "d/x"}}), malformed,
       "no directory"},
      {"zip_smaller_than_said", zip_of({{.name = "x", .content = "1", .size_lie = 1}}), malformed,
       "size"},
      {"zip_larger_than_said",
       zip_of({{.name = "x", .content = "12", .deflated = true, .size_lie = 0xffffffff}}),
       malformed, "size"},
      {"zip_checksum", zip_of({{.name = "x", .content = "1", .crc_lie = 1}}), malformed,
       "checksum"},
      {"zip_encrypted", zip_of({{.name = "x", .flags = 1}}), malformed, "encrypted"},
      {"zip_method", zip_of({{.name = "x", .content = "1", .deflated = true, .method = 12}}),
       malformed, "supported"},
      {"zip_truncated", zip_of({{.name = "x", .content = "1"}}).substr(0, 60), malformed, "list"},
      {"zip_without_files", zip_of({{.name = "x"}}).substr(31), malformed, "no .tar"},
  };
  return rows;
}

class HostileArchive : public testing::TestWithParam<Hostile> {};

TEST_P(HostileArchive, is_refused) {
  const Hostile& row = GetParam();
  const auto opened = wasi::archive_directory(as_bytes_of(row.archive), small);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), row.kind) << opened.error().message();
  EXPECT_NE(opened.error().message().find(row.message), std::string::npos)
      << opened.error().message();
}

INSTANTIATE_TEST_SUITE_P(Each, HostileArchive, testing::ValuesIn(hostile()),
                         [](const auto& row) { return std::string(row.param.name); });

// 64 MiB that take little room in an archive.
TEST(Archive, bombs_meet_the_quota) {
  const std::string zeros(64 << 20, '\0');
  for (const std::string& bomb : {gzip(tar_of({{.name = "x", .content = zeros}})),
                                  gzip(tar_of({{.name = "x", .content = zeros, .type = '3'}})),
                                  zip_of({{.name = "x", .content = zeros, .deflated = true}})}) {
    const auto opened = wasi::archive_directory(as_bytes_of(bomb), small);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind(), ErrorKind::limit);
    EXPECT_NE(opened.error().message().find("quota"), std::string::npos);
  }
}

TEST(Archive, each_prefix_is_an_archive_or_an_error) {
  for (const std::string& whole :
       {tar_of(tree), gzip(tar_of(tree)),
        zip_of({{.name = "file", .content = "contents", .deflated = true}, {.name = "b"}})}) {
    const std::size_t step = whole.size() > 2000 ? 97 : 1;
    for (std::size_t size = 0; size < whole.size(); size += step) {
      const std::string part = whole.substr(0, size);
      const auto opened = wasi::archive_directory(as_bytes_of(part), small);
      if (!opened) {
        EXPECT_EQ(opened.error().kind(), ErrorKind::malformed);
      }
    }
  }
}

TEST(Archive, from_a_file) {
  const TemporaryDirectory tmp;
  tmp.write("a.tar", tar_of(tree));
  const auto root = wasi::archive_file((tmp.path() / "a.tar").string());
  ASSERT_TRUE(root);
  expect_tree(**root);
  EXPECT_EQ(wasi::archive_file((tmp.path() / "none").string()).error().kind(), ErrorKind::io);
}

}  // namespace
}  // namespace wrun::test
