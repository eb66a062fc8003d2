#pragma once

// Where values live in a frame, for every tier. Slots count up from the frame pointer:
//
//   0 ..        parameters, then the other locals, in order, then the exceptions that legacy
//               rethrows may throw (rethrow_depth() in lib/wasm says how many), then what is left
//               of a deterministic engine's stack where the function may go on after an exception
//               (saves_stack_left())
//   link()      link_slots words: the caller's pc, frame pointer and instance
//   operand(h)  the operand at slot height h
//
// A callee's parameters are its caller's outermost operands: calling copies nothing. A callee
// leaves its results from its slot 0 on, which is where the caller's operands for them are; they
// may overlap the link, so a return reads the link first.

#include <cstdint>
#include <span>
#include <vector>

#include "lib/wasm/frame_cost.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::runtime {

inline constexpr std::uint32_t link_slots = 3;

/// The most slots that a frame of the interpreter's can have: its operands name slots in 16 bits. A
/// function that needs more can't be entered there: calling it ends in exhaustion, as a frame of
/// 512 KiB mostly would.
inline constexpr std::uint32_t max_frame_slots = 0x10000;

/// Whether a frame keeps what calls from it have left of the stack, for when they throw.
inline bool saves_stack_left(const wasm::FrameCost& cost) {
  return cost.calls && cost.catches;
}

template <class Idx>
std::uint32_t slot_count(std::span<const wasm::BasicValType<Idx>> types) {
  std::uint32_t slots = 0;
  for (const auto type : types) slots += wasm::slot_count(type);
  return slots;
}

class FrameLayout {
 public:
  FrameLayout() = default;
  /// `local_slots` counts the parameters' slots too, and those of exceptions.
  FrameLayout(std::uint32_t param_slots, std::uint32_t local_slots)
      : param_slots_(param_slots), local_slots_(local_slots) {}

  std::uint32_t param_slots() const { return param_slots_; }
  std::uint32_t local_slots() const { return local_slots_; }
  std::uint32_t link() const { return local_slots_; }
  std::uint32_t operand(std::uint32_t height) const { return local_slots_ + link_slots + height; }

 private:
  std::uint32_t param_slots_ = 0;
  std::uint32_t local_slots_ = 0;
};

}  // namespace wrun::inline v0::runtime
