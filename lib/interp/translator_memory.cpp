#include <array>
#include <utility>

#include "lib/interp/bodies_bulk.hpp"
#include "lib/interp/op_tables.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

namespace {

constexpr bool is_wide_arithmetic(const wasm::OpInfo& info) {
  return info.shape == wasm::Shape::numeric && info.results().size() == 2;
}

constexpr auto wide_ops = select_ops<&is_wide_arithmetic>();

constexpr auto wide_handlers = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{&handler<Wide<wasm::semantics<wide_ops[i]>>>...};
}
(std::make_index_sequence<wide_ops.size()>());

}  // namespace

/// Folds an i32.add that the last instruction did into the address.
bool Translator::fold_sum(const Value& address, AddressForm& form) {
  if (last_.op != Op::i32_add || !take_back(address)) return false;
  const PairForm& sum = last_.form;
  form.a = sum.a;
  switch (sum.pair) {
    case Pair::slot_slot:
      form.form = Addr::slot_slot;
      form.second = static_cast<std::uint16_t>(sum.b);
      break;
    case Pair::acc_slot:
      form.form = Addr::acc_slot;
      form.second = static_cast<std::uint16_t>(sum.b);
      break;
    case Pair::slot_acc:
      form.form = Addr::acc_slot;
      form.second = static_cast<std::uint16_t>(sum.a);
      break;
    case Pair::slot_imm:
      form.form = Addr::slot_const;
      form.second = static_cast<std::uint32_t>(sum.imm);
      break;
    default:
      form.form = Addr::acc_const;
      form.second = static_cast<std::uint32_t>(sum.imm);
      break;
  }
  return true;
}

/// How an access takes an address that is a sum or constant, or that the last instruction made.
Translator::AddressForm Translator::folded_address(Value& address, std::uint64_t offset) {
  AddressForm form{};
  form.offset = static_cast<std::uint32_t>(offset);
  if (address.kind == Value::Kind::sum) {
    form.form = acc(Kind::i32).slot == address.local() ? Addr::acc_const : Addr::slot_const;
    form.a = address.local();
    form.second = address.addend();
  } else if (!fold_sum(address, form)) {
    const std::uint64_t known = static_cast<std::uint32_t>(address.bits) + offset;
    if (address.kind == Value::Kind::constant && known <= 0xffff'ffff) {
      form.form = Addr::none;
      form.offset = static_cast<std::uint32_t>(known);
    } else {
      if (address.kind == Value::Kind::constant) materialise(address);
      form.form = source(address) == Src::acc ? Addr::acc : Addr::slot;
      form.a = slot_of(address);
    }
  }
  consume(address);
  return form;
}

/// How an access takes its address that has to be in a slot.
Translator::AddressForm Translator::slot_address(Value& address, std::uint64_t offset) {
  const AddressForm form{Addr::slot, in_slot(address), 0, static_cast<std::uint32_t>(offset)};
  consume(address);
  return form;
}

std::string Translator::address_text(const AddressForm& form) {
  switch (form.form) {
    case Addr::acc:
      return compose("[acc + {}]", form.offset);
    case Addr::slot:
      return compose("[s{} + {}]", form.a, form.offset);
    case Addr::slot_slot:
      return compose("[s{} + s{} + {}]", form.a, form.second, form.offset);
    case Addr::acc_slot:
      return compose("[acc + s{} + {}]", form.second, form.offset);
    case Addr::slot_const:
      return compose("[s{} + 0x{:x} + {}]", form.a, form.second, form.offset);
    case Addr::acc_const:
      return compose("[acc + 0x{:x} + {}]", form.second, form.offset);
    default:
      return compose("[{}]", form.offset);
  }
}

void Translator::describe_address(std::uint32_t at, const AddressForm& form) {
  describe(at, "{}", address_text(form));
}

Value Translator::load_rare(Walker& w, Op op, const wasm::MemArg& arg, Value address) {
  const Kind type = wasm::walk_row(op).results[0];
  if (!is_fast(arg.memory)) return load_any(w, op, arg, address);
  const AddressForm form =
      has_all_forms(op) ? address_form(address, arg.offset) : slot_address(address, arg.offset);
  const ResultHandlers handlers = load_handlers(op, form.form);
  open_result(type);
  const std::uint32_t at = emit(handlers.in_acc, access_words(form.form), op);
  put_address(at, form);
  if (trace_) describe_address(at, form);
  return finish_in_acc(w, type, at, handlers.storing);
}

/// A value whose class has no accumulator free for a constant goes home first.
void Translator::store(Walker&, Op op, const wasm::MemArg& arg, Value address, Value value) {
  if (!is_fast(arg.memory)) return store_any(op, arg, address, value);
  const bool is_common = has_all_forms(op);
  const bool is_constant = value.kind == Value::Kind::constant;
  const bool fits = class_of(value.type) == AccClass::integer &&
                    static_cast<std::int64_t>(value.bits) == static_cast<std::int32_t>(value.bits);
  const bool is_imm = is_common && is_constant && (value.type == Kind::i32 || fits);
  if (!is_common) in_slot(value);
  // An address that is a sum can be folded only if nothing came after it.
  pop(value);
  const AddressForm form = !is_common ? slot_address(address, arg.offset)
                           : is_constant && !is_imm
                               ? store_address_of_constant(address, value, arg.offset)
                               : address_form(address, arg.offset);
  const Src src = is_imm ? Src::imm : is_common ? source(value) : Src::slot;
  const std::size_t row = static_cast<std::size_t>(op) - AccessRows::first_store;
  const std::size_t column =
      static_cast<std::size_t>(form.form) * 3 + static_cast<std::size_t>(src);
  const bool is_scalar = row < AccessRows::stores;
  const std::uint32_t at =
      append(is_scalar ? access_rows_.store[row][column] : store_handler(op, form.form, src),
             access_words(form.form, is_imm), trace_ ? wasm::info(op).text() : std::string_view(),
             is_scalar && is_common ? sequence_keys.store[row][column] : unknown_key, form.a,
             is_imm ? 0 : slot_of(value), form.rest());
  if (is_imm) code_.put(at, access_imm_at(form.form), static_cast<std::int32_t>(value.bits));
  if (trace_) [[unlikely]]
    describe(at, "{}, {}", address_text(form), operand_text(value, src));
  release(value);
}

