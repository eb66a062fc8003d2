// Config::canonical_nans: what instructions make of numbers and of NaNs with all sorts of bits, in
// every tier, with operands and results in all places; compared with what they make without it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "lib/wasm/new_nan.hpp"
#include "lib/wasm/opcode.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using wasm::NewNan;
using wasm::Op;

constexpr std::uint32_t canonical_32 = 0x7fc0'0000;
constexpr std::uint64_t canonical_64 = 0x7ff8'0000'0000'0000;

/// Quiet and signalling ones of either sign, and numbers that make others.
constexpr std::uint32_t bits_32[] = {0xffc1'2345, 0x7f80'0001, 0xff80'0001, canonical_32,
                                     0xffc0'0000, 0x7fff'ffff, 0x7f80'0000, 0xff80'0000,
                                     0x0000'0000, 0x8000'0000, 0x3fc0'0000, 0xbf80'0000};
constexpr std::uint64_t bits_64[] = {
    0xfff8'1234'5678'9abc, 0x7ff0'0000'0000'0001, 0xfff0'0000'0000'0001, canonical_64,
    0xfff8'0000'0000'0000, 0x7fff'ffff'ffff'ffff, 0x7ff0'0000'0000'0000, 0xfff0'0000'0000'0000,
    0x0000'0000'0000'0000, 0x8000'0000'0000'0000, 0x3ff8'0000'0000'0000, 0xbff0'0000'0000'0000};
constexpr std::size_t value_count = std::size(bits_32);
static_assert(value_count == std::size(bits_64));

/// A value of the type of that letter; of vectors the lanes differ.
Val nan_value(char letter, std::size_t i, bool is_of_doubles) {
  const auto at = [](std::size_t lane, std::size_t from) {
    return (from + 5 * lane) % value_count;
  };
  switch (letter) {
    case 'f':
      return Val::f32_bits(bits_32[i]);
    case 'F':
      return Val::f64_bits(bits_64[i]);
    case 'i':
      return Val(bits_32[i]);
    case 'I':
      return Val(bits_64[i]);
    default: {
      V128 vector;
      for (std::size_t lane = 0; lane < (is_of_doubles ? 2u : 4u); ++lane) {
        if (is_of_doubles) {
          std::memcpy(&vector.bytes[8 * lane], &bits_64[at(lane, i)], 8);
        } else {
          std::memcpy(&vector.bytes[4 * lane], &bits_32[at(lane, i)], 4);
        }
      }
      return Val(vector);
    }
  }
}

std::string letter_type(char letter) {
  switch (letter) {
    case 'f':
      return "f32";
    case 'F':
      return "f64";
    case 'i':
      return "i32";
    case 'I':
      return "i64";
    default:
      return "v128";
  }
}

/// The local of that number, where an instruction finds it in a slot, or in an accumulator.
std::string operand_of(char letter, std::size_t i, bool in_acc) {
  const std::string local = fmt::format("(local.get {})", i);
  if (!in_acc || letter == 'i' || letter == 'I') return local;
  const std::string negate = letter == 'v' ? "v128.not" : letter_type(letter) + ".neg";
  return fmt::format("({0} ({0} {1}))", negate, local);
}

/// Exports that do an instruction on their parameters: at once and with what is in accumulators, on
/// a constant, into a local, and many times into memory.
std::string module_doing(const wasm::OpInfo& info) {
  const std::string_view params = info.params();
  std::string types, slots, accs;
  for (std::size_t i = 0; i < params.size(); ++i) {
    types += " " + letter_type(params[i]);
    slots += " " + operand_of(params[i], i, false);
    accs += " " + operand_of(params[i], i, i == 0);
  }
  const std::string op(info.text());
  const std::string result = letter_type(info.results()[0]);
  const std::string head = fmt::format("(param{}) (result {})", types, result);
  std::string text = fmt::format("(module (memory (export \"memory\") 1) (func $nothing)");
  const auto function = [&](std::string_view name, std::string_view body) {
    text += fmt::format("(func (export \"{}\") {} (local $r {}) {})", name, head, result, body);
  };
  function("slots", fmt::format("({}{})", op, slots));
  function("accs", fmt::format("({}{})", op, accs));
  function("local", fmt::format("(local.set $r ({}{})) (local.get $r)", op, slots));
  function("kept", fmt::format("({}{}) (call $nothing)", op, slots));
  if (params.size() == 2 && params[1] != 'v') {
    const std::string last =
        operand_of(params[0], 0, true) + " (local.get 1)";  // the second one in an accumulator, too
    function("last", fmt::format("({} (local.get 0) {})", op, operand_of(params[1], 1, true)));
    function("both", fmt::format("({} {})", op, last));
  }
  const std::string store = fmt::format("({}.store (local.get $i) ({}{}))", result, op, slots);
  text += fmt::format(
      R"((func (export "loop") (param{0}) (result {1}) (local $i i32)
        (loop $next {2}
          (local.set $i (i32.add (local.get $i) (i32.const 16)))
          (br_if $next (i32.lt_u (local.get $i) (i32.const 640))))
        ({1}.load (i32.const 624))))",
      types, result, store);
  return text + ")";
}

