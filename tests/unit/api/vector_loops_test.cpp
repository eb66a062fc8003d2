// Loops that the compiler puts loops over vectors in front of: what they return, where they trap,
// what they have written by then, in both tiers, at the edges of what vectors may do.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lib/api/inspect.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

constexpr std::uint32_t page = 65536;

/// A loop over `$to` and `$from` that turns `$n` times.
struct Shape {
  std::string name;
  std::string body;     ///< of a turn
  int step = 1;         ///< of $to and $from, in bytes
  std::string locals;   ///< more of them
  std::string results;  ///< and what is returned of them, added to an i64
};

std::string text_of(const Shape& shape, unsigned pages = 1) {
  return fmt::format(R"((module (memory (export "memory") {0} {0})
    (func (export "run") (param $to i32) (param $from i32) (param $n i32) (result i64) {1}
      (loop $next {2}
        (local.set $to (i32.add (local.get $to) (i32.const {3})))
        (local.set $from (i32.add (local.get $from) (i32.const {3})))
        (br_if $next (local.tee $n (i32.add (local.get $n) (i32.const -1)))))
      (i64.add
        (i64.mul (i64.extend_i32_u (local.get $to)) (i64.const 65537))
        (i64.add (i64.extend_i32_u (i32.xor (local.get $from) (local.get $n)))
                 {4})))))",
                     pages, shape.locals, shape.body, shape.step,
                     shape.results.empty() ? "(i64.const 0)" : shape.results);
}

/// Elements that are copied by one turn, in the order of the loop.
std::string copies(const std::string& load, const std::string& store, int width, int count,
                   bool goes_down = false, bool by_offset = false) {
  std::string body;
  for (int i = 0; i < count; ++i) {
    const int at = (goes_down ? count - 1 - i : i) * width;
    const auto place = [&](const char* pointer) {
      return by_offset ? fmt::format("offset={} (local.get {})", at, pointer)
                       : fmt::format("(i32.add (local.get {}) (i32.const {}))", pointer, at);
    };
    body += fmt::format("({} {} ({} {}))", store, place("$to"), load, place("$from"));
  }
  return body;
}

std::string computed(const std::string& width, const std::string& value) {
  return fmt::format("({0}.store{1} (local.get $to) {2})", width.substr(0, 3), width.substr(3),
                     value);
}

