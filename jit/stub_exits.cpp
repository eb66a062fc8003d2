#include "jit/stub_writer.hpp"

#include <algorithm>
#include <iterator>

#include "jit/helpers.hpp"
#include "jit/layout.hpp"
#include "jit/stubs.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;
using runtime::Leave;

namespace {

/// Registers that compiled code may use.
const Xbyak::Reg64 all_general[] = {rax, rcx, rdx, rbx, rsi, rdi, r8,
                                    r9,  r10, r11, r12, r13, r14, r15};

}  // namespace

void StubWriter::trap_code(TrapCode code, const void* leave) {
  load_state();
  trapped(static_cast<std::uint32_t>(code), leave);
}

void StubWriter::out_of_bounds_code(const void* leave) {
  load_state();
  mov(ptr[r13 + layout::state_address], r11);
  trapped(
      static_cast<std::uint32_t>(TrapCode::out_of_bounds_memory_access) | runtime::trap_has_address,
      leave);
}

void StubWriter::trapped(std::uint32_t trap, const void* leave) {
  store_fuel(r13);
  mov(dword[r13 + layout::native_trap], trap);
  pop(qword[r13 + layout::native_pc]);
  mov(ptr[r13 + layout::native_frame], rbp);
  leave_with(Leave::trapped, leave);
}

void StubWriter::limit_code(Leave why, const void* leave) {
  // At its entry a function has no frame yet, and its return address is above that of this code.
  const bool has_frame = why == Leave::limit_in_loop;
  Xbyak::Label go_on;
  for (const auto& r : all_general) push(r);
  const int pushed = 8 * static_cast<int>(std::size(all_general));
  sub(rsp, 16 * 16);
  for (int i = 0; i < 16; ++i) movups(ptr[rsp + 16 * i], Xbyak::Xmm(i));
  if (has_frame) {
    load_state();
  } else {
    mov(r13, ptr[rdi + layout::instance_state]);
  }
  store_fuel(r13);
  mov(rax, ptr[rsp + 16 * 16 + pushed]);
  if (!has_frame) {
    mov(ptr[r13 + layout::native_entry], rax);
    mov(ptr[r13 + layout::native_callee], rdi);
    mov(rax, ptr[rsp + 16 * 16 + pushed + 8]);
  }
  mov(ptr[r13 + layout::native_pc], rax);
  mov(ptr[r13 + layout::native_frame], rbp);
  push(rbp);
  lea(r15, ptr[rip + go_on]);
  push(r15);
  mov(ptr[r13 + layout::native_sp], rsp);
  leave_with(why, leave);
  L(go_on);
  pop(rbp);
  for (int i = 0; i < 16; ++i) movups(Xbyak::Xmm(i), ptr[rsp + 16 * i]);
  add(rsp, 16 * 16);
  std::for_each(std::rbegin(all_general), std::rend(all_general), [&](const auto& r) { pop(r); });
  if (has_frame) {
    load_fuel_of_instance(frames_instance());
  } else {
    load_fuel_of_instance(rdi);
  }
  ret();
}

void StubWriter::helper_code(const void* leave) {
  Xbyak::Label failed;
  Xbyak::Label table;
  mov(r13, ptr[rdi + layout::instance_state]);
  store_fuel(r13);
  pop(r10);
  mov(ptr[r13 + layout::native_pc], r10);
  push(r10);
  mov(ptr[r13 + layout::native_frame], rbp);
  mov(ptr[r13 + layout::native_sp], rsp);
  mov(r14, rsp);
  mov(dword[r13 + layout::native_trap], 0);
  mov(rsp, ptr[r13 + layout::native_host_sp]);
  lea(r10, ptr[rip + table]);
  call(ptr[r10 + rax * 8]);
  mov(rsp, r14);
  cmp(dword[r13 + layout::native_trap], 0);
  jne(failed);
  load_fuel(r13);
  ret();
  L(failed);
  dec(dword[r13 + layout::native_trap]);
  leave_with(Leave::trapped, leave);
  align(8);
  L(table);
  for (unsigned i = 0; i < 2 * static_cast<unsigned>(Helper::count_); ++i)
    dq(reinterpret_cast<std::uint64_t>(helper_functions[i]));
}

}  // namespace wrun::inline v0::jit
