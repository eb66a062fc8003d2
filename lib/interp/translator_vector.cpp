#include <utility>

#include "lib/interp/handlers_fused.hpp"
#include "lib/interp/handlers_vector.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

/// There are no vector immediates: a constant is an instruction, which a local or an operand's
/// home keeps.
Value Translator::vector_constant(Walker& w, wasm::Bits bits) {
  open_result(Kind::v128);
  const std::uint32_t at = emit(&handler<VectorConst<Dst::acc>>, through_f, "v128.const");
  for (std::uint32_t i = 0; i < 16; ++i) {
    const std::uint64_t half = i < 8 ? bits.lo : bits.hi;
    code_.put(at, at_c + i, static_cast<std::uint8_t>(half >> (8 * (i % 8))));
  }
  describe(at, "0x{:016x} 0x{:016x}", bits.lo, bits.hi);
  return finish_in_acc(w, Kind::v128, at, &handler<VectorConst<Dst::store>>);
}

/// Three vectors.
Value Translator::numeric(Walker& w, Op op, Value a, Value b, Value c) {
  const std::uint32_t slots[] = {in_slot(a), in_slot(b), in_slot(c)};
  consume(c);
  consume(b);
  consume(a);
  open_result(Kind::v128);
  const Handler fused = options_.fused_madd ? fused_handler(op) : nullptr;
  const Handler handler = fused ? fused : ternary_handler(op);
  const std::uint32_t at = emit(handler, through_c, wasm::info(op).text());
  put_slot(at, at_a, slots[0]);
  put_slot(at, at_c, slots[1]);
  put_slot(at, at_c2, slots[2]);
  describe(at, "s{}, s{}, s{}", slots[0], slots[1], slots[2]);
  return canonical(w, op, finish_in_acc(w, Kind::v128, at, handler));
}

Value Translator::shuffle(Walker& w, const wasm::Lanes& lanes, Value a, Value b) {
  const PairForm form = slots_form(a, b);
  open_result(Kind::v128);
  const std::uint32_t at = emit(shuffle_handler(), through_g, "i8x16.shuffle");
  put_slot(at, at_a, form.a);
  put_slot(at, at_c, form.b);
  for (std::uint32_t i = 0; i < 16; ++i) code_.put(at, at_d + i, lanes.lane[i]);
  if (trace_) {
    std::string numbers;
    for (const unsigned lane : lanes.lane)
      numbers += compose("{}{}", numbers.empty() ? "" : " ", lane);
    describe(at, "{}, [{}]", pair_text(form), numbers);
  }
  return finish_in_acc(w, Kind::v128, at, shuffle_handler());
}

/// A lane is taken out of the vector's slots: a load, where an accumulator would need a shuffle.
Value Translator::lane(Walker& w, Op op, std::uint8_t lane, Operands args) {
  if (args.size() == 2) return replace_lane(w, op, lane, args[0].value, args[1].value);
  const Kind type = wasm::walk_row(op).results[0];
  const std::uint32_t from = in_slot(args[0].value);
  consume(args[0].value);
  open_result(type);
  const std::uint32_t at = emit(extract_lane_handler(op), through_c, wasm::info(op).text());
  put_slot(at, at_a, from);
  code_.put(at, at_c, static_cast<std::uint16_t>(lane));
  describe(at, "s{}, {}", from, lane);
  return finish_in_acc(w, type, at, extract_lane_handler(op));
}

Value Translator::replace_lane(Walker& w, Op op, std::uint8_t lane, Value& vector, Value& x) {
  const std::uint32_t from = in_slot(vector);
  const std::uint32_t value = in_slot(x);
  consume(x);
  consume(vector);
  open_result(Kind::v128);
  const std::uint32_t at = emit(replace_lane_handler(op), through_c, wasm::info(op).text());
  put_slot(at, at_a, from);
  code_.put(at, at_c, static_cast<std::uint16_t>(lane));
  put_slot(at, at_c2, value);
  describe(at, "s{}, {}, s{}", from, lane, value);
  return finish_in_acc(w, Kind::v128, at, replace_lane_handler(op));
}

Value Translator::load_lane(Walker& w, Op op, const wasm::MemArg& arg, std::uint8_t lane,
                            Value address, Value vector) {
  const std::uint32_t from = in_slot(address);
  const std::uint32_t other = in_slot(vector);
  consume(vector);
  consume(address);
  open_result(Kind::v128);
  const std::uint32_t at = emit(load_lane_handler(op), through_f, wasm::info(op).text());
  put_any_address(at, arg, from);
  put_slot(at, at_f, other);
  code_.put(at, at_f2, static_cast<std::uint16_t>(lane));
  describe(at, "memory {} [s{} + {}], s{}, {}", arg.memory.value, from, arg.offset, other, lane);
  return finish_in_acc(w, Kind::v128, at, load_lane_handler(op));
}

void Translator::store_lane(Walker&, Op op, const wasm::MemArg& arg, std::uint8_t lane,
                            Value address, Value vector) {
  const std::uint32_t stored = in_slot(vector);
  const std::uint32_t to = in_slot(address);
  consume(vector);
  consume(address);
  const std::uint32_t at = emit(store_lane_handler(op), through_f, wasm::info(op).text());
  put_any_address(at, arg, to);
  put_slot(at, at_b, stored);
  code_.put(at, at_f2, static_cast<std::uint16_t>(lane));
  describe(at, "memory {} [s{} + {}], s{}, {}", arg.memory.value, to, arg.offset, stored, lane);
}

}  // namespace wrun::inline v0::interp
