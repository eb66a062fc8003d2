#include "jit/effects.hpp"

#include "jit/helpers.hpp"
#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr Effects acting(AliasSet reads, AliasSet writes, bool leaves) {
  return {reads, writes, leaves, true};
}

constexpr Effects effects_of_opcode(Opcode op) {
  switch (op) {
    case Opcode::param:
    case Opcode::argument:
    case Opcode::constant:
    case Opcode::frame_slot:
    case Opcode::result:
    case Opcode::canonical_nan:
    case Opcode::field:
    case Opcode::offset:
    case Opcode::read:
    case Opcode::call_helper:
      return {};
    case Opcode::instance:
      return {0, 0, false, true};
    case Opcode::fuel_left:
      return {alias_bit(Alias::fuel), 0, false, false};
    case Opcode::write:
      return acting(0, 0, false);
    case Opcode::charge:
      return acting(alias_bit(Alias::fuel), alias_bit(Alias::fuel), true);
    case Opcode::check_stack:
      return acting(alias_bit(Alias::stack), 0, true);
    case Opcode::take_stack:
      return acting(alias_bit(Alias::stack), alias_bit(Alias::stack), true);
    case Opcode::give_stack:
      return acting(alias_bit(Alias::stack), alias_bit(Alias::stack), false);
    case Opcode::bounds_check:
    case Opcode::trap_if:
    case Opcode::jump:
    case Opcode::branch:
    case Opcode::switch_:
    case Opcode::poll:
      return acting(0, 0, true);
    default:
      return acting(everything, everything, true);
  }
}

constexpr Effects effects_of_wasm(wasm::Op op, bool can_trap) {
  switch (wasm::info(op).shape) {
    case wasm::Shape::load:
    case wasm::Shape::load_lane:
      return {alias_bit(Alias::memory), 0, can_trap, can_trap};
    case wasm::Shape::store:
    case wasm::Shape::store_lane:
      return {0, alias_bit(Alias::memory), can_trap, true};
    case wasm::Shape::atomic_load:
    case wasm::Shape::atomic_store:
    case wasm::Shape::atomic_rmw:
    case wasm::Shape::atomic_cmpxchg:
    case wasm::Shape::atomic_fence:
      return acting(alias_bit(Alias::memory), alias_bit(Alias::memory), true);
    case wasm::Shape::numeric:
      if (can_trap && wasm::can_trap(op)) return {0, 0, true, true};
      return {};
    case wasm::Shape::select:
    case wasm::Shape::lane:
    case wasm::Shape::shuffle:
      return {};
    default:
      return acting(everything, everything, true);
  }
}

}  // namespace

constexpr std::array<WasmEffects, wasm::op_count> wasm_effects = [] {
  std::array<WasmEffects, wasm::op_count> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto op = static_cast<wasm::Op>(i);
    table[i] = {effects_of_wasm(op, true), effects_of_wasm(op, false)};
  }
  return table;
}();

constexpr std::array<Effects, own_count> own_effects = [] {
  std::array<Effects, own_count> table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] =
        effects_of_opcode(static_cast<Opcode>(static_cast<std::size_t>(Opcode::first_own) + i));
  return table;
}();

Effects effects_of_helper(const Inst& call) {
  switch (static_cast<Helper>(call.imm)) {
    case Helper::memory_grow:
    case Helper::memory_size:
      return acting(alias_bit(Alias::memory_shape), alias_bit(Alias::memory_shape), false);
    case Helper::memory_check:
      return acting(alias_bit(Alias::memory_shape), alias_bit(Alias::memory_shape), true);
    case Helper::is_subtype:
    case Helper::is_instance:
    case Helper::fma_f32x2:
    case Helper::fma_f64:
      return {};
    // What is made is new each time: the same arguments don't mean the same value.
    case Helper::struct_new:
    case Helper::exception_new:
      return acting(alias_bit(Alias::heap), 0, true);
    case Helper::array_new:
    case Helper::array_new_default:
    case Helper::array_new_data:
    case Helper::array_new_elem:
      return acting(everything, alias_bit(Alias::fuel), true);
    case Helper::array_fill:
    case Helper::array_copy:
    case Helper::array_init_data:
    case Helper::array_init_elem:
      return acting(everything, alias_bit(Alias::heap) | alias_bit(Alias::fuel), true);
    case Helper::throw_:
    case Helper::memory_wait32:
    case Helper::memory_wait64:
      return acting(everything, everything, true);
    case Helper::data_drop:
    case Helper::elem_drop:
      return acting(0, alias_bit(Alias::heap), false);
    case Helper::table_grow:
      return acting(
          everything,
          alias_bit(Alias::table_shape) | alias_bit(Alias::table_element) | alias_bit(Alias::fuel),
          true);
    case Helper::table_set:
    case Helper::table_fill:
    case Helper::table_copy:
    case Helper::table_init:
      return acting(everything, alias_bit(Alias::table_element) | alias_bit(Alias::fuel), true);
    default:
      return acting(everything, alias_bit(Alias::memory) | alias_bit(Alias::fuel), true);
  }
}

wasm::Op load_after(wasm::Op store) {
  using wasm::Op;
  switch (store) {
    case Op::i32_store:
      return Op::i32_load;
    case Op::i64_store:
      return Op::i64_load;
    case Op::f32_store:
      return Op::f32_load;
    case Op::f64_store:
      return Op::f64_load;
    case Op::v128_store:
      return Op::v128_load;
    default:
      return wasm::op_none;
  }
}

}  // namespace wrun::inline v0::jit
