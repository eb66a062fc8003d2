// Atomic instructions.

#include "lib/interp/translator.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;

/// Operands are taken from their slots: locals where they are, others at home.
void Translator::atomic_op(Walker& w, Op op, const wasm::MemArg& arg, Operands args,
                           Operands results) {
  const bool is_64 = module_->memories[arg.memory.value].limits.is_64;
  std::array<std::uint32_t, 3> slots{};
  for (std::size_t i = 0; i < args.size(); ++i) slots[i] = in_slot(args[i].value);
  for (std::size_t i = args.size(); i > 0; --i) pop(args[i - 1].value);
  const wasm::OpInfo& info = wasm::info(op);
  const std::uint32_t at = emit(atomic_handler(op), through_f, info.text());
  put_slot(at, at_a, slots[0]);
  reach(home(w));
  put_slot(at, at_b, home(w));
  put_slot(at, at_c, slots[1]);
  if (info.shape == wasm::Shape::atomic_rmw) {
    code_.put(at, at_c2, static_cast<std::uint16_t>(wasm::rmw_of(info)));
  } else {
    put_slot(at, at_c2, slots[2]);
  }
  code_.put(at, at_d, arg.offset);
  code_.put(at, at_f, static_cast<std::uint16_t>(arg.memory.value));
  code_.put(at, at_f2, unused_bits(is_64));
  describe(at, "s{}, memory {} [s{} + {}], s{}, s{}", home(w), arg.memory.value, slots[0],
           arg.offset, slots[1], slots[2]);
  take_results(w, results);
}

void Translator::atomic_fence(Walker&) {
  emit(fence_handler(), through_b, "atomic.fence");
}

}  // namespace wrun::inline v0::interp
