#pragma once

// FunctionWalker: the loop over instructions, and what comes before and after it.
//
// https://webassembly.github.io/spec/core/binary/modules.html#code-section

#include <algorithm>

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

template <class C, Trust trust>
bool FunctionWalker<C, trust>::function(const ModuleData& module, FuncIdx index) {
  const ByteRange body = module.functions[index.value].body;
  function_ = index;
  start(module, body.offset, body.offset + body.size);
  const FuncType& type = module.type_of(index);
  read_locals(type);
  if (!ok()) return false;
  if constexpr (!C::hears_common) prepare_quick();
  push_control(ControlKind::function, BlockType({}, type.results));
  if (!run()) return false;
  if (trust == Trust::no && !reader_.done()) {
    errors_->malformed(reader_.offset(), "section size mismatch: bytes after the function's end");
    return false;
  }
  client_.finish(*this);
  return true;
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::expression(const ModuleData& module, std::uint32_t begin,
                                          std::uint32_t end, ValType type,
                                          std::uint32_t visible_globals) {
  start(module, begin, end);
  constant_only_ = true;
  visible_globals_ = visible_globals;
  push_control(ControlKind::function, BlockType(type));
  if (!run()) return false;
  client_.finish(*this);
  return true;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::start(const ModuleData& module, std::uint32_t begin,
                                     std::uint32_t end) {
  module_ = &module;
  reader_ = Reader<trust>(module.bytes, begin, end, errors_);
  instruction_ = reader_.place();
  floor_ = 0;
  height_ = 0;
  live_ = true;
  constant_only_ = false;
  tracks_inits_ = false;
  reset_inits(0);
  locals_.clear();
  operands_.clear();
  controls_.clear();
  saved_params_.clear();
}

/// https://webassembly.github.io/spec/core/binary/modules.html#binary-local
template <class C, Trust trust>
void FunctionWalker<C, trust>::read_locals(const FuncType& type) {
  for (const ValType param : type.params) locals_.add(1, param);
  std::uint64_t total = locals_.size();
  const std::uint32_t start = reader_.offset();
  for (std::uint32_t left = reader_.u32(); left != 0 && ok(); --left) {
    const std::uint32_t count = reader_.u32();
    const ValType local = types().val_type();
    total += count;
    if (trust == Trust::no && total > max_locals_) continue;
    locals_.add(count, local);
    tracks_inits_ |= trust == Trust::no && count != 0 && !local.is_defaultable();
  }
  if constexpr (trust == Trust::no) {
    if (total > 0xffff'ffff)
      errors_->malformed(start, "too many locals: {}", total);
    else if (total > max_locals_)
      errors_->limit(start, "too many locals: {}; at most {} are allowed", total, max_locals_);
    if (tracks_inits_ && ok()) track_inits(static_cast<std::uint32_t>(type.params.size()));
  }
}

/// Parameters are initialised; so, in effect, is what has a default value.
template <class C, Trust trust>
void FunctionWalker<C, trust>::track_inits(std::uint32_t params) {
  initialized_.resize(std::max<std::size_t>(initialized_.size(), locals_.size()));
  for (std::uint32_t i = 0; i < params; ++i) mark_initialized(LocalIdx(i));
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::run() {
  client_.begin(*this);
  for (;;) {
    if constexpr (trust == Trust::no) {
      if constexpr (!C::hears_common) check_quickly();
      if (!errors_->ok()) return false;
      if (reader_.done()) {
        errors_->malformed(reader_.offset(), "END opcode expected");
        return false;
      }
    }
    instruction_ = reader_.place();
    const std::uint8_t byte = reader_.next();
    const Rule rule = one_byte_rules[byte];
    if (rule >= Rule::end || (trust == Trust::no && constant_only_)) {
      if (rule == Rule::end) {
        if (live_) client_.instruction(*this, Op::end);
        end();
      } else {
        step_slowly(byte);
      }
      if (controls_.empty()) return ok();
      if (trust == Trust::yes && !live_) skip_unreachable();
    } else {
      step(one_byte_ops[byte], rule);
    }
  }
}

/// What most instructions are is decided on by their first byte, and done in line: those that
/// neither end the function nor what is reachable.
template <class C, Trust trust>
inline void FunctionWalker<C, trust>::step(Op op, Rule rule) {
  if (live()) client_.instruction(*this, op);
  switch (rule) {
    case Rule::block:
      return block(ControlKind::block);
    case Rule::loop:
      return block(ControlKind::loop);
    case Rule::if_:
      return if_();
    case Rule::br_if:
      return br_if();
    case Rule::call:
      return call(op);
    case Rule::drop:
      return drop();
    case Rule::select:
      return select(op);
    case Rule::local_get:
      if constexpr (C::takes_leaves)
        if (pass_local()) return;
      return local_get();
    case Rule::local_set:
      return local_set();
    case Rule::local_tee:
      return local_tee();
    case Rule::global_get:
      return global_get();
    case Rule::global_set:
      return global_set();
    case Rule::i32_const: {
      const auto bits = static_cast<std::uint32_t>(reader_.s32());
      if constexpr (C::takes_leaves)
        if (client_.takes_constants() && pass(reader_.place(), ConstantLeaf{bits})) return;
      return scalar(op, Kind::i32, bits);
    }
    case Rule::i64_const:
      return scalar(op, Kind::i64, static_cast<std::uint64_t>(reader_.s64()));
    case Rule::f32_const:
      return scalar(op, Kind::f32, reader_.template fixed<std::uint32_t>());
    case Rule::f64_const:
      return scalar(op, Kind::f64, reader_.template fixed<std::uint64_t>());
    case Rule::unary:
      return unary(op, walk_row(op));
    case Rule::binary:
      return binary(op, walk_row(op));
    case Rule::load:
      return load(op, walk_row(op));
    case Rule::store:
      return store(op, walk_row(op));
    default:
      __builtin_unreachable();
  }
}

/// Any instruction, with what is to be checked of those that aren't the oldest.
template <class C, Trust trust>
void FunctionWalker<C, trust>::step_slowly(std::uint8_t byte) {
  const Op op = op_of(byte);
  const WalkRow& row = walk_row(op);
  if constexpr (trust == Trust::no) {
    if (row.feature != Feature::mvp) need(row.feature, info(op).text());
    if (constant_only_ && !allow_in_expression(op)) return;
  }
  if (live_) client_.instruction(*this, op);
  dispatch(op, row);
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::allow_in_expression(Op op) {
  if (!ok()) return false;
  if (!is_constant(op)) {
    invalid("constant expression required: {} is not constant", info(op).text());
    return false;
  }
  if (walk_row(op).shape == Shape::numeric) {
    if (!has(Feature::extended_const)) {
      invalid("constant expression required: {} needs feature {} (enable with --features +{})",
              info(op).text(), name(Feature::extended_const), name(Feature::extended_const));
      return false;
    }
    need(Feature::extended_const, info(op).text());
  }
  return true;
}

/// One line for each shape that step() doesn't always know from the first byte; Shape orders the
/// rules as opcodes.def does.
template <class C, Trust trust>
void FunctionWalker<C, trust>::dispatch(Op op, const WalkRow& row) {
  switch (row.shape) {
    case Shape::unreachable:
      return unreachable();
    case Shape::nop:
      return;
    case Shape::else_:
      return else_();
    case Shape::end:
      return end();
    case Shape::br:
      return br();
    case Shape::br_table:
      return br_table();
    case Shape::return_:
      return return_();
    case Shape::call:
      return call(op);
    case Shape::call_indirect:
      return call_indirect(op);
    case Shape::select:
      return select(op);
    case Shape::global_get:
      return global_get();
    case Shape::constant:
      return constant(op, row);
    case Shape::numeric:
      return numeric(op, row);
    case Shape::load:
      return load(op, row);
    case Shape::store:
      return store(op, row);
    case Shape::lane:
      return lane(op, row);
    case Shape::shuffle:
      return shuffle(row);
    case Shape::load_lane:
      return load_lane(op, row);
    case Shape::store_lane:
      return store_lane(op, row);
    case Shape::atomic_load:
    case Shape::atomic_store:
    case Shape::atomic_rmw:
    case Shape::atomic_cmpxchg:
    case Shape::atomic_wait:
    case Shape::atomic_notify:
      return atomic(op, row);
    case Shape::atomic_fence:
      return atomic_fence();
    default:
      return dispatch_rest(op, row);
  }
}

/// The shapes that compiled code uses less.
template <class C, Trust trust>
void FunctionWalker<C, trust>::dispatch_rest(Op op, const WalkRow& row) {
  switch (row.shape) {
    case Shape::try_table:
      return try_table();
    case Shape::legacy_try:
      return block(ControlKind::legacy_try);
    case Shape::legacy_catch:
    case Shape::legacy_catch_all:
      return legacy_catch(op);
    case Shape::legacy_rethrow:
      return legacy_rethrow();
    case Shape::legacy_delegate:
      return legacy_delegate();
    case Shape::throw_:
      return throw_();
    case Shape::throw_ref:
      return throw_ref();
    case Shape::call_ref:
      return call_ref(op);
    case Shape::br_on_null:
      return br_on_null();
    case Shape::br_on_non_null:
      return br_on_non_null();
    case Shape::br_on_cast:
      return br_on_cast(op);
    case Shape::memory_size:
    case Shape::memory_grow:
    case Shape::memory_fill:
      return memory_op(op);
    case Shape::memory_copy:
      return memory_copy(op);
    case Shape::memory_init:
      return memory_init(op);
    case Shape::data_drop:
      return data_drop(op);
    case Shape::table_get:
    case Shape::table_set:
    case Shape::table_size:
    case Shape::table_grow:
    case Shape::table_fill:
      return table_op(op);
    case Shape::table_copy:
      return table_copy(op);
    case Shape::table_init:
      return table_init(op);
    case Shape::elem_drop:
      return elem_drop(op);
    default:
      return dispatch_reference(op, row);
  }
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::dispatch_reference(Op op, const WalkRow& row) {
  constexpr ValType eqref = ValType::ref(AbstractHeap::eq, true);
  constexpr ValType i31ref = ValType::ref(AbstractHeap::i31, true);
  constexpr ValType arrayref = ValType::ref(AbstractHeap::array, true);
  switch (row.shape) {
    case Shape::ref_null:
      return ref_null(op);
    case Shape::ref_is_null:
      return ref_is_null(op);
    case Shape::ref_func:
      return ref_func(op);
    case Shape::ref_eq:
      return reference(op, {}, {eqref, eqref}, {Kind::i32});
    case Shape::ref_as_non_null:
      return ref_as_non_null(op);
    case Shape::ref_test:
    case Shape::ref_cast:
      return ref_test(op);
    case Shape::ref_i31:
      return reference(op, {}, {Kind::i32}, {i31ref.with_null(false)});
    case Shape::i31_get:
      return reference(op, {}, {i31ref}, {Kind::i32});
    case Shape::convert_extern:
      return convert_extern(op);
    case Shape::struct_new:
      return struct_new(op);
    case Shape::struct_get:
    case Shape::struct_set:
      return struct_access(op);
    case Shape::array_new:
      return array_new(op);
    case Shape::array_new_fixed:
      return array_new_fixed(op);
    case Shape::array_new_data:
    case Shape::array_new_elem:
      return array_new_segment(op);
    case Shape::array_get:
      return array_get(op);
    case Shape::array_set:
    case Shape::array_fill:
      return array_set(op);
    case Shape::array_len:
      return aggregate(op, {}, {arrayref}, {Kind::i32});
    case Shape::array_copy:
      return array_copy(op);
    case Shape::array_init_data:
    case Shape::array_init_elem:
      return array_init(op);
    default:
      return;
  }
}

}  // namespace wrun::inline v0::wasm
