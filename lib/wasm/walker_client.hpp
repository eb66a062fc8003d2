#pragma once

// The walker's client interface, as a class whose callbacks do nothing. A client derives from
// NullClient<Value, Label> and shadows what it wants to hear; calls are static. Value rides on
// each operand, Label on each control entry; both are default-constructible and copyable.
//
// - A client hears of reachable code only. `w` is the walker: w.offset(), w.operands(), w.height(),
//   w.label(depth), w.locals(), w.module().
// - When it is told of an instruction, the instruction's operands are already popped: they come as
//   Values, or as a span of Operands that may be changed. The operands still on the stack,
//   w.operands(), may be changed too. w.height() is the slot where the first result goes.
// - `results` has the types and heights filled in; the client sets the values. Where one Value is
//   returned, it is the value of the result.
// - A branch's values are not popped when the client is told of it: they are the topmost
//   operands, target.label_types().size() of them.

#include <cstdint>
#include <span>

#include "lib/wasm/instruction.hpp"
#include "lib/wasm/module_data.hpp"
#include "lib/wasm/opcode.hpp"
#include "lib/wasm/walker_stacks.hpp"

namespace wrun::inline v0::wasm {

/// An operand that is a local.
struct LocalLeaf {
  std::uint32_t index;
};

/// An operand that is a constant of 32 bits.
struct ConstantLeaf {
  std::uint32_t bits;
};

template <class ValueType = Empty, class LabelType = Empty>
struct NullClient {
  using Value = ValueType;
  using Label = LabelType;
  using Operand = BasicOperand<Value>;
  using Control = BasicControl<Label>;
  using Operands = std::span<Operand>;

  /// Whether it listens to the instructions that have a Rule; if not, the walk need not tell of
  /// them.
  static constexpr bool hears_common = true;
  /// Whether it can be handed locals and constants that were never on the stack
  /// (walker_leaves.inl), as operands of load() and numeric(). It has, then:
  /// - takes_local(index): whether this one, below 128, is such a local now;
  /// - takes_constants(): whether constants are;
  /// - value(w, leaf, type, i): a leaf as a value that would be `i` slots above w.height();
  /// - is_ready(value): whether an instruction may take it though instruction() wasn't called.
  static constexpr bool takes_leaves = false;

  // A function, or an expression: its control entry exists, its locals are known.
  void begin(auto&) {}
  /// After the outermost `end`.
  void finish(auto&) {}
  /// Before each reachable instruction, whatever its shape.
  void instruction(auto&, Op) {}

  // Control. Entries are on the control stack, and a block's parameters are the topmost operands
  // (from c.base on), when the client is told of it; c.label is the client's to set.
  void block(auto&, Control&) {}
  void loop(auto&, Control&) {}
  void if_(auto&, Control&, Value) {}
  void try_table(auto&, Control&, std::span<const CatchClause>) {}
  void legacy_try(auto&, Control&) {}
  /// `reached`: the then-arm falls through to the end; its results are the topmost operands.
  /// Afterwards the parameters are on the stack again, with the values that they had after if_();
  /// or those that a client's own `Value else_param(w, control, i)` gives for them: then the walk
  /// remembers none, which nested ifs with many parameters make costly.
  void else_(auto&, Control&, bool) {}
  /// As else_(): `reached` is whether the arm before it falls through. op is catch_ or catch_all;
  /// then caught() is asked for each of the tag's values.
  void legacy_catch(auto&, Control&, Op, TagIdx, bool) {}
  Value caught(auto&, Control&, std::uint32_t) { return {}; }
  /// Exceptions of the try go to the handler that `target` or what is around it has (to
  /// the caller if there is none). end() follows.
  void legacy_delegate(auto&, Control&, Control&) {}
  /// The entry is still on the stack. `reached`: control falls through to here, and the results
  /// are the topmost operands. c.targeted (of anything but a loop): something jumps to here. If
  /// nothing does, those operands simply stay, as the client leaves them; else result() is asked
  /// for each. c.kind is still if_ where there was no else: then the parameters, else_params(),
  /// are the results of the missing arm. The function's entry ends the function: reached means an
  /// implicit return, targeted that a branch to the outermost label was met.
  void end(auto&, Control&, bool) {}
  /// The value of result i of a block whose end is a jump target; w.height() is its slot.
  Value result(auto&, Control&, std::uint32_t) { return {}; }

