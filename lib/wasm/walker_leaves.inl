#pragma once

// FunctionWalker: leaves, which are locals and constants. Most are taken by the very next
// instruction, or by the one after another leaf: those are handed over without having been on the
// stack. The same holds for what an instruction leaves and the next one puts into a local. Only for
// clients that take leaves, in trusted code.

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

/// Goes to the instruction at `at`, and past its opcode.
template <class C, Trust trust>
inline void FunctionWalker<C, trust>::go_on_at(const std::uint8_t* at) {
  instruction_ = at;
  reader_.go_to(at + 1);
}

/// Whether what comes after the local.get at hand has taken the local.
template <class C, Trust trust>
inline bool FunctionWalker<C, trust>::pass_local() {
  const std::uint8_t* const at = reader_.place();
  if (!client_.takes_local(*at)) return false;
  const LocalLeaf leaf{*at};
  switch (one_byte_rules[at[1]]) {
    case Rule::load: {
      MemArg memarg;
      go_on_at(at + 1);
      const Op op = one_byte_ops[at[1]];
      const WalkRow& row = walk_row(op);
      read_memarg(row.imm, memarg);
      deliver(row.results[0], client_.load(*this, op, memarg, leaf), 1);
      return true;
    }
    case Rule::local_get:
      return client_.takes_local(at[2]) && pass_two(at + 3, leaf, LocalLeaf{at[2]});
    case Rule::i32_const: {
      go_on_at(at + 1);
      const ConstantLeaf second{static_cast<std::uint32_t>(reader_.s32())};
      if (pass_two(reader_.place(), leaf, second)) return true;
      reader_.go_to(at);
      return false;
    }
    default:
      return pass(at + 1, leaf);
  }
}

/// Whether the instruction at `at` takes this value as its last operand, and has been done. If not,
/// nothing has changed.
template <class C, Trust trust>
template <class Leaf>
inline bool FunctionWalker<C, trust>::pass(const std::uint8_t* at, Leaf leaf) {
  const Rule rule = one_byte_rules[*at];
  if (rule != Rule::binary && rule != Rule::store) return false;
  const Op op = one_byte_ops[*at];
  const WalkRow& row = walk_row(op);
  if (rule == Rule::store) {
    MemArg memarg;
    go_on_at(at);
    read_memarg(row.imm, memarg);
    const Operand* address = drop_top(1);
    client_.store(*this, op, memarg, address->value, client_.value(*this, leaf, row.params[1], 1));
    return true;
  }
  if (!client_.is_ready(operands_.back().value)) return false;
  go_on_at(at);
  Operand* left = drop_top(1);
  deliver(row.results[0], client_.numeric(*this, op, left->value, leaf), 1);
  return true;
}

/// The same of an instruction that takes two.
template <class C, Trust trust>
template <class Leaf>
inline bool FunctionWalker<C, trust>::pass_two(const std::uint8_t* at, LocalLeaf first,
                                               Leaf second) {
  const Rule rule = one_byte_rules[*at];
  if (rule != Rule::binary && rule != Rule::store) return false;
  const Op op = one_byte_ops[*at];
  const WalkRow& row = walk_row(op);
  go_on_at(at);
  if (rule == Rule::store) {
    MemArg memarg;
    read_memarg(row.imm, memarg);
    client_.store(*this, op, memarg, client_.value(*this, first, Kind::i32, 0),
                  client_.value(*this, second, row.params[1], 1));
  } else {
    deliver(row.results[0], client_.numeric(*this, op, first, second), 1);
  }
  return true;
}

/// Pushes what an instruction left, unless the next one puts it into a local.
template <class C, Trust trust>
inline void FunctionWalker<C, trust>::deliver(ValType type, Value value) {
  deliver(type, value, slot_count(type));
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::deliver(ValType type, Value value, std::uint32_t slots) {
  if constexpr (C::takes_leaves) {
    const std::uint8_t* const at = reader_.place();
    if (one_byte_rules[*at] == Rule::local_set && client_.takes_local(at[1]) &&
        client_.is_ready(value))
      return put_into_local(type, value);
  }
  push(type, value, slots);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::put_into_local(ValType type, Value value) {
  go_on_at(reader_.place());
  client_.local_set(*this, LocalIdx(reader_.next()), type, value);
}

}  // namespace wrun::inline v0::wasm
