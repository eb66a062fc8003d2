// Every row of path_rows.hpp: refused with the errno that native openat2 gives, on both ways of
// resolving; and without protection it succeeds.

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <set>

#include "tests/wasi/escape/path_rows.hpp"
#include "tests/wasi/escape/verbs.hpp"
#include "tests/wasi/escape/world.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;

struct Row {
  std::string name;
  const Verb* verb;
  std::string setup;
  std::string path;
  int native;
  std::uint32_t fd;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const Way& way : ways) {
    for (const Verb& each : verbs()) {
      all.push_back({std::string(way.name) + "_" + each.name, &each, way.setup,
                     std::string(way.prefix) + each.leaf, way.native, way.fd});
    }
  }
  for (const Attempt& each : attempts) {
    all.push_back({each.name, &verb(each.verb), each.setup, each.path, each.native, each.fd});
  }
  return all;
}

Errno expected(int native) {
  return native == EXDEV ? Errno::perm : wasi::from_host_errno(native);
}

/// Worlds for one row after the other. As long as nothing succeeds in them, they stay as they are.
class Worlds {
 public:
  const World& with(const std::string& setup, bool fresh) {
    if (!world_ || fresh || setup != setup_) {
      world_.emplace();
      world_->prepare(setup);
      setup_ = setup;
    }
    return *world_;
  }

 private:
  std::optional<World> world_;
  std::string setup_;
};

class Paths : public testing::TestWithParam<Backend> {};

TEST_P(Paths, every_attempt) {
  Worlds worlds;
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name + " " + row.path);
    const World& world = worlds.with(row.setup, GetParam() == Backend::unprotected);
    Guest guest(world.config(GetParam()));
    const std::string before = world.surroundings();
    const Errno result = row.verb->attempt(guest, row.fd, world.expand(row.path));
    const bool got_out = world.surroundings() != before || world.is_known_to(guest);
    if (GetParam() == Backend::unprotected) {
      EXPECT_EQ(wasi::text(result), wasi::text(Errno::success));
      EXPECT_TRUE(got_out);
    } else {
      EXPECT_EQ(wasi::text(result), wasi::text(expected(row.native)));
      EXPECT_FALSE(got_out);
      EXPECT_EQ(guest.context().usage().open_files, 0u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(backends, Paths,
                         testing::Values(Backend::kernel, Backend::walk, Backend::unprotected),
                         [](const auto& backend) { return name_of(backend.param); });

TEST(PathRows, there_are_more_than_a_hundred_under_different_names) {
  std::set<std::string> names;
  for (const Row& row : rows()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
  EXPECT_GT(names.size(), 100u);
  RecordProperty("rows", static_cast<int>(names.size()));
}

TEST(PathRows, name_what_openat2_says) {
  Worlds worlds;
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name + " " + row.path);
    const World& world = worlds.with(row.setup, false);
    const std::string granted = row.fd == 6   ? "/proc/self"
                                : row.fd == 7 ? "/dev"
                                              : world.inside().string();
    const int directory = ::open(granted.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int native = native_lookup(*row.verb, directory, world.expand(row.path));
    ::close(directory);
    if (native == ENOSYS) GTEST_SKIP() << "no openat2 here";
    EXPECT_EQ(native, row.native) << std::strerror(native);
  }
}

}  // namespace
}  // namespace wrun::test