  void br(auto&, Control&) {}
  void br_if(auto&, Control&, Value) {}
  /// Relative depths; the last one is the default.
  void br_table(auto&, std::span<const std::uint32_t>, Value) {}
  void return_(auto&) {}
  void unreachable(auto&) {}
  /// Branches if the reference is null; returns the value of the non-null reference that stays.
  Value br_on_null(auto&, Control&, Value reference) { return reference; }
  /// Branches if the reference isn't null; it is the last of the branch's values, popped after.
  void br_on_non_null(auto&, Control&) {}
  /// op br_on_cast or br_on_cast_fail. The reference is the last of the branch's values and stays
  /// on the stack, as (from minus to) or `to`.
  void br_on_cast(auto&, Op, Control&, ValType /*from*/, ValType /*to*/) {}

  // Calls; the return_call forms have no results here, and end the block.
  void call(auto&, Op, FuncIdx, const FuncType&, Operands /*args*/, Operands /*results*/) {}
  void call_indirect(auto&, Op, TypeIdx, TableIdx, Value /*index*/, Operands, Operands) {}
  void call_ref(auto&, Op, TypeIdx, Value /*callee*/, Operands, Operands) {}
  void throw_(auto&, TagIdx, Operands) {}
  void throw_ref(auto&, Value) {}
  void legacy_rethrow(auto&, Control&) {}

  // Values
  Value constant(auto&, Op, ValType, Bits) { return {}; }
  Value numeric(auto&, Op, Value) { return {}; }
  Value numeric(auto&, Op, Value, Value) { return {}; }
  Value numeric(auto&, Op, Value, Value, Value) { return {}; }
  /// More than one result: wide arithmetic.
  void numeric(auto&, Op, Operands, Operands) {}
  /// extract_lane (one argument) and replace_lane.
  Value lane(auto&, Op, std::uint8_t, Operands) { return {}; }
  Value shuffle(auto&, const Lanes&, Value, Value) { return {}; }
  Value select(auto&, ValType, Value, Value, Value /*condition*/) { return {}; }
  void drop(auto&, ValType, Value) {}
  Value local_get(auto&, LocalIdx, ValType) { return {}; }
  void local_set(auto&, LocalIdx, ValType, Value) {}
  Value local_tee(auto&, LocalIdx, ValType, Value value) { return value; }
  Value global_get(auto&, GlobalIdx, const GlobalType&) { return {}; }
  void global_set(auto&, GlobalIdx, const GlobalType&, Value) {}

  // Memory
  Value load(auto&, Op, const MemArg&, Value) { return {}; }
  void store(auto&, Op, const MemArg&, Value, Value) {}
  Value load_lane(auto&, Op, const MemArg&, std::uint8_t, Value, Value) { return {}; }
  void store_lane(auto&, Op, const MemArg&, std::uint8_t, Value, Value) {}
  /// All of shape atomic_*, but the fence.
  void atomic_op(auto&, Op, const MemArg&, Operands, Operands) {}
  void atomic_fence(auto&) {}
  void memory_op(auto&, Op, const Immediates&, Operands, Operands) {}
  void table_op(auto&, Op, const Immediates&, Operands, Operands) {}

  /// ref.*, i31.get_*, any.convert_extern, extern.convert_any.
  void reference_op(auto&, Op, const Immediates&, Operands, Operands) {}
  /// struct.* and array.*; array.new_fixed and struct.new have any number of operands.
  void aggregate_op(auto&, Op, const Immediates&, Operands, Operands) {}
};

}  // namespace wrun::inline v0::wasm
