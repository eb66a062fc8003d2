// Divisions and multiplications by constants become other instructions, which are carried out here
// and compared with what they stand for, for operands at all edges.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "jit/emitter.hpp"
#include "jit/fold.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::jit {
namespace {

using wasm::Op;

/// Powers of two and their neighbours, small numbers, divisors that need all bits of their
/// reciprocals, and random ones.
std::vector<std::uint64_t> numbers(unsigned bits) {
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  std::vector<std::uint64_t> found;
  for (unsigned i = 0; i < bits; ++i) {
    for (const int by : {-2, -1, 0, 1, 2}) {
      const std::uint64_t near = (std::uint64_t{1} << i) + static_cast<std::uint64_t>(by);
      found.push_back(near & mask);
      found.push_back((0 - near) & mask);
    }
  }
  for (const std::uint64_t small : {7u, 11u, 14u, 28u, 60u, 100u, 641u, 1000u, 6700417u})
    found.push_back(small);
  std::mt19937_64 random(1);
  for (int i = 0; i < 60; ++i) found.push_back(random() >> random() % bits & mask);
  return found;
}

/// Those where a quotient changes, and all that are large or small.
std::vector<std::uint64_t> dividends(std::uint64_t divisor, unsigned bits) {
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  std::vector<std::uint64_t> found;
  for (const std::uint64_t times :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, mask / divisor, mask / 2 / divisor}) {
    for (const int by : {-1, 0, 1}) {
      found.push_back((times * divisor + static_cast<std::uint64_t>(by)) & mask);
      found.push_back((0 - found.back()) & mask);
    }
  }
  for (const std::uint64_t edge : {mask, mask - 1, mask / 2, mask / 2 + 1, mask / 2 + 2, mask / 3})
    found.push_back(edge);
  return found;
}

/// Carries out a block of numeric instructions on one argument.
class Evaluation {
 public:
  explicit Evaluation(const Graph& graph) : graph_(graph) {}

  std::uint64_t run(Value wanted, std::uint64_t argument) {
    for (Value v = graph_.at(graph_.entry()).first; v != Value::none; v = graph_.at(v).next)
      values_[v] = value_of(graph_.at(v), argument);
    return values_.at(wanted);
  }

 private:
  std::uint64_t value_of(const Inst& inst, std::uint64_t argument) {
    if (inst.op == Opcode::argument) return argument;
    if (inst.op == Opcode::constant) return inst.imm;
    std::vector<std::uint64_t> args;
    for (const Value arg : graph_.args(inst)) args.push_back(values_.at(arg));
    if (inst.op == Opcode::result) return high_;
    if (inst.op == opcode(Op::i64_mul_wide_u)) return multiply(args[0], args[1], false);
    if (inst.op == opcode(Op::i64_mul_wide_s)) return multiply(args[0], args[1], true);
    const auto folded = fold(wasm_op(inst.op), args);
    EXPECT_TRUE(folded) << wasm::info(wasm_op(inst.op)).text();
    return folded.value_or(0);
  }
  std::uint64_t multiply(std::uint64_t a, std::uint64_t b, bool is_signed) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    high_ = static_cast<std::uint64_t>(product >> 64);
    if (is_signed && a >> 63 != 0) high_ -= b;
    if (is_signed && b >> 63 != 0) high_ -= a;
    return static_cast<std::uint64_t>(product);
  }

  const Graph& graph_;
  std::map<Value, std::uint64_t> values_;
  std::uint64_t high_ = 0;
};

class Division : public testing::TestWithParam<Op> {};

TEST_P(Division, ByConstantsGivesTheSame) {
  const Op op = GetParam();
  const bool is_64 = wasm::info(op).text().starts_with("i64");
  const unsigned bits = is_64 ? 64 : 32;
  for (const std::uint64_t divisor : numbers(bits)) {
    if (divisor == 0) continue;
    Graph graph;
    Emitter emit(graph);
    emit.clear();
    emit.start(graph.add_block());
    const Value argument = emit.append(Opcode::argument, is_64 ? Type::i64 : Type::i32, 0, {});
    const Value result =
        emit.numeric(op, argument, is_64 ? emit.i64(divisor) : emit.constant(Type::i32, divisor));
    if (graph.at(result).op == opcode(op)) continue;  // what it was
    for (const std::uint64_t dividend : dividends(divisor, bits)) {
      const std::uint64_t args[] = {dividend, divisor};
      const auto expected = fold(op, args);
      if (!expected) continue;
      ASSERT_EQ(Evaluation(graph).run(result, dividend), *expected)
          << dividend << " by " << divisor;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Division,
                         testing::Values(Op::i32_div_s, Op::i32_div_u, Op::i32_rem_s, Op::i32_rem_u,
                                         Op::i64_div_s, Op::i64_div_u, Op::i64_rem_s, Op::i64_rem_u,
                                         Op::i32_mul, Op::i64_mul));

TEST(Division, IsLeftWhereItMayTrapOnly) {
  Graph graph;
  Emitter emit(graph);
  emit.clear();
  emit.start(graph.add_block());
  const Value argument = emit.append(Opcode::argument, Type::i32, 0, {});
  const auto is_division = [&](Op op, std::uint32_t by) {
    return graph.at(emit.numeric(op, argument, emit.i32(by))).op == opcode(op);
  };
  EXPECT_TRUE(is_division(Op::i32_div_s, ~0u));
  EXPECT_TRUE(is_division(Op::i32_div_u, 0));
  EXPECT_TRUE(is_division(Op::i32_rem_s, 0));
  for (const std::uint32_t by : {1u, 2u, 3u, 7u, 10u, 0x80000000u, 0xfffffffeu}) {
    EXPECT_FALSE(is_division(Op::i32_div_s, by)) << by;
    EXPECT_FALSE(is_division(Op::i32_rem_u, by)) << by;
  }
}

}  // namespace
}  // namespace wrun::jit
