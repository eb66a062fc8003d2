#include <utility>

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

/// Three vectors, of which one may be in the accumulator.
Value Translator::numeric(Walker& w, Op op, Value a, Value b, Value c) {
  const Value* const operands[] = {&a, &b, &c};
  AccOf in_acc = AccOf::none;
  for (std::size_t i = 3; i > 0; --i)
    if (source(*operands[i - 1]) == Src::acc) in_acc = static_cast<AccOf>(i);
  const auto text = [&](const Value& v, AccOf which) {
    return operand_text(v, source_of(in_acc, which));
  };
  const std::uint32_t slots[] = {slot_of(a), slot_of(b), slot_of(c)};
  consume(c);
  consume(b);
  consume(a);
  open_result(Kind::v128);
  const std::uint32_t at =
      emit(ternary_handler(op, in_acc, Dst::acc), through_c, wasm::info(op).text);
  put_slot(at, at_a, slots[0]);
  put_slot(at, at_c, slots[1]);
  put_slot(at, at_c2, slots[2]);
  describe(at, "{}, {}, {}", text(a, AccOf::first), text(b, AccOf::second), text(c, AccOf::third));
  return finish_in_acc(w, Kind::v128, at, ternary_handler(op, in_acc, Dst::store));
}

Value Translator::shuffle(Walker& w, const wasm::Lanes& lanes, Value a, Value b) {
  const PairForm form = pair_form(Op::i8x16_shuffle, a, b);
  open_result(Kind::v128);
  const std::uint32_t at = emit(shuffle_handler(form.pair, Dst::acc), through_g, "i8x16.shuffle");
  put_slot(at, at_a, form.a);
  put_slot(at, at_c, form.b);
  for (std::uint32_t i = 0; i < 16; ++i) code_.put(at, at_d + i, lanes.lane[i]);
  if (trace_) describe(at, "{}, [{}]", pair_text(form), fmt::join(lanes.lane, " "));
  return finish_in_acc(w, Kind::v128, at, shuffle_handler(form.pair, Dst::store));
}

/// A lane is taken out of the vector's slots: a load, where an accumulator would need a shuffle.
Value Translator::lane(Walker& w, Op op, std::uint8_t lane, Operands args) {
  if (args.size() == 2) return replace_lane(w, op, lane, args[0].value, args[1].value);
  const Kind type = wasm::walk_row(op).results[0];
  const std::uint32_t from = in_slot(args[0].value);
  consume(args[0].value);
  open_result(type);
  const std::uint32_t at = emit(extract_lane_handler(op, Dst::acc), through_c, wasm::info(op).text);
  put_slot(at, at_a, from);
  code_.put(at, at_c, static_cast<std::uint16_t>(lane));
  describe(at, "s{}, {}", from, lane);
  return finish_in_acc(w, type, at, extract_lane_handler(op, Dst::store));
}

Value Translator::replace_lane(Walker& w, Op op, std::uint8_t lane, Value& vector, Value& x) {
  if (x.kind == Value::Kind::constant) materialise(x);
  const Src vector_source = source(vector);
  const Src x_source = source(x);
  const std::uint32_t from = slot_of(vector);
  const std::uint32_t value = slot_of(x);
  consume(x);
  consume(vector);
  open_result(Kind::v128);
  const std::uint32_t at = emit(replace_lane_handler(op, vector_source, x_source, Dst::acc),
                                through_c, wasm::info(op).text);
  put_slot(at, at_a, from);
  code_.put(at, at_c, static_cast<std::uint16_t>(lane));
  put_slot(at, at_c2, value);
  if (trace_)
    describe(at, "{}, {}, {}", operand_text(vector, vector_source), lane,
             operand_text(x, x_source));
  return finish_in_acc(w, Kind::v128, at,
                       replace_lane_handler(op, vector_source, x_source, Dst::store));
}

