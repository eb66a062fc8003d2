// Functions as large as generators make them: compiled, or interpreted and said why; the results
// are the interpreter's.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "lib/api/inspect.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// Sanitizers and debug builds, which verify what they make, take one part in so many.
#if defined(WRUN_SANITIZED) || !defined(NDEBUG)
constexpr int one_part_in = 10;
#else
constexpr int one_part_in = 1;
#endif

using Piece = std::function<std::string(int)>;

/// A function `f` of a number, which adds to $sum in `count` pieces.
std::string of_pieces(int count, const Piece& piece, const std::string& locals = "") {
  std::string text =
      R"((module (memory 1) (func $g (param i32) (result i32) (i32.popcnt (local.get 0)))
    (func (export "f") (param i32) (result i32) (local $sum i32) )" +
      locals;
  for (int i = 0; i < count; ++i) text += piece(i);
  return text + "(local.get $sum)))";
}

std::string number(int n) {
  return std::to_string(n);
}

/// Why its functions stay interpreted; "" if they don't.
std::string compile(const std::string& text) {
  World compiled(hot_config(Tier::compiler));
  if (compiled.engine.info().tier == "interpreter") return "";
  World interpreted(hot_config(Tier::interpreter));
  const Instance instance = compiled.instance(text);
  const auto f = take(instance.typed<int32_t(int32_t)>("f"));
  const auto expected = take(interpreted.instance(text).typed<int32_t(int32_t)>("f"));
  for (const int32_t n : {0, 1, 77}) EXPECT_EQ(take(f(n)), take(expected(n)));
  const auto counts = api::compiled_functions(take(instance.module()));
  return counts.interpreted.empty() ? "" : counts.interpreted.front().second;
}

TEST(LargeFunctions, OfAMebibyte) {
  const auto piece = [](int i) {
    return "(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 5)) (i32.load offset=" +
           number(i % 60000) +
           " (i32.and (local.get $sum) (i32.const 255)))))"
           "(i32.store offset=" +
           number(i * 4 % 60000) + " (local.get 0) (local.get $sum))";
  };
  EXPECT_EQ(compile(of_pieces(48'000 / one_part_in, piece)), "");
}

TEST(LargeFunctions, WithManyBlocks) {
  const auto piece = [](int) {
    return "(block (br_if 0 (local.get 0)) (local.set $sum (i32.add (local.get $sum) (i32.const "
           "1))))";
  };
  EXPECT_EQ(compile(of_pieces(100'000 / one_part_in, piece)), "");
}

TEST(LargeFunctions, WithManyLoops) {
  const auto piece = [](int) {
    return "(local.set $i (i32.const 3)) (loop (local.set $sum (i32.add (local.get $sum) "
           "(local.get $i)))"
           " (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))";
  };
  EXPECT_EQ(compile(of_pieces(30'000 / one_part_in, piece, "(local $i i32)")), "");
}

TEST(LargeFunctions, WithManyValuesAtOnce) {
  const auto piece = [](int i) { return "(i32.load offset=" + number(i) + " (local.get 0))"; };
  std::string adds;
  for (int i = 1; i < 20'000; ++i) adds += "i32.add ";
  std::string text = of_pieces(20'000, piece);
  text.insert(text.rfind("(local.get $sum)"), adds + "(local.set $sum)");
  EXPECT_EQ(compile(text), "");
}

/// Of the shortest instructions there are.
TEST(LargeFunctions, OfFencesAndCalls) {
  for (const int calls : {1, 2, 3}) {
    const auto piece = [calls](int i) {
      const std::string call = "(drop (call $g (local.get 0)))";
      return "(atomic.fence)(atomic.fence)" + (i % calls == 0 ? call : "");
    };
    Config config = hot_config(Tier::interpreter);
    config.features = config.features.with(Feature::threads);
    World world(config);
    const Instance instance = world.instance(of_pieces(5000, piece));
    EXPECT_EQ(take(take(instance.typed<int32_t(int32_t)>("f"))(1)), 0);
  }
}

TEST(LargeFunctions, WithManyLocals) {
  std::string locals = "(local ";
  for (int i = 0; i < 49'990; ++i) locals += "i32 ";
  const auto piece = [](int) {
    return "(local.set 49991 (local.get 0)) (local.set $sum (local.get 49991))";
  };
  EXPECT_EQ(
      compile(of_pieces(1, piece, locals + ")")),
      World(hot_config(Tier::compiler)).engine.info().tier == "interpreter" ? "" : "49992 locals");
}

TEST(LargeFunctions, BeyondTheBound) {
  const auto piece = [](int i) {
    return "(i32.store offset=" + number(i * 4 % 60000) + " (local.get 0) (local.get $sum))";
  };
  const std::string reason = compile(of_pieces(250'000 / one_part_in, piece));
  if (!reason.empty()) {
    EXPECT_NE(reason.find(" bytes, and at most 2097152 are compiled"), reason.npos) << reason;
  }
}

// Sanitizers map memory in their own ways.
#ifndef WRUN_SANITIZED
/// While one lives, there is a mebibyte of memory to be had, in pieces.
class NoMoreMemory {
 public:
  NoMoreMemory() {
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    getrlimit(RLIMIT_AS, &before_);
    rlimit tight = before_;
    tight.rlim_cur = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) + (4 << 20);
    setrlimit(RLIMIT_AS, &tight);
    // What was freed before would do.
    constexpr std::size_t piece = 64 << 10;
    while (auto* taken = static_cast<Taken*>(std::malloc(piece))) {
      taken->before = last_;
      last_ = taken;
    }
    for (int i = 0; i < 16; ++i) free_last();
  }
  NoMoreMemory(const NoMoreMemory&) = delete;
  NoMoreMemory& operator=(const NoMoreMemory&) = delete;
  ~NoMoreMemory() {
    while (last_ != nullptr) free_last();
    setrlimit(RLIMIT_AS, &before_);
  }

 private:
  struct Taken {
    Taken* before;
  };
  void free_last() {
    if (Taken* gone = last_; gone != nullptr) {
      last_ = gone->before;
      std::free(gone);
    }
  }

  rlimit before_{};
  Taken* last_ = nullptr;
};

TEST(LargeFunctions, AreNamedForWantOfMemoryUntilThereIsSome) {
  Config config = hot_config(Tier::automatic);
  config.hot_after = 2;
  World world(config);
  if (world.engine.info().tier == "interpreter") GTEST_SKIP() << world.engine.info().tier_reason;
  const auto piece = [](int i) {
    return "(local.set $sum (i32.add (local.get $sum) (i32.load offset=" + number(i % 60000) +
           " (local.get 0))))";
  };
  const Instance instance = world.instance(of_pieces(40'000, piece));
  const auto f = take(instance.typed<int32_t(int32_t)>("f"));
  const Module module = take(instance.module());
  EXPECT_EQ(take(f(0)), 0);
  {
    const NoMoreMemory none;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(take(f(0)), 0);
  }
  const auto without = api::compiled_functions(module);
  EXPECT_EQ(without.functions, 0u);
  ASSERT_EQ(without.interpreted.size(), 1u);
  EXPECT_EQ(without.interpreted[0].first, 1u);
  EXPECT_EQ(without.interpreted[0].second, "the system refuses memory");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(take(f(0)), 0);
  const auto with = api::compiled_functions(module);
  EXPECT_EQ(with.functions, 1u);
  EXPECT_TRUE(with.interpreted.empty());
}
#endif

}  // namespace
}  // namespace wrun::test
