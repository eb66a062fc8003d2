#pragma once

// Machine code beside the interpreter: how control passes between them, what both know of each
// other's frames, and what the compiler offers to the layers above. lib/runtime itself knows no
// tier; the two tiers meet here.
//
// Interpreter and machine code are two coroutines. The interpreter runs on the host's stack, its
// frames are arrays of slots; machine code's frames are on a stack of the store's. A NativeEntry's
// stubs and NativeTier's resume() switch over and come back with the reason, at the same depth of
// the host's stack: neither nests in the other, however often they call each other.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lib/os/faults.hpp"
#include "lib/os/stack.hpp"
#include "lib/runtime/slot.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::runtime {

struct CodeCell;
struct ExecState;
struct FuncRef;
struct HostGate;
struct Instance;
struct ModuleCode;
struct Tag;

/// The most bytes that machine code's frame has for each byte that a call takes of a deterministic
/// stack, with what goes between the tiers: a function whose frame is larger stays interpreted.
inline constexpr std::uint64_t native_bytes_per_charge = 8;

/// No number of calls makes a function worth compiling.
inline constexpr std::uint32_t never_hot = 0;

/// Why machine code gave control back.
enum class Leave : std::uint32_t {
  returned,   ///< the function that was entered is done; its results are in the segment's frame
  called,     ///< it calls a function that isn't compiled, with arguments from stack_top on
  host_call,  ///< it calls a host function, with arguments from stack_top on
  /// Checks against the limit word failed; resume() goes on with the code.
  limit_in_loop,
  limit_at_entry,
  trapped  ///< at `pc` in the frame `frame`
};

/// The interpreter's return address and what belongs to it; see FrameLayout.
struct Link {
  Slot words[3];
};

/// Where machine code was entered from the interpreter, at the start of its part of the native
/// stack. The caller of the first machine frame, to whoever walks frames.
struct Segment {
  Link link;           ///< where to go on in the interpreter
  Slot* fp = nullptr;  ///< the frame whose arguments it got, and that gets its results
  std::uint8_t* outer_sp = nullptr;  ///< state->native.sp before
  Slot* outer_top = nullptr;         ///< state->stack_top before
};

/// At state->native.sp while a function runs that machine code called and left for: what resume()
/// goes on with.
struct Suspended {
  const void* resume = nullptr;
  Slot* fp = nullptr;  ///< the interpreted function's frame, which its results are in
  /// Its Instance; of a host function, the FuncRef. Even when it has made a tail call since, the
  /// code at `resume` is its module's, which being found here keeps alive.
  void* callee = nullptr;
  // The frame of the call: then come its return address and what is below.
  const void* rbp = nullptr;
  const void* pc = nullptr;
};

/// What NativeState::limit is while somebody asks to stop: no stack pointer is above it.
inline constexpr std::uintptr_t no_native_limit = ~std::uintptr_t{0};

/// Added to NativeState::trap where ExecState::address says what was out of bounds.
inline constexpr std::uint32_t trap_has_address = 0x100;

// Instead of a TrapCode in NativeState::trap, after Leave::trapped.

/// NativeState::thrown is thrown at `pc`.
inline constexpr std::uint32_t trap_is_throw = 0x200;
/// Somebody asked to stop.
inline constexpr std::uint32_t trap_is_stop = 0x201;
/// There is no room to enter the function that was called at `pc`.
inline constexpr std::uint32_t trap_is_no_frame = 0x203;
/// The heap has no room for ExecState::wanted_bytes.
inline constexpr std::uint32_t trap_is_no_room = 0x202;

/// A stack whose frames wait while another one is in use.
struct NativeStackUse {
  os::Stack* stack = nullptr;
  std::uint8_t* sp = nullptr;
  NativeStackUse* outer = nullptr;
};

