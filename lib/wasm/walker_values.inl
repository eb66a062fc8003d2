#pragma once

// FunctionWalker: constants, numbers, vectors, locals and globals.
//
// https://webassembly.github.io/spec/core/valid/instructions.html#numeric-instructions

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

template <class C, Trust trust>
void FunctionWalker<C, trust>::drop() {
  const Operand operand = *pop_any(1);
  if (live()) client_.drop(*this, operand.type, operand.value);
}

/// https://webassembly.github.io/spec/core/valid/instructions.html#valid-select
template <class C, Trust trust>
void FunctionWalker<C, trust>::select(Op op) {
  ValType type = Kind::bottom;
  if (op == Op::select_t) {
    const std::uint32_t count = reader_.u32();
    if (trust == Trust::no && count != 1)
      return invalid("invalid result arity: select has one result, not {}", count);
    type = types().val_type();
  }
  const Value condition = pop_value(Kind::i32);
  const Operand* args = pop_any(2);
  if (op == Op::select) {
    type = args[0].type == Kind::bottom ? args[1].type : args[0].type;
    if (trust == Trust::no && type.is_ref())
      return invalid("type mismatch: select of references needs a type, found [{}]", to_text(type));
  }
  if (!expect(args[0], type) || !expect(args[1], type)) return;
  const Value a = args[0].value;
  const Value b = args[1].value;
  push(type, live() ? client_.select(*this, type, a, b, condition) : Value{});
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::local_get() {
  LocalIdx local;
  if (!read_local(local)) return;
  const ValType type = locals_[local.value];
  if (trust == Trust::no && tracks_inits_ && !type.is_defaultable() && !initialized_[local.value])
    return invalid("uninitialized local {}", local.value);
  push(type, live() ? client_.local_get(*this, local, type) : Value{});
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::local_set() {
  LocalIdx local;
  if (!read_local(local)) return;
  const ValType type = locals_[local.value];
  Operand* operand = pop_one(type);
  mark_initialized(local);
  if (live()) client_.local_set(*this, local, type, operand->value);
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::local_tee() {
  LocalIdx local;
  if (!read_local(local)) return;
  const ValType type = locals_[local.value];
  Operand* operand = pop_one(type);
  mark_initialized(local);
  push(type, live() ? client_.local_tee(*this, local, type, operand->value) : Value{});
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::mark_initialized(LocalIdx local) {
  if (trust == Trust::yes || !tracks_inits_ || initialized_[local.value]) return;
  initialized_[local.value] = true;
  inits_.push(local.value);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::global_get() {
  GlobalIdx global;
  if (!read_global(global)) return;
  const GlobalType& type = module_->globals[global.value].type;
  if (trust == Trust::no && constant_only_ && type.is_mutable)
    return invalid("constant expression required: global {} is mutable", global.value);
  push(type.type, live() ? client_.global_get(*this, global, type) : Value{});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::global_set() {
  GlobalIdx global;
  if (!read_global(global)) return;
  const GlobalType& type = module_->globals[global.value].type;
  if (trust == Trust::no && !type.is_mutable) return invalid("immutable global {}", global.value);
  const Value value = pop_value(type.type);
  if (live()) client_.global_set(*this, global, type, value);
}

/// A constant of at most 64 bits.
template <class C, Trust trust>
inline void FunctionWalker<C, trust>::scalar(Op op, ValType type, std::uint64_t bits) {
  push(type, live() ? client_.constant(*this, op, type, {bits, 0}) : Value{});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::constant(Op op, const WalkRow& row) {
  switch (row.imm) {
    case Imm::i32:
      return scalar(op, Kind::i32, static_cast<std::uint32_t>(reader_.s32()));
    case Imm::i64:
      return scalar(op, Kind::i64, static_cast<std::uint64_t>(reader_.s64()));
    case Imm::f32:
      return scalar(op, Kind::f32, reader_.template fixed<std::uint32_t>());
    case Imm::f64:
      return scalar(op, Kind::f64, reader_.template fixed<std::uint64_t>());
    default:
      break;
  }
  Bits bits;
  bits.lo = reader_.template fixed<std::uint64_t>();
  bits.hi = reader_.template fixed<std::uint64_t>();
  push(Kind::v128, live() ? client_.constant(*this, op, Kind::v128, bits) : Value{});
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::unary(Op op, const WalkRow& row) {
  Operand* arg = pop_one(row.params[0]);
  deliver(row.results[0], live() ? client_.numeric(*this, op, arg->value) : Value{});
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::binary(Op op, const WalkRow& row) {
  Operand* args = pop_two(row.params[0], row.params[1]);
  deliver(row.results[0],
          live() ? client_.numeric(*this, op, args[0].value, args[1].value) : Value{});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::numeric(Op op, const WalkRow& row) {
  if (row.result_count != 1) return numeric_pair(op, row);
  if (row.param_count == 1) return unary(op, row);
  if (row.param_count == 2) return binary(op, row);
  Operand* args = pop(row.param_kinds());
  Value value{};
  if (live()) value = client_.numeric(*this, op, args[0].value, args[1].value, args[2].value);
  push(row.results[0], value);
}

/// Numeric instructions with two results.
template <class C, Trust trust>
void FunctionWalker<C, trust>::numeric_pair(Op op, const WalkRow& row) {
  Operand* args = pop(row.param_kinds());
  const std::array<ValType, 2> types{row.results[0], row.results[1]};
  const Operands results = prepare_results(types);
  if (live()) client_.numeric(*this, op, Operands(args, row.param_count), results);
  push_results(results);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::lane(Op op, const WalkRow& row) {
  const std::uint8_t lane = read_lane(lane_count(row.imm));
  Operand* args = pop(row.param_kinds());
  Value value{};
  if (live()) value = client_.lane(*this, op, lane, Operands(args, row.param_count));
  push(row.results[0], value);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::shuffle(const WalkRow& row) {
  Lanes lanes;
  for (std::uint8_t& lane : lanes.lane) lane = read_lane(32);
  const Operand* args = pop(row.param_kinds());
  Value value{};
  if (live()) value = client_.shuffle(*this, lanes, args[0].value, args[1].value);
  push(row.results[0], value);
}

}  // namespace wrun::inline v0::wasm