std::vector<Shape> shapes() {
  std::vector<Shape> all = {
      {"bytes", copies("i32.load8_u", "i32.store8", 1, 1), 1, "", ""},
      {"bytes_down", copies("i32.load8_u", "i32.store8", 1, 1), -1, "", ""},
      {"bytes_by_four", copies("i32.load8_s", "i32.store8", 1, 4), 4, "", ""},
      {"bytes_down_by_four", copies("i32.load8_u", "i32.store8", 1, 4, true), -4, "", ""},
      {"bytes_down_but_up", copies("i32.load8_u", "i32.store8", 1, 4), -4, "", ""},
      {"bytes_by_eight", copies("i64.load8_u", "i64.store8", 1, 8, false, true), 8, "", ""},
      {"halves", copies("i32.load16_u", "i32.store16", 2, 2), 4, "", ""},
      {"words", copies("i32.load", "i32.store", 4, 1), 4, "", ""},
      {"words_by_four", copies("i32.load", "i32.store", 4, 4), 16, "", ""},
      {"words_by_eight", copies("f32.load", "f32.store", 4, 8, false, true), 32, "", ""},
      {"words_down_by_eight", copies("i32.load", "i32.store", 4, 8, true), -32, "", ""},
      {"longs", copies("i64.load", "i64.store", 8, 1), 8, "", ""},
      {"longs_by_four", copies("i64.load", "i64.store", 8, 4), 32, "", ""},
      {"longs_by_eight", copies("f64.load", "f64.store", 8, 8), 64, "", ""},
      {"low_words", copies("i64.load32_u", "i64.store32", 4, 2), 8, "", ""}};
  // All that a turn stores, loaded before.
  all.push_back({"loaded_first",
                 "(local.set $x (i64.load (local.get $from)))"
                 "(local.set $y (i64.load offset=8 (local.get $from)))"
                 "(local.set $z (i64.load offset=16 (local.get $from)))"
                 "(local.set $w (i64.load offset=24 (local.get $from)))"
                 "(i64.store (local.get $to) (local.get $x))"
                 "(i64.store offset=8 (local.get $to) (local.get $y))"
                 "(i64.store offset=16 (local.get $to) (local.get $z))"
                 "(i64.store offset=24 (local.get $to) (local.get $w))",
                 32, "(local $x i64) (local $y i64) (local $z i64) (local $w i64)",
                 "(local.get $w)"});
  all.push_back({"exchanged",
                 "(i64.store offset=8 (local.get $to) (i64.load offset=8 (local.get $from)))"
                 "(i64.store (local.get $to) (i64.load (local.get $from)))",
                 16, "", ""});
  all.push_back({"last_but_one_last",
                 "(local.set $x (i32.load (local.get $from)))"
                 "(local.set $y (i32.load offset=4 (local.get $from)))"
                 "(i32.store offset=12 (local.get $to) (i32.load offset=12 (local.get $from)))"
                 "(i32.store offset=8 (local.get $to) (i32.load offset=8 (local.get $from)))"
                 "(i32.store (local.get $to) (local.get $x))"
                 "(i32.store offset=4 (local.get $to) (local.get $y))",
                 16, "(local $x i32) (local $y i32)", ""});
  all.push_back({"carried_from_stores",
                 "(i32.store (local.get $to) (local.get $x))"
                 "(local.set $x (i32.load (local.get $from)))",
                 4, "(local $x i32)", "(i64.extend_i32_u (local.get $x))"});
  all.push_back({"fill", "(i32.store8 (local.get $to) (local.get $from))", 1, "", ""});
  all.back().body =
      "(i64.store (local.get $to) (i64.const 0x0102030405060708))"
      "(i64.store offset=24 (local.get $to) (i64.const 0x0102030405060708))"
      "(i64.store offset=8 (local.get $to) (i64.const 0x0102030405060708))"
      "(i64.store offset=16 (local.get $to) (i64.const 0x0102030405060708))";
  all.back().step = 32;
  const std::string x8 = "(i32.load8_u (local.get $from))";
  const std::string x16 = "(i32.load16_s (local.get $from))";
  const std::string x32 = "(i32.load (local.get $from))";
  const std::string y32 = "(i32.load (local.get $to))";
  const std::string x64 = "(i64.load (local.get $from))";
  const std::string f32 = "(f32.load (local.get $from))";
  const std::string f64 = "(f64.load (local.get $from))";
  const auto add = [&](const char* name, int step, const std::string& width,
                       const std::string& value) {
    all.push_back({name, computed(width, value), step, "(local $x i32) (local $l i64)", ""});
  };
  add("inverted", 1, "i328", "(i32.xor " + x8 + " (i32.const 0x5a))");
  add("shifted_bytes", -1, "i328", "(i32.shl (i32.sub " + x8 + " (local.get $x)) (i32.const 3))");
  add("bytes_shifted_out", 1, "i328", "(i32.shr_u " + x8 + " (i32.const 3))");
  add("products_of_halves", 2, "i3216",
      "(i32.mul (i32.add " + x16 + " (local.get $x)) " + x16 + ")");
  add("sums_in_place", 4, "i32", "(i32.add " + y32 + " (i32.mul (i32.const 3) " + x32 + "))");
  add("shifts", 4, "i32",
      "(i32.or (i32.shr_s " + x32 + " (i32.const 3)) (i32.shl " + x32 + " (i32.const 29)))");
  add("shifts_right", -4, "i32",
      "(i32.and (i32.shr_u " + x32 + " (i32.const 7)) (i32.sub " + y32 + " (i32.const 1)))");
  add("long_sums", 8, "i64", "(i64.sub (i64.shl " + x64 + " (i64.const 5)) (local.get $l))");
  add("long_shifts", 8, "i64", "(i64.shr_u " + x64 + " (i64.const 33))");
  add("narrowed", 4, "i6432", "(i64.mul (i64.extend_i32_s " + x32 + ") (i64.const 77))");
  add("floats", 4, "f32",
      "(f32.div (f32.add " + f32 + " (f32.const 3)) (f32.mul (f32.const 0.5) " + f32 + "))");
  add("doubles", -8, "f64", "(f64.sub (f64.mul " + f64 + " (f64.const 3)) " + f64 + ")");
  // A turn takes what the one before loaded.
  all.push_back({"carried",
                 "(i32.store (local.get $to) (i32.or (i32.shl (local.tee $y (i32.load (local.get "
                 "$from))) (i32.const 8)) (i32.shr_u (local.get $x) (i32.const 24))))"
                 "(local.set $x (local.get $y))",
                 4, "(local $x i32) (local $y i32)", "(i64.extend_i32_u (local.get $x))"});
  all.push_back({"carried_down",
                 "(i64.store (local.get $to) (i64.add (local.tee $y (i64.load (local.get $from))) "
                 "(local.get $x)))"
                 "(local.set $x (local.get $y))",
                 -8, "(local $x i64) (local $y i64)", "(local.get $x)"});
  all.push_back({"carried_by_four", "", 16, "(local $x i32) (local $y i32)",
                 "(i64.extend_i32_u (local.get $x))"});
  for (int i = 0; i < 4; ++i)
    all.back().body += fmt::format(
        "(i32.store offset={0} (local.get $to) (i32.or (i32.shl (local.tee $y (i32.load offset={0} "
        "(local.get $from))) (i32.const 16)) (i32.shr_u (local.get $x) (i32.const 16))))"
        "(local.set $x (local.get $y))",
        4 * i);
  return all;
}

