#pragma once

// Appends instructions to a block, unless what they compute is known already or can be had for
// less: constants are folded, identities applied, and each value of a block is computed once.
//
// simplify.cpp has the rules for instructions of WebAssembly.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include <wrun/error.hpp>

#include "jit/effects.hpp"
#include "jit/helpers.hpp"
#include "jit/ir.hpp"
#include "jit/value_table.hpp"
#include "lib/wasm/new_nan.hpp"

namespace wrun::inline v0::jit {

class Emitter {
 public:
  using Op = wasm::Op;

  explicit Emitter(Graph& graph) : graph_(graph) {}

  void clear();
  /// Appends to `b` from now on, of whose beginning nothing is known.
  void start(Block b);
  /// Appends to `b`, whose only way in is the end of the block so far: what is known stays so.
  void continue_in(Block b) { block_ = b; }
  Block block() const { return block_; }
  void set_origin(Origin origin) { origin_ = origin; }

  Value constant(Type type, std::uint64_t bits, std::uint64_t high = 0);
  Value i32(std::uint32_t value) { return constant(Type::i32, value); }
  Value i64(std::uint64_t value) { return constant(Type::i64, value); }
  std::optional<std::uint64_t> constant_of(Value v) const;

  /// Of no side effects, and without rules of its own.
  Value pure(Op op, Type type, std::uint64_t imm, std::uint64_t imm2, std::span<const Value> args);
  /// A vector of one number in all lanes, of which an integer that is constant may have more bits
  /// than a lane.
  Value splat(Op op, Value scalar);
  Value numeric(Op op, Value a);
  Value numeric(Op op, Value a, Value b);
  /// With two results.
  std::array<Value, 2> wide(Op op, std::span<const Value> args);
  Value select(Type type, Value a, Value b, Value condition);
  /// What an instruction made, with the canonical NaN for any that the instruction can make.
  Value canonical(wasm::NewNan kind, Value made);

  Value field(Type type, Value base, std::uint64_t offset, std::uint8_t flags = 0);
  Value read(Type type, Value base, std::uint64_t offset, Place place, std::uint8_t flags = 0);
  void write(Value base, std::uint64_t offset, Value value, Place place);
  /// base + index * scale
  Value offset(Value base, Value index, std::uint64_t scale);
  Value load(Op op, Type type, Value base, Value index, std::uint64_t offset, std::uint32_t memory,
             std::uint8_t flags);
  /// Of these, imm2 is the memory, and above it the lane.
  Value load_lane(Op op, Value base, Value index, Value vector, std::uint64_t offset,
                  std::uint64_t imm2, std::uint8_t flags);
  void store(Op op, Value base, Value index, Value value, std::uint64_t offset, std::uint64_t imm2,
             std::uint8_t flags);
  Value atomic(Op op, Type type, std::span<const Value> args, std::uint64_t offset,
               std::uint32_t memory, std::uint8_t flags);
  /// Unless it was done before, which stays good: memories don't shrink.
  void bounds_check(Value index, Value limit, std::uint64_t end, std::uint64_t offset,
                    std::uint32_t memory, std::uint8_t flags);

  void trap_if(Value condition, TrapCode code);
  void trap(TrapCode code);
  Value helper(Helper helper, Type type, std::span<const Value> args, bool fuel = false);
  /// Anything; no value is looked for.
  Value append(Opcode op, Type type, std::uint64_t imm, std::span<const Value> args);

  void jump(Edge edge);
  /// After a call in the try of that number: goes on in `next`, and what is thrown in `landing`.
  void unwind(std::uint32_t index, Block next, Block landing);
  /// Fills a block that exceptions land in; what is known here stays so.
  void land(Block landing, Edge edge);
  void branch(Value condition, Edge taken, Edge other, std::uint8_t flags = 0);
  /// By index; the last edge is the default.
  void switch_(Value index, std::span<const Edge> edges);

 private:
  // simplify.cpp
  Value simplify(Op op, Value a);
  Value simplify(Op op, Value a, Value b);
  Value with_constant(Op op, bool is_64, Value a, Value b, std::uint64_t c);
  Value product(Op op, bool is_64, Value a, std::uint64_t c);
  Value chained(Op op, bool is_64, Value a, std::uint64_t c);
  Value compare_constant(Op op, bool is_64, Value a, std::uint64_t c);
  Value twice(Op op, bool is_64, Value a);
  Value negated(Value condition);
  Value shift_count(bool is_64, Value count);
  Value truth(Value condition, bool& is_negated);
  bool is_boolean(Value v) const;
  bool is_canonical(Value v) const;
  bool is_of_inner_loop(Value v) const;

  // divide.cpp
  Value division(Op op, bool is_64, Value a, std::uint64_t c);
  Value quotient(bool is_signed, bool is_64, Value a, std::uint64_t c);
  Value quotient_u(bool is_64, Value a, std::uint64_t c);
  Value quotient_s(bool is_64, Value a, std::uint64_t magnitude);
  Value quotient_of_power(bool is_64, Value a, unsigned log2);
  Value high_product_u(bool is_64, Value a, std::uint64_t by, unsigned shift);

  bool is_op(Value v, Op op) const { return graph_.at(v).op == opcode(op); }
  Value arg(Value v, std::size_t i) const { return graph_.args(graph_.at(v))[i]; }
  Value integer(bool is_64, std::uint64_t value) { return is_64 ? i64(value) : i32(value); }
  /// An instruction with a constant; that of i64 or of i32.
  Value by_constant(bool is_64, Op op_64, Op op_32, Value a, std::uint64_t c) {
    return numeric(is_64 ? op_64 : op_32, a, integer(is_64, c));
  }

  Value find_or_append(const Inst& inst, std::span<const Value> args, std::uint32_t version = 0);
  Inst make(Opcode op, Type type, std::uint64_t imm = 0, std::uint64_t imm2 = 0,
            std::uint8_t flags = 0) const;
  void wrote(AliasSet aliases);
  std::uint32_t version(Place place) const;

  Graph& graph_;
  ValueTable known_;
  Block block_ = Block::none;
  Origin origin_;
  std::uint32_t clock_ = 0;
  std::array<std::uint32_t, static_cast<std::size_t>(Alias::count_)> versions_{};
  std::vector<std::uint32_t> key_versions_;
};

}  // namespace wrun::inline v0::jit
