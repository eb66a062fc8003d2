#include "jit/emit.hpp"
#include "jit/layout.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;

/// By way of the scratch vector register: general ones may hold arguments.
void CodeEmitter::copy_to_stack(const CallLayout::Value& value, const Xbyak::RegExp& area) {
  const Xbyak::RegExp to = area + static_cast<int>(value.place.stack);
  if (value.operand == no_operand) {
    mov(dword[to], static_cast<std::uint32_t>(value.constant));
    return mov(dword[to + 4], static_cast<std::uint32_t>(value.constant >> 32));
  }
  const Loc from = loc(value.operand);
  const Xbyak::Xmm by = vec(scratch_vector);
  const bool is_wide = value.place.type == jit::Type::v128;
  if (from.is_slot()) {
    if (is_wide) {
      movups(by, slot(from, 16));
      return movups(ptr[to], by);
    }
    movsd(by, slot(from));
    return movsd(ptr[to], by);
  }
  if (class_of(from.reg()) == RegClass::general) return mov(ptr[to], gp64(from.reg()));
  if (is_wide) return movups(ptr[to], vec(from.reg()));
  movsd(ptr[to], vec(from.reg()));
}

/// Loads what the callee wants besides its arguments; its code is at [r13 + cell_machine_code]
/// then.
std::uint32_t CodeEmitter::find_callee(const Machine& m) {
  if (m.op == MOp::call_reference || m.op == MOp::tail_call_reference) {
    constexpr ModRm load_word{.opcode = 0x8b, .is_wide = true};
    with_memory(load_word, reg::rdi, {scratch_general, no_reg, 0, layout::func_instance});
    with_memory(load_word, reg::r13, {scratch_general, no_reg, 0, layout::func_cell});
    with_memory({.opcode = 0x8b}, reg::rax, {scratch_general, no_reg, 0, layout::func_index});
    return layout::cell_machine_code;
  }
  with_memory({.opcode = 0x8b, .is_wide = true}, reg::r13,
              {reg::rdi, no_reg, 0, layout::instance_cells});
  with_number(reg::rax, static_cast<std::uint32_t>(m.imm));
  const auto number = static_cast<std::uint32_t>(m.imm - imported_functions_);
  return number * layout::cell_size + layout::cell_machine_code;
}

/// A function reference, which is the first operand, to its register.
void CodeEmitter::load_reference(const Machine& m) {
  if (m.op != MOp::call_reference && m.op != MOp::tail_call_reference) return;
  with_general(0, 8, [&](const auto& from) { mov(r11, from); });
}

/// Leaves the results' area on the stack.
void CodeEmitter::make_call(const Machine& m, const CallLayout& layout) {
  const std::uint32_t area = layout.param_bytes + layout.result_bytes;
  if (area != 0) sub(rsp, area);
  for (const CallLayout::Value& value : layout.stack_args) copy_to_stack(value, rsp);
  load_reference(m);
  const auto begin = static_cast<std::uint32_t>(getSize());
  const std::uint32_t code = find_callee(m);
  constexpr Reg call_extension = 2;
  with_memory({.opcode = 0xff}, call_extension,
              {reg::r13, no_reg, 0, static_cast<std::int32_t>(code)});
  if (m.op == MOp::call_local) {
    const auto end = static_cast<std::uint32_t>(getSize());
    out_.calls.push_back({begin, end, static_cast<std::uint32_t>(m.imm)});
  }
  site(m.origin);
}

void CodeEmitter::call_wasm(const Machine& m) {
  const CallLayout& layout = function_->calls[m.extra];
  make_call(m, layout);
  if (layout.result_bytes != 0 && layout.stack_results.empty()) add(rsp, layout.result_bytes);
}

void CodeEmitter::load_result(const Machine& m) {
  load_plain(0, rsp + static_cast<int>(m.imm), m.size, m.which != 0);
  if (m.has_imm) add(rsp, function_->calls[m.extra].result_bytes);
}

void CodeEmitter::helper(const Machine& m) {
  const auto with_fuel = m.has_imm ? static_cast<std::uint32_t>(Helper::count_) : 0;
  mov(eax, static_cast<std::uint32_t>(m.imm) + with_fuel);
  call_stub(stubs_.helper());
  site(m.origin);
}

/// The landing is a block until the code is complete.
void CodeEmitter::unwind(const Machine& m) {
  const LFunction& lir = function_->lir;
  const std::uint32_t first = lir.blocks[block_].first_succ;
  out_.landings.push_back(
      {out_.sites.back().offset, lir.succs[first + 1].to, static_cast<std::uint32_t>(m.imm)});
  jump_block(lir.succs[first].to);
}

void CodeEmitter::return_(const Machine& m) {
  for (const CallLayout::Value& value : function_->calls[m.extra].stack_args)
    copy_to_stack(value, rbp + 16 + static_cast<int>(own_->param_bytes));
  leave_frame();
  ret(static_cast<int>(own_->param_bytes));
}

/// The host is to see who calls it, in backtraces too: it is called, then there is a return.
void CodeEmitter::leave_to_host(const Machine& m) {
  if (m.op != MOp::tail_call_reference) return;
  load_reference(m);
  cmp(qword[r11 + layout::func_host], 0);
  Rare rare;
  rare.kind = Rare::Kind::host_tail_call;
  rare.payload = payload_;
  rare.places = places_;
  rare.jump = jump_if_rare(Cond::not_equal);
  rare_.push_back(rare);
}

void CodeEmitter::host_tail_call(const Machine& m) {
  const CallLayout& layout = function_->calls[m.extra];
  make_call(m, layout);
  const Xbyak::Xmm by = vec(scratch_vector);
  const auto bytes = static_cast<int>(layout.result_bytes);
  for (int i = 0; i < bytes; i += 16) {
    movups(by, ptr[rsp + i]);
    movups(ptr[rbp + 16 + static_cast<int>(own_->param_bytes) + i], by);
  }
  if (bytes != 0) add(rsp, bytes);
  leave_frame();
  ret(static_cast<int>(own_->param_bytes));
}

void CodeEmitter::tail_call(const Machine& m) {
  leave_to_host(m);
  const CallLayout& layout = function_->calls[m.extra];
  if (layout.param_bytes != 0) sub(rsp, layout.param_bytes);
  for (const CallLayout::Value& value : layout.stack_args) copy_to_stack(value, rsp);
  load_reference(m);
  if (layout.param_bytes == 0 && own_->param_bytes == 0) {
    leave_frame();
  } else {
    move_arguments_up(layout.param_bytes);
  }
  const std::uint32_t code = find_callee(m);
  jmp(qword[r13 + code]);
}

/// Replaces the frame and its arguments by `bytes` of new ones, which are at rsp, below a copy of
/// the return address. What a callee leaves its caller ends where this function's arguments did.
void CodeEmitter::move_arguments_up(std::uint32_t bytes) {
  const Xbyak::Xmm by = vec(scratch_vector);
  const auto new_bytes = static_cast<int>(bytes);
  const int start = 16 + static_cast<int>(own_->param_bytes) - new_bytes;
  mov(r13, ptr[rbp]);
  mov(r14, ptr[rbp + 8]);
  lea(rax, ptr[rbp + start - 8]);
  // Upwards, and perhaps into itself: the last bytes first.
  for (int i = new_bytes - 16; i >= 0; i -= 16) {
    movups(by, ptr[rsp + i]);
    movups(ptr[rax + 8 + i], by);
  }
  mov(ptr[rax], r14);
  mov(rbp, r13);
  mov(rsp, rax);
}

}  // namespace wrun::inline v0::jit
