#pragma once

// Tests and casts of references, and integers of 31 bits.
//
//   12  type index   16  its depth: for tests against a defined type

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
    type = r.inst->type_ids[operand<std::uint32_t>(r.pc, 12)];
  }
  return runtime::is_of<cast>(*r.inst->state->heap, *r.inst->code->data->registry, ref, type,
                              operand<std::uint32_t>(r.pc, 16));
}

///    8  reference   10  result   20  whether null passes
template <Cast cast, Src src, Dst dst>
struct RefTest {
  static void run(Regs& r) {
    const bool passed =
        passes<cast>(r, read<runtime::Ref, src>(r, 8), operand<std::uint16_t>(r.pc, 20) != 0);
    write<dst>(r, std::uint32_t{passed});
    r.pc += 3;
  }
};

/// The reference stays where it is.
///    8  reference   20  whether null passes
template <Cast cast, Src src>
struct RefCast {
  static void run(Regs& r) {
    if (!passes<cast>(r, read<runtime::Ref, src>(r, 8), operand<std::uint16_t>(r.pc, 20) != 0))
        [[unlikely]] {
      return trap(r, TrapCode::cast_failure);
    }
    r.pc += 3;
  }
};

/// The reference stays where it is.
///    8  reference
template <Src src>
struct RefAsNonNull {
  static void run(Regs& r) {
    if (read<runtime::Ref, src>(r, 8) == runtime::null_ref) [[unlikely]]
      return trap(r, TrapCode::null_reference);
    r.pc += 2;
  }
};

///    8  integer   10  result
template <Src src, Dst dst>
struct RefI31 {
  static void run(Regs& r) {
    write<dst>(r, runtime::i31_ref(read<std::uint32_t, src>(r, 8)));
    r.pc += 2;
  }
};

///    8  reference   10  result
template <bool is_signed, Src src, Dst dst>
struct I31Get {
  static void run(Regs& r) {
    const auto ref = read<runtime::Ref, src>(r, 8);
    if (ref == runtime::null_ref) [[unlikely]]
      return trap(r, TrapCode::null_i31_reference);
    write<dst>(r, is_signed ? static_cast<std::uint32_t>(runtime::i31_signed(ref))
                            : runtime::i31_unsigned(ref));
    r.pc += 2;
  }
};

}  // namespace wrun::inline v0::interp
