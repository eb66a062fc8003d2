// Where arguments and results are.

#include "jit/lower.hpp"

namespace wrun::inline v0::jit {

/// What arrives on the stack is read from the frame.
void Lowering::arguments(const Signature& own, bool from_frame) {
  const Block entry = graph_->entry();
  begin(MOp::arguments, at(graph_->at(entry).first));
  std::vector<Value> on_stack;
  for (Value v = graph_->at(entry).first; v != Value::none; v = at(v).next) {
    const Inst& inst = at(v);
    if (inst.op == Opcode::instance) {
      instance_ = v;
      out_->lir.vregs[vreg(v)].home = instance_slot;
      def_in(v, instance_reg);
    } else if (inst.op == Opcode::argument && uses_[index(v)] != 0) {
      const AbiPlace& place = own.params[inst.imm];
      if (place.reg == no_reg) {
        on_stack.push_back(v);
      } else {
        def_in(v, place.reg);
      }
    }
  }
  if (from_frame) {
    frame_ = new_vreg(RegClass::general);
    add_operand(frame_, Role::def, Constraint::fixed, frame_reg);
  }
  for (const Value v : on_stack) {
    Machine& load = begin(MOp::load_argument, at(v));
    load.size = static_cast<std::uint8_t>(size_of(at(v).type));
    load.which = is_float(at(v).type);
    load.imm = own.params[at(v).imm].stack;
    def(v);
  }
}

void Lowering::frame_slot(Value v, const Inst& inst) {
  if (tries_upper_halves_ && inst.type == Type::i32) spoil(inst);
  begin(MOp::load, inst).size = static_cast<std::uint8_t>(size_of(inst.type));
  machine().which = is_float(inst.type);
  def(v);
  machine().address.base = add_operand(frame_, Role::use, Constraint::reg);
  machine().address.disp = static_cast<std::int32_t>(8 * inst.imm);
}

/// Fills the upper half of the interpreter's slot with garbage.
void Lowering::spoil(const Inst& frame_slot) {
  Machine& store = begin(MOp::store, frame_slot);
  store.has_imm = true;
  store.compare.imm = static_cast<std::int32_t>(garbage);
  store.address.disp = static_cast<std::int32_t>(8 * frame_slot.imm + 4);
  store.address.base = add_operand(frame_, Role::use, Constraint::reg);
}

const wasm::FuncType& Lowering::type_of_callee(const Inst& inst) const {
  if (inst.op == Opcode::call || inst.op == Opcode::tail_call)
    return module_->type_of(wasm::FuncIdx(static_cast<std::uint32_t>(inst.imm)));
  return module_->types.types[inst.imm].func;
}

/// Constants take no register on their way.
CallLayout::Value Lowering::on_stack(Value v, const AbiPlace& place) {
  if (at(v).op == Opcode::constant && at(v).type != Type::v128)
    return {no_operand, place, at(v).imm};
  return {use(v, Constraint::any, Role::late_use), place, 0};
}

/// Arguments in registers are fixed; those on the stack may be anywhere, and are copied by the
/// emitter, which finds them behind the others.
void Lowering::call_operands(const Signature& signature, std::span<const Value> args) {
  CallLayout& layout = out_->calls.emplace_back();
  layout.param_bytes = signature.param_bytes;
  layout.result_bytes = signature.result_bytes;
  for (std::size_t i = 0; i < args.size(); ++i)
    if (signature.params[i].reg != no_reg) use_in(args[i], signature.params[i].reg);
  for (std::size_t i = 0; i < args.size(); ++i) {
    const AbiPlace& place = signature.params[i];
    if (place.reg == no_reg) layout.stack_args.push_back(on_stack(args[i], place));
  }
}

/// All of a call but its results: the callee's instance or reference, and the arguments.
const Signature& Lowering::begin_call(const Inst& inst, MOp direct, MOp by_reference) {
  shape_to(shape_, type_of_callee(inst));
  signature_to(signature_, shape_);
  const bool is_direct = inst.op == Opcode::call || inst.op == Opcode::tail_call;
  Machine& made = begin(is_direct ? direct : by_reference, inst);
  out_->lir.blocks.back().has_call = true;
  made.imm = inst.imm;
  made.extra = out_->calls.size();
  const auto args = graph_->args(inst);
  if (is_direct) {
    use_in(instance_, instance_reg);
  } else {
    use(args[0], Constraint::any);
  }
  call_operands(signature_, args.subspan(is_direct ? 0 : 1));
  return signature_;
}

void Lowering::call(Value v, const Inst& inst) {
  results(v, begin_call(inst, MOp::call_local, MOp::call_reference));
}

/// The results in registers are defined; those on the stack are read after the call.
void Lowering::results(Value v, const Signature& signature) {
  RegSet clobbers = out_->lir.allocatable;
  std::vector<Value>& values = results_;
  values.assign(signature.results.size(), Value::none);
  if (!values.empty()) values[0] = v;
  for (Value next = at(v).next; next != Value::none && at(next).op == Opcode::result;
       next = at(next).next)
    values[at(next).imm] = next;
  CallLayout& layout = out_->calls.back();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const AbiPlace& place = signature.results[i];
    if (values[i] == Value::none || (uses_[index(values[i])] == 0)) continue;
    if (place.reg == no_reg) {
      layout.stack_results.push_back({0, place});
      continue;
    }
    def_in(values[i], place.reg);
    clobbers.remove(place.reg);
  }
  current().clobbers = clobbers;
  std::size_t at_stack = 0;
  const std::size_t call = out_->calls.size() - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const AbiPlace& place = signature.results[i];
    if (values[i] == Value::none || uses_[index(values[i])] == 0 || place.reg != no_reg) continue;
    Machine& load = begin(MOp::load_result, at(values[i]));
    load.size = static_cast<std::uint8_t>(size_of(place.type));
    load.which = is_float(place.type);
    load.imm = place.stack;
    load.extra = call;
    load.has_imm = ++at_stack == out_->calls[call].stack_results.size();
    def(values[i]);
  }
}

void Lowering::helper(Value v, const Inst& inst) {
  constexpr Reg regs[] = {reg::rdi, reg::rsi, reg::rdx, reg::rcx, reg::r8, reg::r9};
  const auto args = graph_->args(inst);
  Machine& made = begin(MOp::call_helper, inst);
  out_->lir.blocks.back().has_call = true;
  made.imm = inst.imm;
  made.has_imm = inst.imm2 != 0;
  for (std::size_t i = 0; i < args.size(); ++i) use_in(args[i], regs[i]);
  RegSet clobbers = out_->lir.allocatable;
  if (inst.type != Type::none && uses_[index(v)] != 0) {
    def_in(v, reg::rax);
    clobbers.remove(reg::rax);
  }
  current().clobbers = clobbers;
}

void Lowering::return_(const Inst& inst) {
  const auto args = graph_->args(inst);
  begin(MOp::return_, inst).extra = out_->calls.size();
  CallLayout& layout = out_->calls.emplace_back();
  layout.param_bytes = own_->param_bytes;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const AbiPlace& place = own_->results[i];
    if (place.reg != no_reg) {
      use_in(args[i], place.reg);
    } else {
      layout.stack_args.push_back(on_stack(args[i], place));
    }
  }
}

void Lowering::tail_call(const Inst& inst) {
  (void)begin_call(inst, MOp::tail_call_local, MOp::tail_call_reference);
}

}  // namespace wrun::inline v0::jit
