#include "jit/builder.hpp"
#include "jit/layout.hpp"
#include "jit/types.hpp"

namespace wrun::inline v0::jit {

/// A call's first result is the call itself. values_ has what comes before the arguments.
void Builder::emit_call(Op op, Opcode plain, Opcode tail, std::uint64_t imm, Operands args,
                        Operands results) {
  for (const Operand& arg : args) values_.push_back(arg.value);
  if (is_tail(op)) {
    if (charges_frames() && tail == Opcode::tail_call_reference) return tail_call_any(imm);
    give_stack();
    emit_.append(tail, Type::none, imm, values_);
    return;
  }
  const Type first = results.empty() ? Type::none : type_of(results[0].type);
  const Value made = emit_.append(plain, first, imm, values_);
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].value =
        i == 0 ? made
               : emit_.append(Opcode::result, type_of(results[i].type), i, std::span(&made, 1));
  }
  if (current_try_ != TryTable::none) after_call();
}

Value Builder::function_at(std::uint32_t index) {
  const Value functions = emit_.field(Type::i64, instance_, layout::instance_functions);
  return emit_.field(Type::i64, functions, std::uint64_t{index} * layout::word);
}

void Builder::call(Walker& w, Op op, wasm::FuncIdx callee, const wasm::FuncType&, Operands args,
                   Operands results) {
  if (!is_tail(op) && inline_call(w, callee, args, results)) return;
  values_.clear();
  if (callee.value >= module_->imported_functions)
    return emit_call(op, Opcode::call, Opcode::tail_call, callee.value, args, results);
  values_.push_back(function_at(callee.value));
  emit_call(op, Opcode::call_reference, Opcode::tail_call_reference,
            module_->functions[callee.value].type.value, args, results);
}

/// Traps unless the function is of the type, or of a subtype.
void Builder::check_type(Walker&, Value callee, wasm::TypeIdx type) {
  const Value ids = emit_.field(Type::i64, instance_, layout::instance_type_ids);
  const Value expected =
      emit_.field(Type::i32, ids, std::uint64_t{type.value} * sizeof(wasm::TypeId));
  const Value found = emit_.field(Type::i32, callee, layout::func_type, guarded);
  const Value differs = emit_.numeric(Op::i32_ne, found, expected);
  if (module_->types.types[type.value].is_final)
    return emit_.trap_if(differs, TrapCode::indirect_call_type_mismatch);
  const Block slow = add_block(loop_depth_);
  const Block next = add_block(loop_depth_);
  graph_.at(slow).is_cold = true;
  emit_.branch(differs, graph_.make_edge(slow), graph_.make_edge(next), rarely_taken);
  emit_.start(slow);
  const Value args[] = {instance_, found, expected};
  const Value is_subtype = emit_.helper(Helper::is_subtype, Type::i32, args);
  emit_.trap_if(emit_.numeric(Op::i32_eqz, is_subtype), TrapCode::indirect_call_type_mismatch);
  emit_.jump(graph_.make_edge(next));
  emit_.start(next);
}

void Builder::call_indirect(Walker& w, Op op, wasm::TypeIdx type, wasm::TableIdx table, Value index,
                            Operands args, Operands results) {
  const wasm::ValType element = module_->tables[table.value].type.element;
  const Value callee = element_at(table.value, index, TrapCode::undefined_element);
  if (element.is_nullable())
    emit_.trap_if(emit_.numeric(Op::i64_eqz, callee), TrapCode::uninitialized_element);
  const auto expected = wasm::ValType::ref(wasm::HeapType(type), true);
  if (!module_->matches(element, expected)) check_type(w, callee, type);
  values_.assign(1, callee);
  emit_call(op, Opcode::call_reference, Opcode::tail_call_reference, type.value, args, results);
}

void Builder::call_ref(Walker&, Op op, wasm::TypeIdx type, Value callee, Operands args,
                       Operands results) {
  emit_.trap_if(emit_.numeric(Op::i64_eqz, callee), TrapCode::null_function_reference);
  values_.assign(1, callee);
  emit_call(op, Opcode::call_reference, Opcode::tail_call_reference, type.value, args, results);
}

}  // namespace wrun::inline v0::jit
