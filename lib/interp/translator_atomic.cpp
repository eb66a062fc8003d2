// Atomic instructions.

#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;

/// Operands are taken from their slots: locals where they are, others at home.
void Translator::atomic_op(Walker& w, Op op, const wasm::MemArg& arg, Operands args,
                           Operands results) {
  const bool is_64 = module_.memories[arg.memory.value].limits.is_64;
  const AtomicAddr form = is_fast(arg.memory) ? AtomicAddr::fast
                          : is_64             ? AtomicAddr::any_64
                                              : AtomicAddr::any_32;
  std::array<std::uint32_t, 3> slots{};
  for (std::size_t i = 0; i < args.size(); ++i) slots[i] = in_slot(args[i].value);
  for (std::size_t i = args.size(); i > 0; --i) pop(args[i - 1].value);
  const std::uint32_t at =
      emit(atomic_handler(op, form), form == AtomicAddr::fast ? through_e : through_f,
           wasm::info(op).text);
  put_slot(at, at_a, slots[0]);
  put_slot(at, at_b, home(w));
  put_slot(at, at_c, slots[1]);
  put_slot(at, at_c2, slots[2]);
  code_.put(at, at_d, arg.offset);
  if (form != AtomicAddr::fast) code_.put(at, at_f, arg.memory.value);
  describe(at, "s{}, memory {} [s{} + {}], s{}, s{}", home(w), arg.memory.value, slots[0],
           arg.offset, slots[1], slots[2]);
  take_results(w, results);
}

void Translator::atomic_fence(Walker&) {
  emit(fence_handler(), 1, "atomic.fence");
}

/// A module's own memories and those that it imports are of the types that it says: whether one is
/// shared is known before there is an instance.
bool Translator::is_shared(wasm::MemIdx memory) const {
  return module_.memories[memory.value].is_shared;
}

}  // namespace wrun::inline v0::interp
