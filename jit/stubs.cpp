#include "jit/stubs.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <vector>

#include "jit/asm.hpp"
#include "jit/layout.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;
using runtime::Leave;

namespace {

constexpr std::size_t common_bytes = 8 * 1024;

/// Registers that C++ wants back from whoever it calls.
const Xbyak::Reg64 callee_saved[] = {rbp, rbx, r12, r13, r14, r15};
/// Registers that compiled code may use.
const Xbyak::Reg64 all_general[] = {rax, rcx, rdx, rbx, rsi, rdi, r8,
                                    r9,  r10, r11, r12, r13, r14, r15};

/// Enough for the stubs of a type.
std::size_t bytes_for(const Shape& shape) {
  return 2048 + 160 * (shape.params.size() + shape.results.size());
}

/// Where arguments are in calls of HostFunction::typed.
struct CppPlaces {
  std::vector<AbiPlace> params;
  std::uint32_t bytes = 0;  ///< of those on the stack
};

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

/// Writes stubs where they can be jumped to from each other, then moves them to the arena.
class Stubs::Writer : public Xbyak::CodeGenerator {
 public:
  Writer(CodeArena& arena, std::size_t bytes, bool fuel)
      : CodeGenerator(bytes, Xbyak::DontSetProtectRWE),
        arena_(arena),
        fuel_(fuel),
        room_(arena.allocate(bytes)) {
    if (!room_) throw std::bad_alloc();
  }

  /// Where the next byte will run.
  const void* here() const { return room_ + getSize(); }
  template <class Function>
  Function here_as() const {
    return reinterpret_cast<Function>(reinterpret_cast<std::uintptr_t>(here()));
  }
  void begin() { align(16); }

  void jump_to(const void* stub) {
    const auto distance = static_cast<const std::uint8_t*>(stub) - (room_ + getSize() + 5);
    db(0xe9);
    dd(static_cast<std::uint32_t>(distance));
  }

  void finish() { arena_.write(room_, {getCode(), getSize()}); }

  void save_host(const Xbyak::Reg64& state) {
    for (const auto& r : callee_saved) push(r);
    push(state);  // where native.host_sp points, the stack is aligned
    mov(ptr[state + layout::native_host_sp], rsp);
  }

  /// Back to whoever entered machine code.
  void leave_code(const Xbyak::Reg64& state) {
    mov(rsp, ptr[state + layout::native_host_sp]);
    add(rsp, 8);
    std::for_each(std::rbegin(callee_saved), std::rend(callee_saved),
                  [&](const auto& r) { pop(r); });
    ret();
  }

  /// To leave, from a stub that compiled code called; r13 holds the state.
  void leave_with(Leave why, const void* leave) {
    mov(eax, static_cast<std::uint32_t>(why));
    mov(rdi, r13);
    jump_to(leave);
  }

  /// The state of the frame in rbp to r13.
  void load_state() {
    mov(r13, frames_instance());
    mov(r13, ptr[r13 + layout::instance_state]);
  }

  /// Where it has to be while other code runs: before anything else is in the register.
  void store_fuel(const Xbyak::Reg64& state) {
    if (fuel_) mov(ptr[state + layout::state_fuel], gp64(fuel_reg));
  }
  /// Once nothing else is to be in the register.
  void load_fuel(const Xbyak::Reg64& state) {
    if (fuel_) mov(gp64(fuel_reg), ptr[state + layout::state_fuel]);
  }
  /// The same where no other register is free.
  void load_fuel_of_instance(const Xbyak::Operand& instance) {
    if (!fuel_) return;
    mov(gp64(fuel_reg), instance);
    mov(gp64(fuel_reg), ptr[gp64(fuel_reg) + layout::instance_state]);
    load_fuel(gp64(fuel_reg));
  }
  /// Of the frame in rbp.
  Xbyak::Address frames_instance() const { return ptr[rbp - 8 * (instance_slot + 1)]; }
  /// The same, of the segment in rbp, which begins as a frame does: one load for load_state()'s
  /// two.
  Xbyak::Address segments_state() const { return ptr[rbp - 8 * (instance_slot + 2)]; }

