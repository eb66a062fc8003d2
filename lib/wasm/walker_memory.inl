#pragma once

// FunctionWalker: memories and tables.
//
// https://webassembly.github.io/spec/core/valid/instructions.html#memory-instructions

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::load(Op op, const WalkRow& row) {
  MemArg memarg;
  if (!read_memarg(row.imm, memarg)) return;
  Operand* address = pop_one(memory_address(memarg.memory));
  deliver(row.results[0], live() ? client_.load(*this, op, memarg, address->value) : Value{});
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::store(Op op, const WalkRow& row) {
  MemArg memarg;
  if (!read_memarg(row.imm, memarg)) return;
  const Operand* args = pop_two(memory_address(memarg.memory), row.params[1]);
  if (live()) client_.store(*this, op, memarg, args[0].value, args[1].value);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::load_lane(Op op, const WalkRow& row) {
  MemArg memarg;
  if (!read_memarg(row.imm, memarg)) return;
  const std::uint8_t lane = read_lane(lane_count(row.imm));
  const Operand* args = pop({memory_address(memarg.memory), Kind::v128});
  Value value{};
  if (live()) value = client_.load_lane(*this, op, memarg, lane, args[0].value, args[1].value);
  push(Kind::v128, value);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::store_lane(Op op, const WalkRow& row) {
  MemArg memarg;
  if (!read_memarg(row.imm, memarg)) return;
  const std::uint8_t lane = read_lane(lane_count(row.imm));
  const Operand* args = pop({memory_address(memarg.memory), Kind::v128});
  if (live()) client_.store_lane(*this, op, memarg, lane, args[0].value, args[1].value);
}

/// https://webassembly.github.io/threads/core/valid/instructions.html#atomic-memory-instructions
template <class C, Trust trust>
void FunctionWalker<C, trust>::atomic(Op op, const WalkRow& row) {
  MemArg memarg;
  if (!read_memarg(row.imm, memarg, true)) return;
  types_.assign(row.params.begin(), row.params.begin() + row.param_count);
  types_[0] = memory_address(memarg.memory);
  const ValType result = row.results[0];
  operate(types_, std::span(&result, row.result_count), [&](Operands args, Operands results) {
    client_.atomic_op(*this, op, memarg, args, results);
  });
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::atomic_fence() {
  const std::uint32_t start = reader_.offset();
  if (reader_.u8() != 0 && trust == Trust::no) return reader_.fail(start, "zero byte expected");
  if (live()) client_.atomic_fence(*this);
}

/// Pops params, lets `tell(args, results)` set the values of the results, pushes those.
template <class C, Trust trust>
template <class Tell>
void FunctionWalker<C, trust>::operate(std::span<const ValType> params,
                                       std::span<const ValType> results, Tell&& tell) {
  Operand* args = pop(params);
  const Operands out = prepare_results(results);
  if (live()) tell(Operands(args, params.size()), out);
  push_results(out);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::memory(Op op, const Immediates& imm, Types params, Types results) {
  operate(span_of(params), span_of(results),
          [&](Operands args, Operands out) { client_.memory_op(*this, op, imm, args, out); });
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::memory_op(Op op) {
  MemIdx index;
  if (!read_memory(index)) return;
  const ValType address = memory_address(index);
  const Immediates imm{index.value, 0, {}};
  if (op == Op::memory_size) return memory(op, imm, {}, {address});
  if (op == Op::memory_grow) return memory(op, imm, {address}, {address});
  memory(op, imm, {address, Kind::i32, address}, {});
}

/// The type of a count that must fit two address types.
constexpr ValType narrower(ValType a, ValType b) {
  return a == Kind::i64 && b == Kind::i64 ? Kind::i64 : Kind::i32;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::memory_copy(Op op) {
  MemIdx to;
  MemIdx from;
  if (!read_memory(to) || !read_memory(from)) return;
  const ValType a = memory_address(to);
  const ValType b = memory_address(from);
  memory(op, {to.value, from.value, {}}, {a, b, narrower(a, b)}, {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::memory_init(Op op) {
  DataIdx data;
  MemIdx index;
  if (!read_data(data) || !read_memory(index)) return;
  memory(op, {data.value, index.value, {}}, {memory_address(index), Kind::i32, Kind::i32}, {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::data_drop(Op op) {
  DataIdx data;
  if (read_data(data)) memory(op, {data.value, 0, {}}, {}, {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::table(Op op, const Immediates& imm, Types params, Types results) {
  operate(span_of(params), span_of(results),
          [&](Operands args, Operands out) { client_.table_op(*this, op, imm, args, out); });
}

/// https://webassembly.github.io/spec/core/valid/instructions.html#table-instructions
template <class C, Trust trust>
void FunctionWalker<C, trust>::table_op(Op op) {
  TableIdx index;
  if (!read_table(index)) return;
  const ValType element = module_->tables[index.value].type.element;
  const ValType address = table_address(index);
  const Immediates imm{index.value, 0, element};
  if (op == Op::table_get) return table(op, imm, {address}, {element});
  if (op == Op::table_set) return table(op, imm, {address, element}, {});
  if (op == Op::table_size) return table(op, imm, {}, {address});
  if (op == Op::table_grow) return table(op, imm, {element, address}, {address});
  table(op, imm, {address, element, address}, {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::table_copy(Op op) {
  TableIdx to;
  TableIdx from;
  if (!read_table(to) || !read_table(from)) return;
  const ValType target = module_->tables[to.value].type.element;
  const ValType source = module_->tables[from.value].type.element;
  if (trust == Trust::no && !is_a(source, target))
    return invalid("type mismatch: table.copy from a table of {} to one of {}", to_text(source),
                   to_text(target));
  const ValType a = table_address(to);
  const ValType b = table_address(from);
  table(op, {to.value, from.value, target}, {a, b, narrower(a, b)}, {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::table_init(Op op) {
  ElemIdx elem;
  TableIdx index;
  if (!read_elem(elem) || !read_table(index)) return;
  const ValType target = module_->tables[index.value].type.element;
  const ValType source = module_->elements[elem.value].type;
  if (trust == Trust::no && !is_a(source, target))
    return invalid("type mismatch: table.init from a segment of {} to a table of {}",
                   to_text(source), to_text(target));
  table(op, {elem.value, index.value, target}, {table_address(index), Kind::i32, Kind::i32}, {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::elem_drop(Op op) {
  ElemIdx elem;
  if (read_elem(elem)) table(op, {elem.value, 0, {}}, {}, {});
}

}  // namespace wrun::inline v0::wasm
