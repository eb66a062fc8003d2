#include "jit/stub_writer.hpp"

#include "jit/layout.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;
using runtime::Leave;

void StubWriter::enter_code(const Signature& signature, bool in_loop) {
  const int params = in_loop ? 0 : static_cast<int>(signature.param_bytes);
  const int results = static_cast<int>(signature.result_bytes);
  save_host(rcx);
  mov(rbp, ptr[rcx + layout::native_sp]);
  mov(rsp, rbp);
  sub(rsp, 16 + params + results);
  mov(frames_instance(), rdi);
  mov(segments_state(), rcx);
  pass_arguments(signature, in_loop, rsp);
  load_fuel_of_instance(frames_instance());
  call(r11);
  mov(r13, segments_state());
  store_fuel(r13);
  mov(r14, ptr[rbp + layout::segment_fp]);
  gather(signature.results, r14, rsp);
  // What is stored here is read soon, by the next call; and mostly it is there already.
  Xbyak::Label moved;
  Xbyak::Label go_back;
  cmp(ptr[r13 + layout::native_sp], rbp);
  jne(moved);
  L(go_back);
  mov(eax, static_cast<std::uint32_t>(Leave::returned));
  leave_code(r13);
  L(moved);
  mov(ptr[r13 + layout::native_sp], rbp);
  jmp(go_back);
}

void StubWriter::enter_tail_code(const Signature& signature, bool in_loop) {
  const int params = in_loop ? 0 : static_cast<int>(signature.param_bytes);
  save_host(rcx);
  mov(r13, ptr[rcx + layout::native_sp]);
  mov(r15, ptr[r13 + layout::suspended_resume]);
  mov(r15d, ptr[r15 - 4]);
  mov(rbp, ptr[r13 + layout::suspended_rbp]);
  mov(r14, ptr[r13 + layout::suspended_pc]);
  lea(rsp, ptr[r13 + r15 + static_cast<int>(layout::suspended_pc) - params]);
  mov(ptr[rsp], r14);
  pass_arguments(signature, in_loop, rsp + 8);
  load_fuel_of_instance(frames_instance());
  jmp(r11);
}

void StubWriter::pass_arguments(const Signature& signature, bool in_loop,
                                const Xbyak::RegExp& area) {
  mov(r11, rdx);
  mov(r14, rsi);
  if (in_loop) {
    mov(gp64(frame_reg), r14);
  } else {
    spread(signature.params, r14, area);
  }
}

void StubWriter::resume_code() {
  save_host(rdi);
  mov(rsp, ptr[rdi + layout::native_sp]);
  ret();
}

void StubWriter::land_code() {
  save_host(rdi);
  mov(rbp, ptr[rdi + layout::native_frame]);
  load_fuel(rdi);
  jmp(ptr[rdi + layout::native_pc]);
}

}  // namespace wrun::inline v0::jit