/// The address of a store of a constant that isn't an immediate, which was popped but not yet used.
Translator::AddressForm Translator::store_address_of_constant(Value& address, Value& value,
                                                              std::uint64_t offset) {
  // The constant's instruction would come after the sum: take the sum back first. What was added
  // may lie in the constant's home, so it goes one slot further.
  const AddressForm form = address_form(address, offset);
  ++value.home;
  reach(value.home);
  emit_const(value.home, value.type, value.bits);
  value.kind = Value::Kind::temp;
  return form;
}

void Translator::put_any_address(std::uint32_t at, const wasm::MemArg& arg, std::uint32_t slot) {
  put_slot(at, at_a, slot);
  code_.put(at, at_c, static_cast<std::uint16_t>(arg.memory.value));
  code_.put(at, at_c2, unused_bits(module_->memories[arg.memory.value].limits.is_64));
  code_.put(at, at_d, arg.offset);
}

Value Translator::load_any(Walker& w, Op op, const wasm::MemArg& arg, Value address) {
  const Kind type = wasm::walk_row(op).results[0];
  const std::uint32_t from = in_slot(address);
  consume(address);
  open_result(type);
  const Handler accessing = load_any_handler(op);
  const std::uint32_t at = emit(accessing, through_e, wasm::info(op).text());
  put_any_address(at, arg, from);
  describe(at, "memory {} [s{} + {}]", arg.memory.value, from, arg.offset);
  return finish_in_acc(w, type, at, accessing);
}

void Translator::store_any(Op op, const wasm::MemArg& arg, Value address, Value value) {
  const std::uint32_t from = in_slot(value);
  const std::uint32_t to = in_slot(address);
  consume(value);
  consume(address);
  const std::uint32_t at = emit(store_any_handler(op), through_e, wasm::info(op).text());
  put_any_address(at, arg, to);
  put_slot(at, at_b, from);
  describe(at, "memory {} [s{} + {}], s{}", arg.memory.value, to, arg.offset, from);
}

/// Emits an instruction on slots: its operands, brought home, are consecutive from a's slot
/// on; its result, if any, takes their place.
void Translator::emit_bulk(Walker& w, Op op, Handler handler, Operands args, std::uint32_t first,
                           std::uint32_t second, Operands results) {
  for (Operand& arg : args) materialise(arg.value);
  for (std::size_t i = args.size(); i > 0; --i) pop(args[i - 1].value);
  const std::uint32_t at = emit(handler, through_d, wasm::info(op).text());
  put_slot(at, at_a, home(w));
  put_slot(at, at_b, home(w));
  code_.put(at, at_c, first);
  code_.put(at, at_d, second);
  reach(home(w));
  describe(at, "s{}, {}, {}", home(w), first, second);
  take_results(w, results);
}

void Translator::memory_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                           Operands results) {
  const bool fuel = options_.fuel;
  const auto pick = [&]() -> Handler {
    switch (op) {
      case Op::memory_size:
        return &handler<MemorySize>;
      case Op::memory_grow:
        return &handler<MemoryGrow>;
      case Op::memory_fill:
        return by_fuel<MemoryFill>(fuel);
      case Op::memory_copy:
        return by_fuel<MemoryCopy>(fuel);
      case Op::memory_init:
        return by_fuel<MemoryInit>(fuel);
      default:
        return &handler<DataDrop>;
    }
  };
  emit_bulk(w, op, pick(), args, imm.index, imm.index2, results);
}

void Translator::table_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                          Operands results) {
  const bool fuel = options_.fuel;
  const auto pick = [&]() -> Handler {
    switch (op) {
      case Op::table_get:
        return &handler<TableGet>;
      case Op::table_set:
        return &handler<TableSet>;
      case Op::table_size:
        return &handler<TableSize>;
      case Op::table_grow:
        return by_fuel<TableGrow>(fuel);
      case Op::table_fill:
        return by_fuel<TableFill>(fuel);
      case Op::table_copy:
        return by_fuel<TableCopy>(fuel);
      case Op::table_init:
        return by_fuel<TableInit>(fuel);
      default:
        return &handler<ElemDrop>;
    }
  };
  emit_bulk(w, op, pick(), args, imm.index, imm.index2, results);
}

/// Wide arithmetic.
void Translator::numeric(Walker& w, Op op, Operands args, Operands results) {
  emit_bulk(w, op, *find_row<wide_ops>(wide_handlers, op), args, 0, 0, results);
}

}  // namespace wrun::inline v0::interp
