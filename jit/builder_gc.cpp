// Structures, arrays and casts. Fields and elements are read and written in place; what is made is
// made by the run time, and then written to before anything can look at it.

#include "jit/builder.hpp"
#include "jit/layout.hpp"
#include "jit/types.hpp"
#include "lib/runtime/casts.hpp"

namespace wrun::inline v0::jit {

using runtime::Cast;
using wasm::Kind;
using wasm::Op;

namespace {

constexpr auto first_object_kind = static_cast<std::uint32_t>(runtime::CellKind::struct_);

Packed packed_as(Kind storage, bool is_signed) {
  switch (storage) {
    case Kind::i8:
      return is_signed ? Packed::s8 : Packed::u8;
    case Kind::i16:
      return is_signed ? Packed::s16 : Packed::u16;
    default:
      return Packed::no;
  }
}

/// Fields at different offsets are never the same, whatever the types.
Place field_place(std::uint32_t offset, Packed packed = Packed::no) {
  return {Alias::heap, offset, packed};
}
Place element_place(std::uint32_t width, Packed packed = Packed::no) {
  return {Alias::heap, 0x8000'0000u | width, packed};
}

/// References of these types may be i31, or something of the host's.
bool may_be_i31(wasm::HeapType heap) {
  if (heap.is_concrete()) return false;
  return heap.abstract() == wasm::AbstractHeap::any || heap.abstract() == wasm::AbstractHeap::eq ||
         heap.abstract() == wasm::AbstractHeap::i31;
}
bool may_be_host(wasm::HeapType heap) {
  return !heap.is_concrete() && heap.abstract() == wasm::AbstractHeap::any;
}

}  // namespace

void Builder::trap_if_null(const Operand& reference, TrapCode code) {
  if (reference.type.is_nullable())
    emit_.trap_if(emit_.numeric(Op::i64_eqz, reference.value), code);
}

/// The canonical one of a type of the module.
Value Builder::type_id(std::uint32_t type) {
  const Value ids = emit_.field(Type::i64, instance_, layout::instance_type_ids);
  return emit_.field(Type::i32, ids, std::uint64_t{type} * sizeof(wasm::TypeId));
}

// Casts

/// Goes to `join` with the answer if the condition holds.
void Builder::answer_if(Value condition, Block join, bool answer) {
  const Block next = add_block(loop_depth_);
  const Value known = emit_.i32(answer ? 1 : 0);
  const Edge found = graph_.make_edge(join, std::span(&known, 1));
  emit_.branch(condition, found, graph_.make_edge(next));
  emit_.continue_in(next);
}

/// Whether an object, or a function, is of a type that the module defines. Asks the run time only
/// if it isn't of that very type.
Value Builder::is_defined(Value reference, wasm::TypeIdx type, Block join) {
  const wasm::SubType& defined = module_->types.types[type.value];
  const bool is_function = defined.kind == wasm::CompositeKind::func;
  const Value expected = type_id(type.value);
  const Value found = emit_.field(Type::i32, reference,
                                  is_function ? layout::func_type : layout::object_type, guarded);
  const Value is_same = emit_.numeric(Op::i32_eq, found, expected);
  if (defined.is_final) return is_same;
  answer_if(is_same, join, true);
  if (is_function) {
    const Value words[] = {instance_, found, expected};
    return emit_.helper(Helper::is_subtype, Type::i32, words);
  }
  const std::uint32_t depth = module_->registry->entry(module_->id_of(type)).depth;
  const Value words[] = {instance_, reference, expected, emit_.i32(depth)};
  return emit_.helper(Helper::is_instance, Type::i32, words);
}

/// An i32: whether a reference of type `from` is of type `to`.
Value Builder::cast_test(Value reference, wasm::ValType from, wasm::ValType to) {
  const Cast cast = runtime::cast_to(*module_->registry, module_->canonical(to).heap());
  const Value is_null = emit_.numeric(Op::i64_eqz, reference);
  if (cast == Cast::nothing) return to.is_nullable() ? is_null : emit_.i32(0);
  if (cast == Cast::anything)
    return to.is_nullable() ? emit_.i32(1) : emit_.numeric(Op::i32_eqz, is_null);
  const Value low = emit_.numeric(Op::i32_wrap_i64, reference);
  const Value is_i31 = emit_.numeric(Op::i32_and, low, emit_.i32(1));
  if (cast == Cast::i31)
    return to.is_nullable() ? emit_.numeric(Op::i32_or, is_i31, is_null) : is_i31;
  const Block join = add_block(loop_depth_);
  const Type types[] = {Type::i32};
  graph_.add_params(join, types);
  if (from.is_nullable()) answer_if(is_null, join, to.is_nullable());
  if (may_be_i31(from.heap())) answer_if(is_i31, join, cast == Cast::eq);
  const Value flags = emit_.field(Type::i32, reference, layout::cell_kind, guarded);
  const Value kind = emit_.numeric(Op::i32_and, flags, emit_.i32(0xff));
  const Value is_host = emit_.numeric(Op::i32_lt_u, kind, emit_.i32(first_object_kind));
  Value answer = Value::none;
  switch (cast) {
    case Cast::eq:
      answer = emit_.numeric(Op::i32_eqz, is_host);
      break;
    case Cast::struct_:
      answer = emit_.numeric(Op::i32_eq, kind, emit_.i32(first_object_kind));
      break;
    case Cast::array:
      answer = emit_.numeric(Op::i32_eq, kind, emit_.i32(first_object_kind + 1));
      break;
    default:
      if (may_be_host(from.heap())) answer_if(is_host, join, false);
      answer = is_defined(reference, to.heap().index(), join);
  }
  emit_.jump(graph_.make_edge(join, std::span(&answer, 1)));
  emit_.start(join);
  return graph_.params(join)[0];
}

void Builder::br_on_cast(Walker& w, Op op, Control& target, wasm::ValType from, wasm::ValType to) {
  const Value passes = cast_test(w.operands(1)[0].value, from, to);
  br_if(w, target, op == Op::br_on_cast ? passes : emit_.numeric(Op::i32_eqz, passes));
}

// Structures and arrays

const runtime::StructLayout& Builder::layout_of(std::uint32_t type) {
  const auto [found, is_new] = layouts_.try_emplace(type);
  if (is_new) found->second = runtime::layout_of(std::span(module_->types.types[type].fields));
  return found->second;
}

/// The bits of a value as a helper's argument.
Value Builder::bits_of(Value v) {
  switch (graph_.at(v).type) {
    case Type::f32:
      return emit_.numeric(Op::i32_reinterpret_f32, v);
    case Type::f64:
      return emit_.numeric(Op::i64_reinterpret_f64, v);
    default:
      return v;
  }
}

/// The same of any value, in two words.
void Builder::bits_of(Value v, Value (&words)[2]) {
  words[1] = emit_.i64(0);
  if (graph_.at(v).type != Type::v128) {
    words[0] = bits_of(v);
    return;
  }
  for (unsigned i = 0; i < 2; ++i)
    words[i] = emit_.pure(Op::i64x2_extract_lane, Type::i64, i, 0, std::span(&v, 1));
}

Value Builder::new_struct(Op op, std::uint32_t type, Operands args) {
  const runtime::StructLayout& layout = layout_of(type);
  const Value words[] = {instance_, type_id(type), emit_.i32(layout.bytes)};
  const Value made = emit_.helper(Helper::struct_new, Type::i64, words);
  if (op == Op::struct_new_default) return made;
  const auto& fields = module_->types.types[type].fields;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const Packed packed = packed_as(fields[i].storage.kind(), false);
    emit_.write(made, layout.offsets[i], args[i].value, field_place(layout.offsets[i], packed));
  }
  return made;
}

Value Builder::new_array(Op op, const wasm::Immediates& imm, Operands args) {
  values_ = {instance_, type_id(imm.index)};
  switch (op) {
    case Op::array_new: {
      Value words[2];
      bits_of(args[0].value, words);
      values_.insert(values_.end(), {args[1].value, words[0], words[1]});
      return emit_.helper(Helper::array_new, Type::i64, values_, options_.fuel);
    }
    case Op::array_new_default:
      values_.push_back(args[0].value);
      return emit_.helper(Helper::array_new_default, Type::i64, values_, options_.fuel);
    case Op::array_new_fixed: {
      values_.push_back(emit_.i32(imm.index2));
      const Value made = emit_.helper(Helper::array_new_default, Type::i64, values_, options_.fuel);
      const std::uint32_t width = runtime::width_of(imm.type.kind());
      const Place place = element_place(width, packed_as(imm.type.kind(), false));
      for (std::size_t i = 0; i < args.size(); ++i)
        emit_.write(made, runtime::first_element + i * width, args[i].value, place);
      return made;
    }
    default: {
      values_.insert(values_.end(), {emit_.i32(imm.index2), args[0].value, args[1].value});
      const Helper helper =
          op == Op::array_new_data ? Helper::array_new_data : Helper::array_new_elem;
      return emit_.helper(helper, Type::i64, values_, options_.fuel);
    }
  }
}

void Builder::array_bulk(Op op, const wasm::Immediates& imm, Operands args) {
  values_ = {instance_, args[0].value, args[1].value};
  const auto call = [&](Helper helper) {
    emit_.helper(helper, Type::none, values_, options_.fuel);
  };
  switch (op) {
    case Op::array_fill: {
      Value words[2];
      bits_of(args[2].value, words);
      values_.insert(values_.end(), {words[0], words[1], args[3].value});
      return call(Helper::array_fill);
    }
    case Op::array_copy:
      for (const Operand& arg : args.subspan(2)) values_.push_back(arg.value);
      return call(Helper::array_copy);
    default:
      values_.insert(values_.end(), {emit_.i32(imm.index2), args[2].value, args[3].value});
      return call(op == Op::array_init_data ? Helper::array_init_data : Helper::array_init_elem);
  }
}

/// The address of an element, but for what comes before all elements.
Value Builder::element_at(const Operand& array, Value index, std::uint32_t width) {
  trap_if_null(array, TrapCode::null_array_reference);
  const Value length = emit_.field(Type::i32, array.value, layout::array_length, guarded);
  emit_.trap_if(emit_.numeric(Op::i32_ge_u, index, length), TrapCode::out_of_bounds_array_access);
  return emit_.offset(array.value, emit_.numeric(Op::i64_extend_i32_u, index), width);
}

void Builder::aggregate_op(Walker&, Op op, const wasm::Immediates& imm, Operands args,
                           Operands results) {
  const Kind storage = imm.type.kind();
  const Packed packed = packed_as(storage, op == Op::struct_get_s || op == Op::array_get_s);
  switch (op) {
    case Op::struct_get:
    case Op::struct_get_s:
    case Op::struct_get_u: {
      trap_if_null(args[0], TrapCode::null_struct_reference);
      const std::uint32_t offset = layout_of(imm.index).offsets[imm.index2];
      results[0].value = emit_.read(type_of(results[0].type), args[0].value, offset,
                                    field_place(offset, packed), guarded);
      return;
    }
    case Op::struct_set: {
      trap_if_null(args[0], TrapCode::null_struct_reference);
      const std::uint32_t offset = layout_of(imm.index).offsets[imm.index2];
      return emit_.write(args[0].value, offset, args[1].value, field_place(offset, packed));
    }
    case Op::array_get:
    case Op::array_get_s:
    case Op::array_get_u: {
      const std::uint32_t width = runtime::width_of(storage);
      const Value at = element_at(args[0], args[1].value, width);
      results[0].value = emit_.read(type_of(results[0].type), at, runtime::first_element,
                                    element_place(width, packed), guarded);
      return;
    }
    case Op::array_set: {
      const std::uint32_t width = runtime::width_of(storage);
      const Value at = element_at(args[0], args[1].value, width);
      return emit_.write(at, runtime::first_element, args[2].value, element_place(width, packed));
    }
    case Op::array_len:
      trap_if_null(args[0], TrapCode::null_array_reference);
      results[0].value = emit_.field(Type::i32, args[0].value, layout::array_length, guarded);
      return;
    case Op::struct_new:
    case Op::struct_new_default:
      results[0].value = new_struct(op, imm.index, args);
      return;
    case Op::array_fill:
    case Op::array_copy:
    case Op::array_init_data:
    case Op::array_init_elem:
      return array_bulk(op, imm, args);
    default:
      results[0].value = new_array(op, imm, args);
  }
}

}  // namespace wrun::inline v0::jit