/// A part of ExecState.
struct NativeState {
  /// No frame may end below. A request to stop replaces it by the highest address.
  std::atomic<std::uintptr_t> limit{0};
  std::uint8_t* sp = nullptr;      ///< where the next segment starts, or a Suspended
  void* host_sp = nullptr;         ///< of whoever entered machine code
  HostGate* gate = nullptr;        ///< for calls of host functions; the innermost entry's
  std::uintptr_t stack_limit = 0;  ///< what limit is when nobody interrupts
  std::uint8_t* stack_end = nullptr;
  os::Stack* stack = nullptr;       ///< the one in use; perhaps not reserved yet
  NativeStackUse* outer = nullptr;  ///< of other stacks, whose frames wait
  // What was left with, for the interpreter
  const void* pc = nullptr;     ///< return address of what left
  const void* frame = nullptr;  ///< rbp there
  std::uint32_t function = 0;   ///< callee's index
  std::uint32_t trap = 0;       ///< TrapCode, perhaps with trap_has_address; or trap_is_...
  // What is caught: the exception, and by which of the function's clauses
  Ref thrown = null_ref;
  std::uint32_t clause = 0;
  // The access that was repeated last, as another thread had let the memory grow in between
  const std::uint8_t* repeated_pc = nullptr;
  const std::uint8_t* repeated_address = nullptr;
  // What was to be entered at pc, of limit_at_entry and trap_is_no_frame
  Instance* callee = nullptr;
  const void* entry = nullptr;  ///< of the former, a return address in its code
};

/// Machine code of a function, as the interpreter enters it.
struct NativeEntry {
  /// Runs the code with the arguments at `fp`, which is where its results are afterwards. The state
  /// is the instance's: were a stub to ask for it, the host's stack pointer, which is kept there,
  /// would wait for all that leads to the instance.
  using Stub = Leave (*)(Instance*, Slot* fp, const void* code, ExecState*);

  const void* code = nullptr;
  Stub stub = nullptr;  ///< starts at the Segment at NativeState::sp
  /// For a function that an interpreted one tail-calls, which machine code called: it returns
  /// there, and the Suspended at NativeState::sp is gone.
  Stub tail_stub = nullptr;
  os::FaultCatcher* catcher = nullptr;  ///< for as long as a stub runs
};

/// One frame that machine code stands for: an inlined function has one of its own.
struct NativeFrame {
  std::uint32_t function = 0;
  std::uint32_t offset = 0;  ///< byte offset in the module
};

/// Where a frame of machine code catches an exception.
struct NativeCatch {
  const void* landing = nullptr;
  std::uint32_t clause = 0;
};

/// Takes a stack into use whose lowest frame is at `sp`; null: it has none.
void use_native_stack(ExecState& state, os::Stack* stack, std::uint8_t* sp) noexcept;

/// An engine's compiler.
class NativeEngine {
 public:
  virtual ~NativeEngine() = default;
  /// What references to host functions of that type have for a cell. Throws std::bad_alloc.
  virtual const CodeCell* host_cell(const wasm::CanonFuncType& type) = 0;
};

/// What the compiler offers for a module.
struct NativeTier {
  Leave (*resume)(ExecState& state, const ModuleCode& module);
  /// The frames at a return address in the module's code, innermost first. False if it isn't any.
  bool (*locate)(const ModuleCode& module, const void* pc, std::vector<NativeFrame>& frames);
  /// Whether the call that returns to `pc` is in a try that catches the tag's exceptions.
  bool (*find_catch)(const ModuleCode& module, const void* pc, const Instance& instance,
                     const Tag* tag, NativeCatch& found);
  /// Goes on at native.pc in the frame native.frame, with `thrown` and `clause` set. What was below
  /// that frame is given up.
  Leave (*land)(ExecState& state, const ModuleCode& module);
  /// A function has been run, or a loop in it gone round, often enough. Makes machine code of it if
  /// that can be had; `loop` is the byte offset of the loop to go on in, or 0. Null: interpret on.
  const NativeEntry* (*hot)(const ModuleCode& module, std::uint32_t function,
                            std::uint32_t loop) noexcept;
};

}  // namespace wrun::inline v0::runtime
