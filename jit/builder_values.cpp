#include "jit/builder.hpp"
#include "jit/layout.hpp"
#include "jit/types.hpp"
#include "jit/vector_ops.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

Value Builder::constant(Walker&, Op, wasm::ValType type, wasm::Bits bits) {
  return emit_.constant(type_of(type), bits.lo, bits.hi);
}

Value Builder::numeric(Walker&, Op op, Value a) {
  if (!is_vector(op)) return canonical(op, emit_.numeric(op, a));
  const bool is_splat = wasm::walk_row(op).params[0] != wasm::Kind::v128;
  return is_splat ? emit_.splat(op, a) : canonical(op, vector(op, {a}));
}

Value Builder::numeric(Walker&, Op op, Value a, Value b) {
  return canonical(op, is_vector(op) ? vector(op, {a, b}) : emit_.numeric(op, a, b));
}

void Builder::numeric(Walker&, Op op, Operands args, Operands results) {
  values_.clear();
  for (const Operand& arg : args) values_.push_back(arg.value);
  const auto made = emit_.wide(op, values_);
  for (std::size_t i = 0; i < results.size(); ++i) results[i].value = made[i];
}

Value Builder::select(Walker&, wasm::ValType type, Value a, Value b, Value condition) {
  return emit_.select(type_of(type), a, b, condition);
}

Value Builder::local_get(Walker&, wasm::LocalIdx index, wasm::ValType) {
  return body_->locals[index.value];
}

void Builder::local_set(Walker&, wasm::LocalIdx index, wasm::ValType, Value value) {
  body_->locals[index.value] = value;
}

Value Builder::local_tee(Walker&, wasm::LocalIdx index, wasm::ValType, Value value) {
  return body_->locals[index.value] = value;
}

Value Builder::global_cell(std::uint32_t index) {
  const Value globals = emit_.field(Type::i64, instance_, layout::instance_globals);
  return emit_.field(Type::i64, globals, std::uint64_t{index} * layout::word);
}

/// Imported globals may be one and the same; others are the module's own.
Place Builder::global_place(std::uint32_t index) const {
  const std::uint32_t imported = module_->imported_globals;
  return {Alias::global, index < imported ? 0 : index - imported + 1};
}

Value Builder::global_get(Walker&, wasm::GlobalIdx index, const wasm::GlobalType& type) {
  const Value cell = global_cell(index.value);
  if (!type.is_mutable) return emit_.field(type_of(type.type), cell, 0);
  return emit_.read(type_of(type.type), cell, 0, global_place(index.value));
}

void Builder::global_set(Walker&, wasm::GlobalIdx index, const wasm::GlobalType&, Value value) {
  emit_.write(global_cell(index.value), 0, value, global_place(index.value));
}

void Builder::reference_op(Walker&, Op op, const wasm::Immediates& imm, Operands args,
                           Operands results) {
  Value& result = results[0].value;
  switch (op) {
    case Op::ref_null:
      result = emit_.i64(0);
      return;
    case Op::ref_func:
      result = function_at(imm.index);
      return;
    case Op::ref_is_null:
      result = emit_.numeric(Op::i64_eqz, args[0].value);
      return;
    case Op::ref_eq:
      result = emit_.numeric(Op::i64_eq, args[0].value, args[1].value);
      return;
    case Op::ref_as_non_null:
      emit_.trap_if(emit_.numeric(Op::i64_eqz, args[0].value), TrapCode::null_reference);
      result = args[0].value;
      return;
    case Op::any_convert_extern:
    case Op::extern_convert_any:
      result = args[0].value;
      return;
    case Op::ref_i31: {
      const Value doubled = emit_.numeric(Op::i32_shl, args[0].value, emit_.i32(1));
      result =
          emit_.numeric(Op::i64_extend_i32_u, emit_.numeric(Op::i32_or, doubled, emit_.i32(1)));
      return;
    }
    case Op::ref_test:
    case Op::ref_test_null:
      result = cast_test(args[0].value, args[0].type, imm.type);
      return;
    case Op::ref_cast:
    case Op::ref_cast_null:
      emit_.trap_if(emit_.numeric(Op::i32_eqz, cast_test(args[0].value, args[0].type, imm.type)),
                    TrapCode::cast_failure);
      result = args[0].value;
      return;
    default: {  // i31.get_s and i31.get_u
      emit_.trap_if(emit_.numeric(Op::i64_eqz, args[0].value), TrapCode::null_i31_reference);
      const Value tagged = emit_.numeric(Op::i32_wrap_i64, args[0].value);
      result =
          emit_.numeric(op == Op::i31_get_s ? Op::i32_shr_s : Op::i32_shr_u, tagged, emit_.i32(1));
    }
  }
}

}  // namespace wrun::inline v0::jit