/// What came of a call: bits, or the kind of an error.
struct NanOutcome {
  std::array<std::uint64_t, 2> bits{};
  std::string error;
  friend bool operator==(const NanOutcome&, const NanOutcome&) = default;
};
NanOutcome outcome_of(const Instance& instance, const std::string& name,
                      const std::vector<Val>& args) {
  auto results = take(instance.func(name)).call(args);
  if (!results) return {{}, results.error().message()};
  return {results->at(0).bits(), ""};
}

bool is_nan_32(std::uint32_t bits) {
  return (bits & 0x7fff'ffff) > 0x7f80'0000;
}
bool is_nan_64(std::uint64_t bits) {
  return (bits & ~(std::uint64_t{1} << 63)) > 0x7ff0'0000'0000'0000;
}

/// With the canonical NaN for each; counts those.
NanOutcome with_canonical(NanOutcome outcome, NewNan kind, int& count) {
  const bool is_single = kind == NewNan::f32 || kind == NewNan::f32x4;
  for (std::uint64_t& word : outcome.bits) {
    if (is_single) {
      std::uint32_t halves[2];
      std::memcpy(halves, &word, 8);
      for (std::uint32_t& half : halves)
        if (is_nan_32(half)) half = canonical_32, ++count;
      std::memcpy(&word, halves, 8);
    } else if (is_nan_64(word)) {
      word = canonical_64, ++count;
    }
  }
  return outcome;
}

bool is_tested_for_nans(const wasm::OpInfo& info) {
  if (info.shape != wasm::Shape::numeric || info.results().size() != 1) return false;
  return info.signature().find_first_of("fFv") != info.signature().npos;
}

Config nan_config(Tier tier, bool canonical) {
  Config config = hot_config(tier);
  config.features = Features::all();
  config.canonical_nans = canonical;
  return config;
}

class CanonicalNans : public testing::TestWithParam<Tier> {};

INSTANTIATE_TEST_SUITE_P(All, CanonicalNans,
                         testing::Values(Tier::interpreter, Tier::automatic, Tier::compiler));

/// All values for each operand; of three operands, a part of them.
std::vector<std::vector<Val>> nan_arguments(const wasm::OpInfo& info) {
  const std::string_view params = info.params();
  const bool is_of_doubles = info.text().find("64x2") != std::string_view::npos;
  std::vector<std::vector<Val>> all;
  for (std::size_t i = 0; i < value_count; ++i)
    for (std::size_t j = 0; j < (params.size() > 1 ? value_count : 1); ++j) {
      const std::size_t numbers[] = {i, j, (i + 7 * j) % value_count};
      std::vector<Val>& args = all.emplace_back();
      for (std::size_t p = 0; p < params.size(); ++p)
        args.push_back(nan_value(params[p], numbers[p], is_of_doubles));
    }
  return all;
}

TEST_P(CanonicalNans, AreAllThatInstructionsMake) {
  World canonical(nan_config(GetParam(), true));
  World other(nan_config(Tier::interpreter, false));
  for (std::size_t i = 0; i < wasm::op_count; ++i) {
    const wasm::OpInfo& info = wasm::op_table[i];
    if (!is_tested_for_nans(info)) continue;
    const NewNan kind = wasm::new_nan(static_cast<Op>(i));
    const std::string text = module_doing(info);
    const Instance instance = canonical.instance(text);
    const Instance reference = other.instance(text);
    const auto module = take(instance.module());
    int nans = 0;
    for (const std::vector<Val>& args : nan_arguments(info)) {
      NanOutcome expected = outcome_of(reference, "slots", args);
      if (kind != NewNan::none) expected = with_canonical(expected, kind, nans);
      for (const ExportType& exported : module.exports()) {
        if (exported.name == "memory") continue;
        const NanOutcome found = outcome_of(instance, exported.name, args);
        ASSERT_EQ(found, expected) << fmt::format(
            "{} {} of {}: {:x}:{:x} instead of {:x}:{:x}", exported.name, info.text(),
            fmt::join(
                [&] {
                  std::vector<std::string> shown;
                  for (const Val& arg : args) shown.push_back(to_string(arg));
                  return shown;
                }(),
                ", "),
            found.bits[1], found.bits[0], expected.bits[1], expected.bits[0]);
      }
    }
    EXPECT_EQ(nans != 0, kind != NewNan::none) << info.text();
  }
}

TEST(CanonicalNans, AreThoseOfTheSpecification) {
  std::set<std::string> expected = {"f32.demote_f64", "f64.promote_f32", "f32x4.demote_f64x2_zero",
                                    "f64x2.promote_low_f32x4"};
  for (const char* type : {"f32", "f64", "f32x4", "f64x2"}) {
    for (const char* name :
         {"add", "sub", "mul", "div", "sqrt", "min", "max", "ceil", "floor", "trunc", "nearest"})
      expected.insert(fmt::format("{}.{}", type, name));
  }
  for (const char* type : {"f32x4", "f64x2"}) {
    for (const char* name : {"min", "max", "madd", "nmadd"})
      expected.insert(fmt::format("{}.relaxed_{}", type, name));
  }
  std::set<std::string> found;
  for (std::size_t i = 0; i < wasm::op_count; ++i)
    if (wasm::new_nan(static_cast<Op>(i)) != NewNan::none) found.emplace(wasm::op_table[i].text());
  EXPECT_EQ(found, expected);
}

/// Loops over arrays are made to use vectors; what these leave of NaNs is the same.
TEST_P(CanonicalNans, AreMadeByLoopsOverArrays) {
  World world(nan_config(GetParam(), true));
  for (const char* type : {"f32", "f64"}) {
    const int width = type[1] == '3' ? 4 : 8;
    for (const char* op : {"add", "sub", "mul", "div"}) {
      const Instance instance = world.instance(fmt::format(
          R"((module (memory (export "memory") 1)
            (func (export "run") (param $i i32) (param $end i32)
              (loop $next
                ({0}.store offset=4096 (local.get $i)
                  ({0}.{1} ({0}.load (local.get $i)) ({0}.load offset=1024 (local.get $i))))
                (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const {2})))
                                     (local.get $end)))))))",
          type, op, width));
      const auto bytes = take(take(instance.memory("memory")).span());
      for (int i = 0; i < 512; ++i) {
        const auto bits = static_cast<std::size_t>(i) % value_count;
        const void* from = width == 4 ? static_cast<const void*>(&bits_32[bits]) : &bits_64[bits];
        std::memcpy(&bytes[static_cast<std::size_t>(i * width) % 2048], from,
                    static_cast<std::size_t>(width));
      }
      auto run = take(instance.typed<void(int, int)>("run"));
      for (int round = 0; round < 3; ++round) take(run(0, 1024));
      int nans = 0;
      for (std::size_t at = 4096; at < 4096 + 1024; at += static_cast<std::size_t>(width)) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &bytes[at], static_cast<std::size_t>(width));
        const bool is_nan =
            width == 4 ? is_nan_32(static_cast<std::uint32_t>(bits)) : is_nan_64(bits);
        if (!is_nan) continue;
        ++nans;
        ASSERT_EQ(bits, width == 4 ? canonical_32 : canonical_64) << type << "." << op << " " << at;
      }
      EXPECT_GT(nans, 0) << type << "." << op;
    }
  }
}

}  // namespace
}  // namespace wrun::test
