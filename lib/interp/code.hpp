#pragma once

// A function's slot code, in one allocation with its header.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "lib/interp/regs.hpp"
#include "lib/runtime/native.hpp"

namespace wrun::inline v0::interp {
class CatchTable;
}  // namespace wrun::inline v0::interp

namespace wrun::inline v0::runtime {

/// Calls read the header; the code follows it in memory, but for the stand-ins of functions that
/// were never called, whose entry is shared.
struct SlotCode {
  static constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();
  static constexpr std::uint32_t no_slot = ~std::uint32_t{0};

  const std::uint32_t* entry = nullptr;
  /// From slot 0 to the highest operand, with its link; `endless` if it can't be entered.
  std::int64_t frame_bytes = 0;
  std::uint32_t link = 0;  ///< slot of the link
  std::uint32_t param_slots = 0;
  std::uint32_t result_slots = 0;
  bool is_native = false;      ///< has machine code: a NativeCode
  std::uint32_t function = 0;  ///< index in the module, imports included
  /// Length of the code that follows; 0 in stand-ins, and for machine code.
  std::uint32_t words = 0;
  const interp::CatchTable* catches = nullptr;  ///< null if it catches nothing
  std::uint32_t stack_charge = 0;      ///< bytes that a call takes of a deterministic stack
  std::uint32_t stack_slot = no_slot;  ///< of what its calls have left of that

  const std::uint32_t* code() const { return reinterpret_cast<const std::uint32_t*>(this + 1); }
  std::uint64_t frame_slots() const { return static_cast<std::uint64_t>(frame_bytes) / 8; }
  bool contains(const void* pc) const { return pc >= code() && pc < code() + words; }
};

}  // namespace wrun::inline v0::runtime

namespace wrun::inline v0::interp {

using runtime::SlotCode;

/// What a function's cell holds once it has machine code. Begins like any other slot code.
struct NativeCode : SlotCode {
  runtime::NativeEntry native;
};

/// Whether a frame at `fp` ends before `limit`, which is null to stop whoever asks. Signed, since
/// the limit may be below `fp`; and of bytes, so that one comparison with memory does it.
inline std::int64_t bytes_between(const runtime::Slot* fp, const runtime::Slot* limit) {
  return static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(limit) -
                                   std::bit_cast<std::uint64_t>(fp));
}
inline bool fits(const SlotCode& code, const runtime::Slot* fp, const runtime::Slot* limit) {
  return bytes_between(fp, limit) >= code.frame_bytes;
}

/// Copies `code` behind a copy of `header`, which gets `catches`, too. Null when out of memory.
SlotCode* make_slot_code(const SlotCode& header, std::span<const Word> code,
                         std::unique_ptr<const CatchTable> catches);
void free_slot_code(const SlotCode* code);

}  // namespace wrun::inline v0::interp
