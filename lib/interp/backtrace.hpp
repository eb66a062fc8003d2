#pragma once

// The WebAssembly frames of an activation, from its slots.

#include <cstdint>
#include <vector>

#include <wrun/error.hpp>

#include "lib/interp/regs.hpp"
#include "lib/runtime/native.hpp"

namespace wrun::inline v0::interp {

/// A function that was about to begin. In machine code it may be a loop of it that was to be
/// entered.
struct Callee {
  const Instance* inst = nullptr;  ///< null: none
  runtime::NativeFrame at;
};

/// A place in running code: an instruction, one of a br_table's distances, or the end of a call
/// that hasn't returned. In machine code, pc is the code of resume_native_instr and fp a
/// runtime::Suspended.
struct Place {
  const Word* pc = nullptr;
  const Slot* fp = nullptr;
  const Instance* inst = nullptr;
  Callee callee = {};  ///< what was called from there
};

/// At the start of a WebAssembly function's body.
Callee start_of(const runtime::FuncRef& function);

/// The call that hasn't returned whose link this is; the code of stop_instr if the host called.
Place caller_of(const Slot* link);
/// The same where the link's words are already read.
Place caller_at(const Word* next, const Slot* fp, const Instance* inst);

/// The call that hasn't returned whose callee's frame has an interpreted function at `place`.
Place caller_of_frame(const Place& place);

/// Goes outwards from machine code, frame by frame.
class NativeWalk {
 public:
  explicit NativeWalk(const Place& place);

  /// The frames at the present position, innermost first; none when the segment is over.
  bool locate(std::vector<runtime::NativeFrame>& frames) const;
  const Instance& instance() const;
  void step();
  /// The return address of the present frame, and its rbp.
  const void* pc() const { return pc_; }
  const void* frame() const { return rbp_; }
  /// Once the segment is over: where the interpreter entered it.
  const runtime::Segment& segment() const;

 private:
  const void* pc_;
  const void* rbp_;
};

/// The error with the backtrace from `place` outwards, if it has none yet. If there is no memory
/// for one, the error stays as it is.
Error add_backtrace(Error error, const runtime::ExecState& state, Place place) noexcept;

}  // namespace wrun::inline v0::interp
