// Config::relaxed_simd: what multiplications with additions give in every tier, with operands
// wherever they may be, compared with the C library's fma() and with a product and a sum.

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

template <class F>
using LanesOf = std::array<F, 16 / sizeof(F)>;

template <class F>
Val val_of(const LanesOf<F>& lanes) {
  V128 vector;
  std::memcpy(vector.bytes.data(), lanes.data(), 16);
  return Val(vector);
}
template <class F>
LanesOf<F> lanes_of(const Val& val) {
  const auto bits = val.bits();
  LanesOf<F> lanes;
  std::memcpy(lanes.data(), bits.data(), 16);
  return lanes;
}

/// Products and sums that are rounded, vanish but for what rounding takes off, or make NaNs.
template <class F>
std::vector<LanesOf<F>> madd_operands() {
  using Limits = std::numeric_limits<F>;
  const F a = 1 + Limits::epsilon();
  std::vector<F> numbers = {a,
                            -a * a,
                            F(1) / 3,
                            -3,
                            Limits::max(),
                            F(0),
                            F(-0.0),
                            Limits::denorm_min(),
                            Limits::infinity(),
                            Limits::quiet_NaN()};
  std::vector<LanesOf<F>> all;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    LanesOf<F>& lanes = all.emplace_back();
    for (std::size_t k = 0; k < lanes.size(); ++k) lanes[k] = numbers[(i + 3 * k) % numbers.size()];
  }
  return all;
}

/// What a relaxed instruction gives of three numbers.
template <class F>
F expected_madd(RelaxedSimd mode, bool negates, F a, F b, F c) {
  const F factor = negates ? -a : a;
  if (mode == RelaxedSimd::fused) return std::fma(factor, b, c);
  volatile F product = factor * b;
  return product + c;
}

template <class F>
constexpr const char* lane_shape = sizeof(F) == 4 ? "f32x4" : "f64x2";

template <class F>
std::string constant_text(const LanesOf<F>& lanes) {
  std::string text = "(v128.const i32x4";
  std::uint32_t words[4];
  std::memcpy(words, lanes.data(), 16);
  for (const std::uint32_t word : words) text += fmt::format(" {}", word);
  return text + ")";
}

/// How an instruction is used: an export, what its operands are, and what is done with the result.
struct MaddUse {
  const char* name;
  const char* body;  // {0}: the instruction; {1}, {2}, {3}: its operands as constants
};
/// Of parameters that are needed no more, or are; in memory, constant, in a loop, and where there
/// are too few registers. What is added to results, or put over them, is 0.
constexpr MaddUse madd_uses[] = {
    {"last", "({0} (local.get 0) (local.get 1) (local.get 2))"},
    {"temporary", "({0} (v128.not (v128.not (local.get 0))) (local.get 1) (local.get 2))"},
    {"kept",
     "({0} (local.get 0) (local.get 1) (local.get 2)) (call $look (local.get 0) "
     "(local.get 1) (local.get 2))"},
    {"keeps_factor",
     "({0} (local.get 0) (local.get 1) (local.get 2)) (call $look (local.get 0) "
     "(local.get 0) (local.get 0))"},
    {"keeps_other_factor",
     "({0} (local.get 0) (local.get 1) (local.get 2)) (call $look "
     "(local.get 1) (local.get 1) (local.get 1))"},
    {"keeps_addend",
     "({0} (local.get 0) (local.get 1) (local.get 2)) (call $look (local.get 2) "
     "(local.get 2) (local.get 2))"},
    {"factor_in_memory",
     "(call $put (local.get 0)) ({0} (v128.load (i32.const 16)) (local.get 1) "
     "(local.get 2))"},
    {"other_factor_in_memory",
     "(call $put (local.get 1)) ({0} (local.get 0) (v128.load (i32.const "
     "16)) (local.get 2))"},
    {"addend_in_memory",
     "(call $put (local.get 2)) ({0} (local.get 0) (local.get 1) (v128.load "
     "(i32.const 16)))"},
    {"factor_constant", "({0} {1} (local.get 1) (local.get 2))"},
    {"other_factor_constant", "({0} (local.get 0) {2} (local.get 2))"},
    {"addend_constant", "({0} (local.get 0) (local.get 1) {3})"},
    {"memory_and_constant",
     "(call $put (local.get 0)) ({0} (v128.load (i32.const 16)) (local.get "
     "1) {3})"},
    {"constants", "({0} {1} {2} {3})"},
    {"loop",
     "(local $i i32) (local $r v128) (loop $next (local.set $r ({0} (local.get 0) "
     "(local.get 1) (local.get 2))) (br_if $next (i32.lt_u (local.tee $i (i32.add "
     "(local.get $i) (i32.const 1))) (i32.const 20)))) (local.get $r)"}};

template <class F>
std::string module_using(const std::string& op, const LanesOf<F>& a, const LanesOf<F>& b,
                         const LanesOf<F>& c) {
  std::string text =
      "(module (memory 1) (func $look (param v128 v128 v128))"
      "(func $put (param v128) (v128.store (i32.const 16) (local.get 0)))";
  for (const MaddUse& use : madd_uses)
    text += fmt::format("(func (export \"{}\") (param v128 v128 v128) (result v128) {})", use.name,
                        fmt::format(fmt::runtime(use.body), op, constant_text<F>(a),
                                    constant_text<F>(b), constant_text<F>(c)));
  return text + ")";
}

