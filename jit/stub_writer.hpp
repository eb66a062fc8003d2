#pragma once

// The machine code of stubs; stubs.hpp says which there are. "r13: the state" is what has to be
// there, or is there afterwards.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <wrun/error.hpp>

#include "jit/abi.hpp"
#include "jit/arena.hpp"
#include "jit/asm.hpp"
#include "lib/runtime/native.hpp"

namespace wrun::inline v0::jit {

/// Where arguments are in calls of HostFunction::typed.
struct CppPlaces {
  std::vector<AbiPlace> params;
  std::uint32_t bytes = 0;  ///< of those on the stack
};

/// Writes stubs of which the first begins the piece of code that place() makes of them. Throws
/// std::bad_alloc.
class StubWriter : public Xbyak::CodeGenerator {
 public:
  /// What stubs jump to when they can't go on.
  struct Ways {
    const void* leave = nullptr;
    const void* exhausted = nullptr;
  };

  /// Into `room`, which is large enough; nothing runs there. For the others see Stubs.
  StubWriter(std::span<std::uint8_t> room, bool fuel, bool tries_upper_halves = false)
      : CodeGenerator(room.size(), room.data()),
        fuel_(fuel),
        tries_upper_halves_(tries_upper_halves) {}

  /// Begins another stub; where it is, in bytes from the first.
  std::size_t begin() {
    align(16);
    return getSize();
  }
  /// Moves all to where it runs, until it is freed there.
  const std::uint8_t* place(CodeArena& arena);

  // Into compiled code. See NativeEntry::Stub. rdi: Instance*, rsi: frame, rdx: code,
  // rcx: ExecState*
  void enter_code(const Signature& signature, bool in_loop);
  /// The same in place of the call of the Suspended at native.sp: what is passed on the stack ends
  /// where that call's arguments do.
  void enter_tail_code(const Signature& signature, bool in_loop);
  /// rdi: ExecState*, as for the next
  void resume_code();
  /// The landing itself puts rsp where its frame ends.
  void land_code();

  // Out of it, by a call
  /// rdi: the callee's instance, eax: its index
  void to_interpreter_code(const Signature& signature, const Ways& ways);
  /// r11: the FuncRef. Functions that have a form for it are called from here, unless there is more
  /// to do first; for all others machine code is left.
  void to_host_code(const Signature& signature, const Ways& ways);

  // Out of it for other reasons
  /// Back to whoever entered machine code.
  void leave_code(const Xbyak::Reg64& state);
  void trap_code(TrapCode code, const void* leave);
  /// r11: the address
  void out_of_bounds_code(const void* leave);
  /// `why` is one of the two limits.
  void limit_code(runtime::Leave why, const void* leave);
  /// A helper that fails leaves its TrapCode, plus one, in native.trap.
  void helper_code(const void* leave);

 private:
  void jump_to(const void* stub);
  void save_host(const Xbyak::Reg64& state);
  /// To leave, from a stub that compiled code called; r13 holds the state.
  void leave_with(runtime::Leave why, const void* leave);
  void trapped(std::uint32_t trap, const void* leave);

  /// The state of the frame in rbp to r13.
  void load_state();
  /// Of the frame in rbp.
  Xbyak::Address frames_instance() const { return ptr[rbp - 8 * (instance_slot + 1)]; }
  /// The same, of the segment in rbp, which begins as a frame does: one load for load_state()'s
  /// two.
  Xbyak::Address segments_state() const { return ptr[rbp - 8 * (instance_slot + 2)]; }

  /// Where it has to be while other code runs: before anything else is in the register.
  void store_fuel(const Xbyak::Reg64& state);
  /// Once nothing else is to be in the register.
  void load_fuel(const Xbyak::Reg64& state);
  /// The same where no other register is free.
  void load_fuel_of_instance(const Xbyak::Operand& instance);

  /// Of the interpreter's frames.
  static int slots_of(const AbiPlace& place) { return place.type == jit::Type::v128 ? 2 : 1; }
  static int slots_of(const std::vector<AbiPlace>& places);
  /// From the slot to the register.
  void load(const AbiPlace& place, const Xbyak::Address& at);
  void store(const AbiPlace& place, const Xbyak::Address& at);
  // Where anything may be in an i32's upper half, for tests: garbage
  void spoil(const AbiPlace& place, const Xbyak::RegExp& slot);
  void spoil(const AbiPlace& place, const Xbyak::Reg64& value, const Xbyak::Reg64& free);
  /// Eight bytes at a time, or sixteen; r15 is free.
  void copy(const AbiPlace& place, const Xbyak::RegExp& to, const Xbyak::RegExp& from);
  /// Values at ascending slots from `frame` on, to registers and to stack areas at `area`.
  void spread(const std::vector<AbiPlace>& places, const Xbyak::Reg64& frame,
              const Xbyak::RegExp& area);
  /// The other way.
  void gather(const std::vector<AbiPlace>& places, const Xbyak::Reg64& frame,
              const Xbyak::RegExp& area);
  /// From where the entries get them to where code expects them; r11: the code.
  void pass_arguments(const Signature& signature, bool in_loop, const Xbyak::RegExp& area);

  /// Makes a Suspended for a call of `callee`, with r14 for its slots, up to r15. r13: the state.
  void push_suspended(const Signature& signature, const Xbyak::Reg64& callee,
                      const Xbyak::Label& go_on, const Xbyak::Label& no_room);
  /// Instead of it, where there was no room.
  void give_up_suspended();
  /// Goes back with the results from the slots.
  void return_results(const Signature& signature);
  void return_to(const Signature& signature);

  /// Counts the call and links its record, the gate's, which rax points to then; r11: the
  /// HostFunction, r14 and r15: the first slots for its values and behind them.
  void open_gate(const Xbyak::Label& not_here);
  /// Calls the function with the arguments where C++ has them, on the host's stack; r15 has this
  /// one meanwhile.
  void call_typed(const Signature& signature, const CppPlaces& places);
  /// Unlinks the record. The result stays where C++ left it.
  void close_gate(const Xbyak::Label& look);
  /// Leaves machine code if there is more to do than going on.
  void look_for_work(const Signature& signature, const Xbyak::Label& go_on, const void* leave);

  bool fuel_;
  bool tries_upper_halves_;
  std::vector<std::pair<std::size_t, const void*>> jumps_;  ///< distances to fill in
};

}  // namespace wrun::inline v0::jit
