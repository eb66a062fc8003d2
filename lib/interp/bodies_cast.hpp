#pragma once

// Tests and casts of references, and integers of 31 bits.
//
//    c  type index    d  its depth: for tests against a defined type

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/casts.hpp"

namespace wrun::inline v0::interp {

using runtime::Cast;

/// Whether a reference is of the type that the instruction names, or is null and may be.
template <Cast cast>
bool passes(const Regs& r, runtime::Ref ref, bool nullable) {
  if (ref == runtime::null_ref) return nullable;
  wasm::TypeId type;
  if constexpr (cast == Cast::object || cast == Cast::function) {
    type = r.inst->type_ids[operand<std::uint32_t>(r.pc, at_c)];
  }
  return runtime::is_of<cast>(*r.inst->state->heap, *r.inst->code->data->registry, ref, type,
                              operand<std::uint32_t>(r.pc, at_d));
}

///    a  reference    b  result    e  whether null passes
template <Cast cast, Src src, Dst dst>
struct RefTest {
  static void run(Regs& r) {
    const bool passed =
        passes<cast>(r, read<runtime::Ref, src>(r, at_a), operand<std::uint16_t>(r.pc, at_e) != 0);
    write<dst>(r, std::uint32_t{passed});
    r.pc += through_e;
  }
};

/// The reference stays where it is.
///    a  reference    e  whether null passes
template <Cast cast, Src src>
struct RefCast {
  static void run(Regs& r) {
    if (!passes<cast>(r, read<runtime::Ref, src>(r, at_a), operand<std::uint16_t>(r.pc, at_e) != 0))
        [[unlikely]] {
      return trap(r, TrapCode::cast_failure);
    }
    r.pc += through_e;
  }
};

/// The reference stays where it is.
///    a  reference
template <Src src>
struct RefAsNonNull {
  static void run(Regs& r) {
    if (read<runtime::Ref, src>(r, at_a) == runtime::null_ref) [[unlikely]]
      return trap(r, TrapCode::null_reference);
    r.pc += through_b;
  }
};

///    a  integer    b  result
template <Src src, Dst dst>
struct RefI31 {
  static void run(Regs& r) {
    write<dst>(r, runtime::i31_ref(read<std::uint32_t, src>(r, at_a)));
    r.pc += through_b;
  }
};

///    a  reference    b  result
template <bool is_signed, Src src, Dst dst>
struct I31Get {
  static void run(Regs& r) {
    const auto ref = read<runtime::Ref, src>(r, at_a);
    if (ref == runtime::null_ref) [[unlikely]]
      return trap(r, TrapCode::null_i31_reference);
    write<dst>(r, is_signed ? static_cast<std::uint32_t>(runtime::i31_signed(ref))
                            : runtime::i31_unsigned(ref));
    r.pc += through_b;
  }
};

}  // namespace wrun::inline v0::interp