Config relaxed_config(Tier tier, RelaxedSimd mode) {
  Config config = hot_config(tier);
  config.relaxed_simd = mode;
  return config;
}

class RelaxedVectors : public testing::TestWithParam<std::tuple<Tier, RelaxedSimd>> {
 protected:
  Tier tier() const { return std::get<0>(GetParam()); }
  RelaxedSimd mode() const { return std::get<1>(GetParam()); }

  template <class F>
  void expect_all(World& world, const std::string& op, bool negates, const LanesOf<F>& a,
                  const LanesOf<F>& b, const LanesOf<F>& c) {
    const Instance instance = world.instance(module_using<F>(op, a, b, c));
    for (const MaddUse& use : madd_uses)
      for (int turn = 0; turn < 3; ++turn) {
        const auto results =
            take(take(instance.func(use.name)).call({val_of<F>(a), val_of<F>(b), val_of<F>(c)}));
        const LanesOf<F> found = lanes_of<F>(results.at(0));
        for (std::size_t k = 0; k < found.size(); ++k) {
          const F expected = expected_madd(mode(), negates, a[k], b[k], c[k]);
          if (std::isnan(expected) && std::isnan(found[k])) continue;
          ASSERT_TRUE(found[k] == expected && std::signbit(found[k]) == std::signbit(expected))
              << use.name << " of " << op << std::hexfloat << " " << a[k] << " " << b[k] << " "
              << c[k] << " is " << found[k] << ", not " << expected;
        }
      }
  }

  template <class F>
  void compare() {
    World world(relaxed_config(tier(), mode()));
    const auto all = madd_operands<F>();
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j < all.size(); j += 3)
        for (const bool negates : {false, true}) {
          const std::string op =
              fmt::format("{}.relaxed_{}", lane_shape<F>, negates ? "nmadd" : "madd");
          expect_all<F>(world, op, negates, all[i], all[(i + j) % all.size()],
                        all[(i + 2 * j + 1) % all.size()]);
        }
  }
};

INSTANTIATE_TEST_SUITE_P(
    All, RelaxedVectors,
    testing::Combine(testing::Values(Tier::interpreter, Tier::automatic, Tier::compiler),
                     testing::Values(RelaxedSimd::deterministic, RelaxedSimd::fused)));

TEST_P(RelaxedVectors, OfFloatsAreAsConfigured) {
  compare<float>();
}

TEST_P(RelaxedVectors, OfDoublesAreAsConfigured) {
  compare<double>();
}

/// More vectors than registers, of which each is a factor and an addend.
TEST_P(RelaxedVectors, AreTheSameWhereRegistersAreFew) {
  constexpr int count = 24;
  std::string params, body = "(local.get 0)";
  for (int i = 0; i < count; ++i) {
    params += fmt::format(" (local $l{} v128)", i);
    body = fmt::format("(f64x2.relaxed_madd (local.get $l{}) {} (local.get $l{}))", i, body,
                       (i * 7 + 3) % count);
  }
  std::string sets;
  for (int i = 0; i < count; ++i)
    sets += fmt::format("(local.set $l{} (f64x2.splat (f64.load (i32.const {}))))", i, 8 * i);
  // Twice, so that all of them are needed after the first.
  const std::string text = fmt::format(
      R"((module (memory (export "memory") 1)
        (func (export "run") (param v128) (result v128){} {} (f64x2.add {} {})))
      )",
      params, sets, body, body);
  World world(relaxed_config(tier(), mode()));
  const Instance instance = world.instance(text);
  double numbers[count];
  for (int i = 0; i < count; ++i) numbers[i] = 1 + 1.0 / (3 + i);
  Memory memory = take(instance.memory("memory"));
  for (std::uint64_t i = 0; i < count; ++i) take(memory.write(8 * i, numbers[i]));
  double expected = 1.0 / 3;
  for (int i = 0; i < count; ++i)
    expected = expected_madd(mode(), false, numbers[i], expected, numbers[(i * 7 + 3) % count]);
  for (int turn = 0; turn < 3; ++turn) {
    const auto results =
        take(take(instance.func("run")).call({val_of<double>({1.0 / 3, 1.0 / 3})}));
    EXPECT_EQ(lanes_of<double>(results.at(0))[1], 2 * expected);
  }
}

TEST_P(RelaxedVectors, MakeCanonicalNansWhereThoseAre) {
  for (const bool is_deterministic : {false, true}) {
    Config config = relaxed_config(tier(), mode());
    config.canonical_nans = !is_deterministic;
    config.deterministic = is_deterministic;
    World world(config);
    const float infinity = std::numeric_limits<float>::infinity();
    const LanesOf<float> a = {infinity, -infinity, 0, 1}, b = {0, 1, 1, 1},
                         c = {1, infinity, -std::numeric_limits<float>::quiet_NaN(), 2};
    const Instance instance = world.instance(module_using<float>("f32x4.relaxed_madd", a, b, c));
    for (const MaddUse& use : madd_uses) {
      const auto results = take(take(instance.func(use.name))
                                    .call({val_of<float>(a), val_of<float>(b), val_of<float>(c)}));
      EXPECT_EQ(results.at(0).bits()[0], 0x7fc0'0000'7fc0'0000u) << use.name;
      EXPECT_EQ(results.at(0).bits()[1], 0x4040'0000'7fc0'0000u) << use.name;
    }
  }
}

}  // namespace
}  // namespace wrun::test