class Runner {
 public:
  explicit Runner(const Config& config, const Shape& shape, unsigned pages = 1)
      : world_(config), instance_(world_.instance(text_of(shape, pages))) {
    const auto memory = take(instance_.memory("memory"));
    bytes_ = take(memory.span());
  }

  /// Of some bytes of the memory that all are known to be in.
  std::span<std::uint8_t> bytes() const { return bytes_; }

  std::string run(std::uint32_t to, std::uint32_t from, std::uint32_t n) {
    auto run = take(instance_.typed<int64_t(uint32_t, uint32_t, uint32_t)>("run"));
    const auto result = run(to, from, n);
    if (result) return fmt::format("{:x}", static_cast<std::uint64_t>(*result));
    const auto* details = result.error().details();
    if (details == nullptr || details->backtrace.empty()) return result.error().message();
    return fmt::format("{} at {:x}, {:x}", result.error().message(),
                       details->backtrace.front().offset, details->address.value_or(0));
  }

  World& world() { return world_; }

 private:
  World world_;
  Instance instance_;
  std::span<std::uint8_t> bytes_;
};

void fill(std::span<std::uint8_t> bytes) {
  std::uint32_t state = 12345;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525 + 1013904223;
    // No floats that aren't numbers.
    byte = static_cast<std::uint8_t>(state >> 24 & 0x77);
  }
}

std::vector<std::uint8_t> pattern() {
  std::vector<std::uint8_t> made(page);
  fill(made);
  return made;
}

Config config_of(Tier tier) {
  Config config;
  config.tier = tier;
  return config;
}

class VectorLoops : public testing::TestWithParam<Shape> {
 protected:
  /// Both did the same.
  void expect_same(Runner& a, Runner& b, std::uint32_t to, std::uint32_t from, std::uint32_t n) {
    static const std::vector<std::uint8_t> initial = pattern();
    std::copy(initial.begin(), initial.end(), a.bytes().begin());
    std::copy(initial.begin(), initial.end(), b.bytes().begin());
    const std::string expected = a.run(to, from, n);
    const std::string found = b.run(to, from, n);
    ASSERT_EQ(expected, found) << to << " " << from << " " << n;
    ASSERT_TRUE(std::equal(a.bytes().begin(), a.bytes().begin() + page, b.bytes().begin()))
        << to << " " << from << " " << n;
  }