/// What loads and stores of a lane in any memory have in common.
void Translator::put_lane_access(std::uint32_t at, const wasm::MemArg& arg, std::uint8_t lane,
                                 std::uint32_t address) {
  put_slot(at, at_a, address);
  code_.put(at, at_c, static_cast<std::uint16_t>(arg.memory.value));
  code_.put(at, at_d, arg.offset);
  code_.put(at, at_f2, static_cast<std::uint16_t>(lane));
}

Value Translator::load_lane(Walker& w, Op op, const wasm::MemArg& arg, std::uint8_t lane,
                            Value address, Value vector) {
  const bool is_fast_one = is_fast(arg.memory) && !is_shared(arg.memory);
  const bool is_64 = module_.memories[arg.memory.value].limits.is_64;
  if (!is_fast_one) in_slot(address);
  if (address.kind == Value::Kind::constant) materialise(address);
  const Src vector_source = is_fast_one ? source(vector) : (in_slot(vector), Src::slot);
  const Src from = is_fast_one ? source(address) : Src::slot;
  const Addr form = from == Src::acc ? Addr::acc : Addr::slot;
  consume(vector);
  consume(address);
  open_result(Kind::v128);
  if (!is_fast_one) {
    const std::uint32_t at =
        emit(load_lane_any_handler(op, is_64, Dst::acc), through_f, wasm::info(op).text);
    put_lane_access(at, arg, lane, slot_of(address));
    put_slot(at, at_f, slot_of(vector));
    describe(at, "memory {} [s{} + {}], s{}, {}", arg.memory.value, slot_of(address), arg.offset,
             slot_of(vector), lane);
    return finish_in_acc(w, Kind::v128, at, load_lane_any_handler(op, is_64, Dst::store));
  }
  const std::uint32_t at =
      emit(load_lane_handler(op, form, vector_source, Dst::acc), through_d, wasm::info(op).text);
  put_slot(at, at_a, slot_of(address));
  code_.put(at, at_c, static_cast<std::uint32_t>(arg.offset));
  put_slot(at, at_d, slot_of(vector));
  code_.put(at, at_d2, static_cast<std::uint16_t>(lane));
  if (trace_)
    describe(at, "[{} + {}], {}, {}", operand_text(address, from), arg.offset,
             operand_text(vector, vector_source), lane);
  return finish_in_acc(w, Kind::v128, at, load_lane_handler(op, form, vector_source, Dst::store));
}

void Translator::store_lane(Walker&, Op op, const wasm::MemArg& arg, std::uint8_t lane,
                            Value address, Value vector) {
  const std::uint32_t stored = in_slot(vector);
  if (!is_fast(arg.memory) || is_shared(arg.memory)) {
    const bool is_64 = module_.memories[arg.memory.value].limits.is_64;
    const std::uint32_t to = in_slot(address);
    consume(vector);
    consume(address);
    const std::uint32_t at =
        emit(store_lane_any_handler(op, is_64), through_f, wasm::info(op).text);
    put_lane_access(at, arg, lane, to);
    put_slot(at, at_b, stored);
    describe(at, "memory {} [s{} + {}], s{}, {}", arg.memory.value, to, arg.offset, stored, lane);
    return;
  }
  if (address.kind == Value::Kind::constant) materialise(address);
  const Src to = source(address);
  consume(vector);
  consume(address);
  const Addr form = to == Src::acc ? Addr::acc : Addr::slot;
  const std::uint32_t at = emit(store_lane_handler(op, form), through_d, wasm::info(op).text);
  put_slot(at, at_a, slot_of(address));
  put_slot(at, at_b, stored);
  code_.put(at, at_c, static_cast<std::uint32_t>(arg.offset));
  code_.put(at, at_d2, static_cast<std::uint16_t>(lane));
  if (trace_)
    describe(at, "[{} + {}], s{}, {}", operand_text(address, to), arg.offset, stored, lane);
}

}  // namespace wrun::inline v0::interp
