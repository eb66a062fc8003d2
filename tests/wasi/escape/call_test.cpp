// Every row of call_rows.hpp is refused with its errno on both ways of resolving, and its harmless
// twin succeeds; nothing around inside/ is changed or known, and nothing is left open or allocated.

#include <algorithm>
#include <set>

#include "tests/wasi/escape/call_rows.hpp"
#include "tests/wasi/escape/world.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;

struct Group {
  const char* name;
  std::span<const CallRow> (*rows)();
};

constexpr Group groups[] = {{"memory", memory_rows},
                            {"names", name_rows},
                            {"numbers", number_rows},
                            {"grants", grant_rows}};

void PrintTo(const Group& group, std::ostream* stream) {
  *stream << group.name;
}

wasi::Config config(const World& world, Backend backend) {
  return world.config(backend)
      .args({"prog", "argument"})
      .env("NAME", "value")
      .clock(wasi::system_clock)
      .random(wasi::seeded_random(1))
      .bounds({.random_bytes = 65536});
}

class Calls : public testing::TestWithParam<std::tuple<Group, Backend>> {};

TEST_P(Calls, are_refused) {
  const auto& [group, backend] = GetParam();
  for (const CallRow& row : group.rows()) {
    SCOPED_TRACE(row.name);
    const World world;
    Guest guest(config(world, backend));
    const std::string before = world.surroundings();
    EXPECT_EQ(wasi::text(row.attempt(guest)), wasi::text(row.expected));
    EXPECT_EQ(world.surroundings(), before);
    EXPECT_FALSE(guest.remembers(secret));
    EXPECT_LE(guest.context().usage().open_files, 1u);
  }
}

TEST_P(Calls, succeed_without_the_mischief) {
  const auto& [group, backend] = GetParam();
  for (const CallRow& row : group.rows()) {
    SCOPED_TRACE(row.name);
    const World world;
    Guest guest(config(world, backend));
    EXPECT_EQ(wasi::text(row.twin(guest)), wasi::text(Errno::success));
  }
}

INSTANTIATE_TEST_SUITE_P(rows, Calls,
                         testing::Combine(testing::ValuesIn(groups),
                                          testing::Values(Backend::kernel, Backend::walk)),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) + "_" +
                                  name_of(std::get<1>(row.param));
                         });

TEST(CallRows, have_different_names) {
  std::set<std::string> names;
  for (const Group& group : groups) {
    for (const CallRow& row : group.rows()) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
    }
  }
  EXPECT_GT(names.size(), 100u);
}

}  // namespace
}  // namespace wrun::test