  static std::uint32_t middle() { return page / 2 + 5; }
  int step() const { return GetParam().step; }
  /// So that `bytes` end at an address.
  std::uint32_t before(std::uint32_t end, std::uint32_t turns) const {
    const auto size = static_cast<std::uint32_t>(step() < 0 ? -step() : step());
    return step() < 0 ? end - size : end - size * turns;
  }
};

INSTANTIATE_TEST_SUITE_P(Shapes, VectorLoops, testing::ValuesIn(shapes()),
                         [](const auto& test) { return test.param.name; });

TEST_P(VectorLoops, AreMadeOfWhatFits) {
  // Stored before what might be the same is loaded; made of bits that elements don't have.
  constexpr std::string_view scalar[] = {"bytes_down_but_up", "exchanged", "last_but_one_last",
                                         "carried_from_stores", "bytes_shifted_out"};
  const bool is_vector =
      std::find(std::begin(scalar), std::end(scalar), GetParam().name) == std::end(scalar);
  for (const bool plain : {true, false}) {
    Config config = config_of(Tier::compiler);
    if (!plain) {
      config.fuel = true;
      config.memory_checks = MemoryChecks::explicit_checks;
    }
    World world(config);
    const auto graph = take(api::compiler_graph(world.module(text_of(GetParam())), 0));
    EXPECT_EQ(graph.find("v128.store") != std::string::npos, is_vector) << graph;
  }
}

