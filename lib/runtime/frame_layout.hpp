#pragma once

// Where values live in a frame, for every tier. Slots count up from the frame pointer:
//
//   0 ..        parameters, then the other locals, in order, then the exceptions that legacy
//               rethrows may throw (rethrow_depth() in lib/wasm says how many)
//   link()      link_slots words: the caller's pc, frame pointer and instance
//   operand(h)  the operand at slot height h
//
// A callee's parameters are its caller's outermost operands: calling copies nothing. A callee
// leaves its results from its slot 0 on, which is where the caller's operands for them are; they
// may overlap the link, so a return reads the link first.

#include <cstdint>
#include <span>
#include <vector>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::runtime {

inline constexpr std::uint32_t link_slots = 3;

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
