#include "jit/stub_writer.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "jit/layout.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;
using runtime::Leave;

namespace {

/// Where the arguments on the stack are above a Suspended.
constexpr int above_suspended = sizeof(runtime::Suspended);

/// Nothing if a value isn't in one register, or there are several results.
std::optional<CppPlaces> cpp_places(const Signature& signature) {
  // Behind those of the environment and the context.
  constexpr Reg general[] = {reg::rdx, reg::rcx, reg::r8, reg::r9};
  constexpr std::size_t vectors = 8;
  if (signature.results.size() > 1) return std::nullopt;
  for (const auto* places : {&signature.params, &signature.results})
    for (const AbiPlace& place : *places)
      if (place.type == jit::Type::v128) return std::nullopt;
  CppPlaces result;
  std::size_t next_general = 0;
  std::size_t next_vector = 0;
  for (const AbiPlace& place : signature.params) {
    AbiPlace to;
    to.type = place.type;
    if (is_float(place.type) && next_vector < vectors) {
      to.reg = static_cast<Reg>(reg::xmm0 + next_vector++);
    } else if (!is_float(place.type) && next_general < std::size(general)) {
      to.reg = general[next_general++];
    } else {
      to.stack = result.bytes;
      result.bytes += 8;
    }
    result.params.push_back(to);
  }
  result.bytes = (result.bytes + 15) & ~15u;
  return result;
}

}  // namespace

void StubWriter::push_suspended(const Signature& signature, const Xbyak::Reg64& callee,
                                const Xbyak::Label& go_on, const Xbyak::Label& no_room) {
  const int slots_needed = std::max(slots_of(signature.params), slots_of(signature.results));
  store_fuel(r13);
  push(rbp);
  push(callee);
  mov(r14, ptr[r13 + layout::state_stack_top]);
  lea(r15, ptr[r14 + 8 * slots_needed]);
  cmp(r15, ptr[r13 + layout::state_stack_end]);
  ja(no_room, T_NEAR);
  push(r14);
  lea(rax, ptr[rip + go_on]);
  push(rax);
  mov(ptr[r13 + layout::native_sp], rsp);
}

void StubWriter::give_up_suspended() {
  add(rsp, layout::suspended_rbp - layout::suspended_callee);
  pop(rbp);
  load_fuel(r13);
}

void StubWriter::return_results(const Signature& signature) {
  pop(r14);
  add(rsp, layout::suspended_rbp - layout::suspended_callee);
  pop(rbp);
  spread(signature.results, r14, rsp + 8 + static_cast<int>(signature.param_bytes));
  return_to(signature);
}

void StubWriter::return_to(const Signature& signature) {
  load_fuel_of_instance(frames_instance());
  ret(static_cast<int>(signature.param_bytes));
}

void StubWriter::to_interpreter_code(const Signature& signature, const Ways& ways) {
  Xbyak::Label no_room;
  Xbyak::Label go_on;
  mov(r13, ptr[rdi + layout::instance_state]);
  mov(ptr[r13 + layout::native_function], eax);
  push_suspended(signature, rdi, go_on, no_room);
  gather(signature.params, r14, rsp + above_suspended);
  leave_with(Leave::called, ways.leave);
  dd(signature.param_bytes);  // for enter_tail_code
  L(go_on);
  return_results(signature);
  L(no_room);
  give_up_suspended();
  mov(ptr[r13 + layout::native_callee], rdi);
  trapped(runtime::trap_is_no_frame, ways.leave);
}

void StubWriter::to_host_code(const Signature& signature, const Ways& ways) {
  Xbyak::Label no_room;
  Xbyak::Label go_on;
  Xbyak::Label not_here;
  load_state();
  push_suspended(signature, r11, go_on, no_room);
  if (const auto places = cpp_places(signature)) {
    Xbyak::Label look;
    open_gate(not_here);
    call_typed(signature, *places);
    close_gate(look);
    add(rsp, layout::suspended_rbp);
    pop(rbp);
    for (const AbiPlace& result : signature.results) {
      spoil(result, gp64(result.reg), r11);
      if (result.type == jit::Type::i32) mov(gp32(result.reg), gp32(result.reg));
    }
    return_to(signature);
    L(look);
    look_for_work(signature, go_on, ways.leave);
  } else {
    jmp(not_here, T_NEAR);
  }
  L(go_on);
  return_results(signature);
  L(not_here);
  mov(ptr[r13 + layout::state_stack_top], r14);
  gather(signature.params, r14, rsp + above_suspended);
  mov(dword[r13 + layout::native_trap], 0);
  leave_with(Leave::host_call, ways.leave);
  L(no_room);
  give_up_suspended();
  jump_to(ways.exhausted);
}