TEST_P(VectorLoops, OverlapInBothDirections) {
  Runner interpreted(config_of(Tier::interpreter), GetParam());
  Runner compiled(config_of(Tier::compiler), GetParam());
  for (int distance = -67; distance <= 67; ++distance) {
    for (const std::uint32_t n : {1u, 2u, 3u, 8u, 9u, 33u, 65u, 100u}) {
      expect_same(interpreted, compiled, middle(), middle() + static_cast<unsigned>(distance), n);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(VectorLoops, TurnAsOftenAsTheyShould) {
  Config uninterruptible = config_of(Tier::compiler);
  uninterruptible.interruptible = false;
  Runner interpreted(config_of(Tier::interpreter), GetParam());
  Runner compiled(config_of(Tier::compiler), GetParam());
  Runner never_asking(uninterruptible, GetParam());
  for (std::uint32_t n = 1; n <= 140; ++n) {
    expect_same(interpreted, compiled, middle(), middle() + 10000, n);
    expect_same(interpreted, never_asking, middle(), middle() - 10001, n);
    if (HasFatalFailure()) return;
  }
  // As good as without end.
  expect_same(interpreted, compiled, middle(), middle() + 10000, 0);
}

TEST_P(VectorLoops, EndWhereTheMemoryEnds) {
  Runner interpreted(config_of(Tier::interpreter), GetParam());
  Runner compiled(config_of(Tier::compiler), GetParam());
  for (const std::uint32_t n : {1u, 16u, 33u, 64u, 100u}) {
    for (int beyond = -3; beyond <= 34; ++beyond) {
      const std::uint32_t end = before(page, n) + static_cast<std::uint32_t>(beyond);
      expect_same(interpreted, compiled, end, middle(), n);
      expect_same(interpreted, compiled, middle(), end, n);
      // Below zero, or from there.
      const auto all = static_cast<std::uint32_t>(step()) * n;
      const auto low = step() < 0 ? 0 - all + static_cast<std::uint32_t>(step()) -
                                        static_cast<std::uint32_t>(beyond)
                                  : 0 - static_cast<std::uint32_t>(beyond);
      expect_same(interpreted, compiled, low, middle(), n);
      expect_same(interpreted, compiled, middle(), low, n);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(VectorLoops, CheckMemoryExplicitly) {
  Config config = config_of(Tier::compiler);
  config.memory_checks = MemoryChecks::explicit_checks;
  Runner interpreted(config_of(Tier::interpreter), GetParam());
  Runner compiled(config, GetParam());
  for (const std::uint32_t n : {1u, 33u, 100u}) {
    for (const int distance : {-40, -16, -3, 0, 1, 8, 16, 31, 1000})
      expect_same(interpreted, compiled, middle(), middle() + static_cast<unsigned>(distance), n);
    for (int beyond = -1; beyond <= 1; ++beyond)
      expect_same(interpreted, compiled, before(page, n) + static_cast<unsigned>(beyond), middle(),
                  n);
    if (HasFatalFailure()) return;
  }
}

TEST_P(VectorLoops, SpendTheSameFuel) {
  const auto config = [](Tier tier) {
    Config made = config_of(tier);
    made.fuel = true;
    return made;
  };
  Runner interpreted(config(Tier::interpreter), GetParam());
  Runner compiled(config(Tier::compiler), GetParam());
  for (std::uint64_t fuel = 0; fuel < 700; fuel += fuel < 100 ? 1 : 13) {
    take(interpreted.world().store.limits({.fuel = fuel}));
    take(compiled.world().store.limits({.fuel = fuel}));
    expect_same(interpreted, compiled, middle(), middle() + 2000, 40);
    ASSERT_EQ(take(interpreted.world().store.fuel()), take(compiled.world().store.fuel()));
  }
}

/// The first call goes on in machine code after a few turns.
TEST_P(VectorLoops, AreEnteredInTheMiddle) {
  Runner interpreted(config_of(Tier::interpreter), GetParam());
  for (const std::uint32_t turns : {2u, 7u, 50u}) {
    for (const int distance : {-33, -1, 0, 3, 16, 500}) {
      Config config = config_of(Tier::automatic);
      config.hot_after = turns;
      Runner entering(config, GetParam());
      expect_same(interpreted, entering, middle(), middle() + static_cast<unsigned>(distance), 120);
      if (HasFatalFailure()) return;
    }
    Config config = config_of(Tier::automatic);
    config.hot_after = turns;
    Runner entering(config, GetParam());
    expect_same(interpreted, entering, before(page, 100) + 7, middle(), 100);
  }
}

TEST_P(VectorLoops, WrapAroundWithTheirIndices) {
  constexpr unsigned all_pages = 65536;
  constexpr std::uint64_t window = 8192;
  Runner interpreted(config_of(Tier::interpreter), GetParam(), all_pages);
  Runner compiled(config_of(Tier::compiler), GetParam(), all_pages);
  const auto ends = [&](Runner& runner) {
    const auto bytes = runner.bytes();
    std::vector<std::uint8_t> seen(bytes.begin(), bytes.begin() + window);
    seen.insert(seen.end(), bytes.end() - window, bytes.end());
    return seen;
  };
  for (const std::uint32_t n : {33u, 100u}) {
    for (int beyond = -2; beyond <= 40; beyond += 3) {
      for (const bool is_to : {false, true}) {
        const std::uint32_t around = step() < 0 ? static_cast<std::uint32_t>(beyond) + 50
                                                : 0u - static_cast<std::uint32_t>(beyond) - 50;
        for (Runner* runner : {&interpreted, &compiled}) {
          fill(runner->bytes().first(window));
          fill(runner->bytes().last(window));
        }
        const std::uint32_t to = is_to ? around : around + 300;
        const std::uint32_t from = is_to ? around + 300 : around;
        ASSERT_EQ(interpreted.run(to, from, n), compiled.run(to, from, n)) << to << " " << n;
        ASSERT_EQ(ends(interpreted), ends(compiled)) << to << " " << from << " " << n;
      }
    }
  }
}

}  // namespace
}  // namespace wrun::test
