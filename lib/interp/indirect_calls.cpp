// call_indirect: the handlers know the common case, in which the type is the expected one and not
// a subtype of it, and the function of this instance. They leave all others to a second, shared
// instruction, so that they keep no frame.

#include "lib/interp/bodies_calls.hpp"
#include "lib/runtime/table.hpp"
#include "lib/wasm/canonical_types.hpp"

namespace wrun::inline v0::interp {

namespace {

/// Of a table element: null if there is none, its type isn't the expected one itself, or it is of
/// another instance.
template <class Index>
const FuncRef* near_callee(const Regs& r, Index index) {
  const runtime::Table& table = *r.inst->tables[operand<std::uint32_t>(r.pc, at_d)];
  if (index >= table.size) [[unlikely]]
    return nullptr;
  const FuncRef* callee = FuncRef::from(table.elements[index]);
  if (callee == nullptr) [[unlikely]]
    return nullptr;
  // In a register itself, it needs no other for its address.
  wasm::TypeId expected = r.inst->type_ids[operand<std::uint32_t>(r.pc, at_c)];
  asm("" : "+r"(expected));
  return callee->type == expected && callee->instance == r.inst ? callee : nullptr;
}

/// The same of any type that may be called as the expected one; null after a trap.
template <class Index>
const FuncRef* any_callee(Regs& r, Index index, std::uint32_t table_index,
                          std::uint32_t type_index) {
  const runtime::Table& table = *r.inst->tables[table_index];
  if (index >= table.size) return trap(r, TrapCode::undefined_element), nullptr;
  const FuncRef* callee = FuncRef::from(table.elements[index]);
  if (callee == nullptr) return trap(r, TrapCode::uninitialized_element), nullptr;
  const auto& registry = *r.inst->code->data->registry;
  if (!registry.is_subtype(callee->type, r.inst->type_ids[type_index]))
    return trap(r, TrapCode::indirect_call_type_mismatch), nullptr;
  return callee;
}

template <bool is_tail>
void enter(Regs& r, const FuncRef* callee) {
  if constexpr (is_tail) {
    tail_call_reference(r, callee, &slot(r, at_a), operand<std::uint16_t>(r.pc, at_e));
  } else {
    call_reference(r, callee, through_d);
  }
}

/// Takes the instruction up again that was left for this one.
template <class Index, Src src, bool is_tail>
struct CallIndirectAny {
  static void run(Regs& r) {
    r.pc = r.inst->state->pc;
    const FuncRef* callee =
        any_callee(r, read<Index, src>(r, at_b), operand<std::uint32_t>(r.pc, at_d),
                   operand<std::uint32_t>(r.pc, at_c));
    if (callee != nullptr) enter<is_tail>(r, callee);
  }
};

template <class Index, Src src, bool is_tail>
constexpr StaticInstr call_any_instr{rare_handler<CallIndirectAny<Index, src, is_tail>>};

///    a  start of the new frame    b  index    c  type    d  table
template <class Index, Src src>
struct CallIndirect {
  static void run(Regs& r) {
    const auto index = read<Index, src>(r, at_b);
    const FuncRef* callee = near_callee(r, index);
    if (callee == nullptr) [[unlikely]]
      return go_slow(r, call_any_instr<Index, src, false>);
    // The call leaves another index in the accumulator, and may have to be taken up once more.
    if constexpr (src == Src::acc) runtime::set_value(&slot(r, at_b), index);
    if (!call_in_instance(r, callee, through_d)) [[unlikely]] {
      const auto function = static_cast<std::uint32_t>(r.i);
      if constexpr (src == Src::acc) r.i = read<Index, Src::slot>(r, at_b);
      refuse(r, {function});
    }
  }
};

///    a  start of the arguments    b  index    c  type    d  table    e  own link
template <class Index, Src src>
struct TailCallIndirect {
  static void run(Regs& r) {
    const FuncRef* callee = near_callee(r, read<Index, src>(r, at_b));
    if (callee == nullptr) [[unlikely]]
      return go_slow(r, call_any_instr<Index, src, true>);
    enter<true>(r, callee);
  }
};

template <class Index, Src src>
Handler handler_for(bool is_tail) {
  return is_tail ? &handler<TailCallIndirect<Index, src>> : &handler<CallIndirect<Index, src>>;
}

template <class Index>
Handler handler_for(bool is_tail, Src src) {
  return src == Src::acc ? handler_for<Index, Src::acc>(is_tail)
                         : handler_for<Index, Src::slot>(is_tail);
}

}  // namespace

Handler call_indirect_handler(bool is_tail, bool is_64, Src src) {
  return is_64 ? handler_for<std::uint64_t>(is_tail, src)
               : handler_for<std::uint32_t>(is_tail, src);
}

}  // namespace wrun::inline v0::interp