void StubWriter::open_gate(const Xbyak::Label& not_here) {
  mov(r11, ptr[r11 + layout::func_host]);
  cmp(qword[r11 + layout::host_typed], 0);
  je(not_here, T_NEAR);
  mov(rax, ptr[r13 + layout::native_gate]);
  mov(ptr[rax + layout::record_top], r15);
  mov(ptr[r13 + layout::state_stack_top], r15);
  mov(r15, ptr[rax + layout::gate_calls_due]);
  mov(r15, ptr[r15]);
  cmp(r15, ptr[r13 + layout::state_host_calls]);
  jbe(not_here, T_NEAR);
  inc(qword[r13 + layout::state_host_calls]);
  mov(r15, frames_instance());
  mov(ptr[rax + layout::record_instance], r15);
  mov(ptr[rax + layout::gate_caller], r15);
  mov(ptr[rax + layout::record_host], r11);
  mov(ptr[rax + layout::record_fp], rsp);
  mov(ptr[r13 + layout::state_records], rax);
}

void StubWriter::call_typed(const Signature& signature, const CppPlaces& places) {
  mov(r15, rsp);
  mov(rsp, ptr[r13 + layout::native_host_sp]);
  if (places.bytes != 0) sub(rsp, places.bytes);
  for (std::size_t i = 0; i < places.params.size(); ++i) {
    const AbiPlace& from = signature.params[i];
    const AbiPlace& to = places.params[i];
    if (to.reg != no_reg) continue;
    const Xbyak::RegExp at = rsp + static_cast<int>(to.stack);
    if (from.reg != no_reg) {
      store(from, ptr[at]);
    } else {
      mov(r14, ptr[r15 + above_suspended + static_cast<int>(from.stack)]);
      mov(ptr[at], r14);
    }
  }
  // Each general register's argument goes to the next one.
  for (std::size_t i = places.params.size(); i-- != 0;) {
    const Reg to = places.params[i].reg;
    if (to != no_reg && to < reg::xmm0) mov(gp64(to), gp64(signature.params[i].reg));
  }
  for (const AbiPlace& to : places.params)
    if (to.reg != no_reg) spoil(to, gp64(to.reg), r10);
  mov(rdi, ptr[r11 + layout::host_env]);
  lea(rsi, ptr[rax + layout::gate_context]);
  call(ptr[r11 + layout::host_typed]);
  if (places.bytes != 0) mov(r14, ptr[r15 + layout::suspended_fp]);
  mov(rsp, r15);
}

void StubWriter::close_gate(const Xbyak::Label& look) {
  mov(rcx, ptr[r13 + layout::native_gate]);
  mov(rcx, ptr[rcx + layout::record_outer]);
  mov(ptr[r13 + layout::state_records], rcx);
  mov(ptr[r13 + layout::state_stack_top], r14);
  cmp(byte[r13 + layout::state_may_have_work], 0);
  jne(look, T_NEAR);
  cmp(dword[r13 + layout::state_stop], 0);
  jne(look, T_NEAR);
}

void StubWriter::look_for_work(const Signature& signature, const Xbyak::Label& go_on,
                               const void* leave) {
  Xbyak::Label more;
  for (const AbiPlace& result : signature.results) store(result, ptr[r14]);
  mov(rsp, ptr[r13 + layout::native_host_sp]);
  mov(rdi, r13);
  mov(rax, reinterpret_cast<std::uint64_t>(&runtime::left_work));
  call(rax);
  mov(rsp, r15);
  test(al, al);
  jne(more);
  add(rsp, 8);
  jmp(go_on, T_NEAR);
  L(more);
  mov(dword[r13 + layout::native_trap], runtime::host_was_called);
  leave_with(Leave::host_call, leave);
}

}  // namespace wrun::inline v0::jit