  /// From the slot to the register.
  void load(const AbiPlace& place, const Xbyak::Address& at) {
    switch (place.type) {
      case jit::Type::i32:
        return mov(gp32(place.reg), at);
      case jit::Type::f32:
        return movss(vec(place.reg), at);
      case jit::Type::f64:
        return movsd(vec(place.reg), at);
      case jit::Type::v128:
        return movups(vec(place.reg), at);
      default:
        return mov(gp64(place.reg), at);
    }
  }
  void store(const AbiPlace& place, const Xbyak::Address& at) {
    switch (place.type) {
      case jit::Type::f32:
        return movss(at, vec(place.reg));
      case jit::Type::f64:
        return movsd(at, vec(place.reg));
      case jit::Type::v128:
        return movups(at, vec(place.reg));
      default:
        return mov(at, gp64(place.reg));
    }
  }
  /// Eight bytes at a time, or sixteen; r15 is free.
  void copy(const AbiPlace& place, const Xbyak::RegExp& to, const Xbyak::RegExp& from) {
    if (place.type == jit::Type::i32) {
      mov(r15d, ptr[from]);
    } else {
      mov(r15, ptr[from]);
    }
    mov(ptr[to], r15);
    if (place.type != jit::Type::v128) return;
    mov(r15, ptr[from + 8]);
    mov(ptr[to + 8], r15);
  }

  static int slots(const AbiPlace& place) { return place.type == jit::Type::v128 ? 2 : 1; }
  static int slots(const std::vector<AbiPlace>& places) {
    int count = 0;
    for (const AbiPlace& place : places) count += slots(place);
    return count;
  }

  /// Values at ascending slots from `frame` on, to registers and to stack areas at `area`.
  void spread(const std::vector<AbiPlace>& places, const Xbyak::Reg64& frame,
              const Xbyak::RegExp& area) {
    int slot = 0;
    // What is copied by way of a register first: it isn't an argument's.
    for (const bool on_stack : {true, false}) {
      slot = 0;
      for (const AbiPlace& place : places) {
        const Xbyak::RegExp at = frame + 8 * slot;
        if ((place.reg == no_reg) == on_stack) {
          if (on_stack) {
            copy(place, area + static_cast<int>(place.stack), at);
          } else {
            load(place, ptr[at]);
          }
        }
        slot += slots(place);
      }
    }
  }
  /// The other way.
  void gather(const std::vector<AbiPlace>& places, const Xbyak::Reg64& frame,
              const Xbyak::RegExp& area) {
    int slot = 0;
    for (const AbiPlace& place : places) {
      const Xbyak::RegExp at = frame + 8 * slot;
      if (place.reg == no_reg) {
        copy(place, at, area + static_cast<int>(place.stack));
      } else {
        store(place, ptr[at]);
      }
      slot += slots(place);
    }
  }

  // NativeEntry::Stub. rdi: Instance*, rsi: frame, rdx: code, rcx: ExecState*
  void enter_code(const Signature& signature, bool in_loop) {
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

  // The same in place of the call of the Suspended at native.sp: what is passed on the stack ends
  // where that call's arguments do.
  void enter_tail_code(const Signature& signature, bool in_loop) {
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

  /// From where the entries get them to where code expects them; r11: the code.
  void pass_arguments(const Signature& signature, bool in_loop, const Xbyak::RegExp& area) {
    mov(r11, rdx);
    mov(r14, rsi);
    if (in_loop) {
      mov(gp64(frame_reg), r14);
    } else {
      spread(signature.params, r14, area);
    }
  }

  // rdi: ExecState*, as for the next
  void resume_code() {
    save_host(rdi);
    mov(rsp, ptr[rdi + layout::native_sp]);
    ret();
  }

  /// The landing itself puts rsp where its frame ends.
  void land_code() {
    save_host(rdi);
    mov(rbp, ptr[rdi + layout::native_frame]);
    load_fuel(rdi);
    jmp(ptr[rdi + layout::native_pc]);
  }

  /// Makes a Suspended, for a call with r14 for its slots, up to r15. r13: the state.
  void push_suspended(const Signature& signature, const Xbyak::Label& go_on,
                      const Xbyak::Label& no_room) {
    const int slots_needed = std::max(slots(signature.params), slots(signature.results));
    store_fuel(r13);
    push(rbp);
    mov(r14, ptr[r13 + layout::state_stack_top]);
    lea(r15, ptr[r14 + 8 * slots_needed]);
    cmp(r15, ptr[r13 + layout::state_stack_end]);
    ja(no_room, T_NEAR);
    push(r14);
    lea(rax, ptr[rip + go_on]);
    push(rax);
    mov(ptr[r13 + layout::native_sp], rsp);
  }

  /// Where the arguments on the stack are above a Suspended.
  static constexpr int above_suspended = sizeof(runtime::Suspended);

  /// Goes back with the results from the slots.
  void return_results(const Signature& signature) {
    pop(r14);
    pop(rbp);
    spread(signature.results, r14, rsp + 8 + static_cast<int>(signature.param_bytes));
    return_to(signature);
  }
  void return_to(const Signature& signature) {
    load_fuel_of_instance(frames_instance());
    ret(static_cast<int>(signature.param_bytes));
  }

  // rdi: the callee's instance, eax: its index
  void to_interpreter_code(const Signature& signature, const void* exhausted, const void* leave) {
    Xbyak::Label no_room;
    Xbyak::Label go_on;
    mov(r13, ptr[rdi + layout::instance_state]);
    mov(ptr[r13 + layout::native_function], eax);
    mov(ptr[r13 + layout::native_instance], rdi);
    push_suspended(signature, go_on, no_room);
    gather(signature.params, r14, rsp + above_suspended);
    leave_with(Leave::called, leave);
    dd(signature.param_bytes);  // for enter_tail_code
    L(go_on);
    return_results(signature);
    L(no_room);
    pop(rbp);
    load_fuel(r13);
    jump_to(exhausted);
  }

  /// r11: the FuncRef. Functions that have a form for it are called from here, unless there is more
  /// to do first; for all others machine code is left.
  void to_host_code(const Signature& signature, const void* exhausted, const void* leave) {
    Xbyak::Label no_room;
    Xbyak::Label go_on;
    Xbyak::Label not_here;
    load_state();
    mov(ptr[r13 + layout::native_callee], r11);
    push_suspended(signature, go_on, no_room);
    if (const auto places = cpp_places(signature)) {
      Xbyak::Label look;
      open_gate(not_here);
      call_typed(signature, *places);
      close_gate(look);
      add(rsp, layout::suspended_rbp);
      pop(rbp);
      for (const AbiPlace& result : signature.results)
        if (result.type == jit::Type::i32) mov(gp32(result.reg), gp32(result.reg));
      return_to(signature);
      L(look);
      look_for_work(signature, go_on, leave);
    } else {
      jmp(not_here, T_NEAR);
    }
    L(go_on);
    return_results(signature);
    L(not_here);
    mov(ptr[r13 + layout::state_stack_top], r14);
    gather(signature.params, r14, rsp + above_suspended);
    mov(dword[r13 + layout::native_trap], 0);
    leave_with(Leave::host_call, leave);
    L(no_room);
    pop(rbp);
    load_fuel(r13);
    jump_to(exhausted);
  }

  /// Counts the call and links its record, the gate's, which rax points to then; r11: the
  /// HostFunction, r14 and r15: the first slots for its values and behind them.
  void open_gate(const Xbyak::Label& not_here) {
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

  /// Calls the function with the arguments where C++ has them, on the host's stack; r15 has this
  /// one meanwhile.
  void call_typed(const Signature& signature, const CppPlaces& places) {
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
    mov(rdi, ptr[r11 + layout::host_env]);
    lea(rsi, ptr[rax + layout::gate_context]);
    call(ptr[r11 + layout::host_typed]);
    if (places.bytes != 0) mov(r14, ptr[r15 + layout::suspended_fp]);
    mov(rsp, r15);
  }

  /// Unlinks the record. The result stays where C++ left it.
  void close_gate(const Xbyak::Label& look) {
    mov(rcx, ptr[r13 + layout::native_gate]);
    mov(rcx, ptr[rcx + layout::record_outer]);
    mov(ptr[r13 + layout::state_records], rcx);
    mov(ptr[r13 + layout::state_stack_top], r14);
    cmp(byte[r13 + layout::state_may_have_work], 0);
    jne(look, T_NEAR);
    cmp(dword[r13 + layout::state_stop], 0);
    jne(look, T_NEAR);
  }

  /// Leaves machine code if there is more to do than going on.
  void look_for_work(const Signature& signature, const Xbyak::Label& go_on, const void* leave) {
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

  void trap_code(TrapCode code, const void* leave) {
    load_state();
    trapped(static_cast<std::uint32_t>(code), leave);
  }

  // r11: the address
  void out_of_bounds_code(const void* leave) {
    load_state();
    mov(ptr[r13 + layout::state_address], r11);
    trapped(static_cast<std::uint32_t>(TrapCode::out_of_bounds_memory_access) |
                runtime::trap_has_address,
            leave);
  }

  void trapped(std::uint32_t trap, const void* leave) {
    store_fuel(r13);
    mov(dword[r13 + layout::native_trap], trap);
    pop(qword[r13 + layout::native_pc]);
    mov(ptr[r13 + layout::native_frame], rbp);
    leave_with(Leave::trapped, leave);
  }

  /// `pc_at` bytes above rsp is the return address that says where this happens.
  void limit_code(int pc_at, bool has_frame, const void* leave) {
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
    mov(rax, ptr[rsp + 16 * 16 + pushed + pc_at]);
    mov(ptr[r13 + layout::native_pc], rax);
    mov(ptr[r13 + layout::native_frame], rbp);
    push(rbp);
    lea(r15, ptr[rip + go_on]);
    push(r15);
    mov(ptr[r13 + layout::native_sp], rsp);
    leave_with(Leave::limit, leave);
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

  // A helper that fails leaves its TrapCode, plus one, in native.trap.
  void helper_code(const void* leave) {
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

 private:
  CodeArena& arena_;
  bool fuel_;
  const std::uint8_t* room_;
};

Stubs::Stubs(CodeArena& arena, bool fuel) : arena_(arena), fuel_(fuel) {
  Writer out(arena, common_bytes, fuel);
  leave_ = out.here();
  out.leave_code(rdi);
  for (unsigned i = 0; i < static_cast<unsigned>(TrapCode::count_); ++i) {
    out.begin();
    traps_[i] = out.here();
    out.trap_code(static_cast<TrapCode>(i), leave_);
  }
  out.begin();
  out_of_bounds_ = out.here();
  out.out_of_bounds_code(leave_);
  out.begin();
  limit_at_entry_ = out.here();
  out.limit_code(8, false, leave_);
  out.begin();
  limit_in_loop_ = out.here();
  out.limit_code(0, true, leave_);
  out.begin();
  helper_ = out.here();
  out.helper_code(leave_);
  out.begin();
  resume = out.here_as<Continue>();
  out.resume_code();
  out.begin();
  land = out.here_as<Continue>();
  out.land_code();
  out.finish();
}

const void* Stubs::at(std::uint32_t number) const {
  constexpr auto traps = static_cast<std::uint32_t>(TrapCode::count_);
  if (number < traps) return traps_[number];
  const void* const others[numbers - traps] = {out_of_bounds_, limit_at_entry_, limit_in_loop_,
                                               helper_};
  return others[number - traps];
}

std::optional<std::uint32_t> Stubs::number_of(const void* stub) const {
  for (std::uint32_t i = 0; i < numbers; ++i)
    if (at(i) == stub) return i;
  return std::nullopt;
}

std::string Stubs::name_of(const void* stub) const {
  constexpr auto traps = static_cast<std::uint32_t>(TrapCode::count_);
  constexpr const char* others[numbers - traps] = {"out_of_bounds", "limit_at_entry",
                                                   "limit_in_loop", "helper"};
  const auto number = number_of(stub);
  if (!number) return "?";
  if (*number >= traps) return others[*number - traps];
  return "trap: " + std::string(text(static_cast<TrapCode>(*number)));
}

const SignatureStubs& Stubs::of(const Shape& shape) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_shape_.find(shape); found != by_shape_.end()) return found->second;
  const Signature signature = signature_of(shape);
  const void* exhausted = trap(TrapCode::stack_exhausted);
  Writer out(arena_, bytes_for(shape), fuel_);
  const auto entries = [&](bool in_loop) {
    SignatureStubs::Entries made;
    made.call = out.here_as<runtime::NativeEntry::Stub>();
    out.enter_code(signature, in_loop);
    out.begin();
    made.tail_call = out.here_as<runtime::NativeEntry::Stub>();
    out.enter_tail_code(signature, in_loop);
    out.begin();
    return made;
  };
  const SignatureStubs::Entries function = entries(false);
  const SignatureStubs::Entries loop = entries(true);
  const void* to_interpreter = out.here();
  out.to_interpreter_code(signature, exhausted, leave_);
  out.begin();
  const void* to_host = out.here();
  out.to_host_code(signature, exhausted, leave_);
  out.finish();
  SignatureStubs& stubs = by_shape_[shape];
  stubs.function = function;
  stubs.loop = loop;
  stubs.to_interpreter = to_interpreter;
  stubs.to_host = to_host;
  return stubs;
}

}  // namespace wrun::inline v0::jit
