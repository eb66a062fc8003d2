// Structures, arrays, casts. References are nullable; what is used is mostly made sure not to be
// null, so that calls get further than their first instructions.

#include "tests/fuzz/function_generator.hpp"

namespace wrun::inline v0::fuzz {

using wasm::Op;

namespace {

constexpr std::string_view substruct_fields = "iIiiFs";

/// What an element is on the operand stack.
char element_of(char array) {
  switch (array) {
    case 'b':
      return 'i';
    case 'l':
      return 'I';
    case 'S':
      return 's';
    default:
      return 'r';
  }
}

}  // namespace

/// A heap type as an immediate.
void FunctionGenerator::heap_type(char type) {
  constexpr std::uint8_t any = 0x6e;
  if (is_defined(type)) return code_.signed_leb(heap_type_of(type));
  code_.byte(any);
}

void FunctionGenerator::heap_value(char type, unsigned depth) {
  if (type == 'y') return any_value(depth);
  if (depth == 0) return leaf(type);
  if (source_.chance(1, 5)) return downcast(type, depth);
  switch (type) {
    case 's':
      if (source_.chance(1, 3)) return value('t', depth);
      if (source_.chance(1, 6)) {
        element('S', depth);
        return op_index(Op::array_get, reference_array_type);
      }
      if (source_.chance(1, 5)) return op_index(Op::struct_new_default, struct_type);
      values("iI", depth);
      return op_index(Op::struct_new, struct_type);
    case 't':
      if (source_.chance(1, 5)) return op_index(Op::struct_new_default, substruct_type);
      values(std::string(substruct_fields), depth);
      return op_index(Op::struct_new, substruct_type);
    default:
      return new_array(type, depth);
  }
}

void FunctionGenerator::any_value(unsigned depth) {
  switch (source_.below(6)) {
    case 0:
      value('i', depth);
      return op(Op::ref_i31);
    case 1:
      value('x', depth);
      return op(Op::any_convert_extern);
    case 2:
      value('y', depth);
      op(Op::extern_convert_any);
      return op(Op::any_convert_extern);
    default:
      return value("stblSp"[source_.below(6)], depth);
  }
}

/// From anyref: tested before, or failing where it isn't of the type.
void FunctionGenerator::downcast(char type, unsigned depth) {
  const auto cast = [&](bool takes_null) {
    op(takes_null ? Op::ref_cast_null : Op::ref_cast);
    heap_type(type);
  };
  value('y', depth);
  if (source_.chance(1, 16)) return cast(source_.chance(1, 2));
  const std::uint32_t local = scratch('y');
  const bool takes_null = source_.chance(1, 2);
  op_index(Op::local_tee, local);
  op(takes_null ? Op::ref_test_null : Op::ref_test);
  heap_type(type);
  op(Op::if_);
  write_type(code_, type);
  get(local);
  cast(takes_null);
  op(Op::else_);
  leaf(type);
  op(Op::end);
}

/// A value that is replaced if it is null, but for a few.
void FunctionGenerator::not_null(char type, unsigned depth) {
  value(type, depth);
  if (source_.chance(1, 24)) return source_.chance(1, 2) ? op(Op::ref_as_non_null) : void();
  const std::uint32_t local = scratch(type);
  op_index(Op::local_tee, local);
  op(Op::ref_is_null);
  op(Op::if_);
  write_type(code_, type);
  if (type == 's' || type == 't') {
    op_index(Op::struct_new_default, heap_type_of(type));
  } else {
    // Of elements that can be told from others.
    const bool has_numbers = type == 'b' || type == 'l';
    if (has_numbers) constant(element_of(type));
    i32_const(static_cast<std::int32_t>(1 + source_.below(20)));
    op_index(has_numbers ? Op::array_new : Op::array_new_default, heap_type_of(type));
  }
  op(Op::else_);
  get(local);
  op(Op::end);
}

void FunctionGenerator::new_array(char type, unsigned depth) {
  constexpr std::uint32_t longest = 40;
  // A loop that makes longer ones takes longer than anybody waits.
  const auto length = [&] {
    near_end(false, longest, depth);
    i32_const(0x7fff);
    op(Op::i32_and);
  };
  const std::uint32_t index = heap_type_of(type);
  const char element = element_of(type);
  switch (source_.below(4)) {
    case 0:
      value(element, depth);
      length();
      return op_index(Op::array_new, index);
    case 1: {
      const std::uint32_t count = source_.below(5);
      for (std::uint32_t i = 0; i < count; ++i) value(element, depth);
      op_index(Op::array_new_fixed, index);
      return code_.unsigned_leb(count);
    }
    case 2:
      if (type != 'b' && type != 'l' && type != 'p') break;
      near_end(false, 2, depth);
      near_end(false, type == 'b' ? longest / 2 : 3, depth);
      op_index(type == 'p' ? Op::array_new_elem : Op::array_new_data, index);
      return code_.unsigned_leb(type == 'p' ? passive_elements : passive_data);
    default:
      break;
  }
  length();
  op_index(Op::array_new_default, index);
}

/// An array and an index, mostly a small one.
void FunctionGenerator::element(char type, unsigned depth) {
  not_null(type, depth);
  near_end(false, source_.chance(1, 8) ? 12 : 1, depth);
}

void FunctionGenerator::heap_number(char type, unsigned depth) {
  if (type == 'I') {
    if (source_.chance(1, 2)) {
      not_null('s', depth);
      op_index(Op::struct_get, struct_type);
      return code_.unsigned_leb(1);
    }
    element('l', depth);
    return op_index(Op::array_get, long_array_type);
  }
  if (type == 'F') {
    not_null('t', depth);
    op_index(Op::struct_get, substruct_type);
    return code_.unsigned_leb(4);
  }
  switch (source_.below(8)) {
    case 0:
      value('s', depth);
      value('t', depth);
      return op(Op::ref_eq);
    case 1:
      not_null('t', depth);
      op_index(source_.chance(1, 2) ? Op::struct_get_s : Op::struct_get_u, substruct_type);
      return code_.unsigned_leb(2 + source_.below(2));
    case 2:
      element('b', depth);
      return op_index(source_.chance(1, 2) ? Op::array_get_s : Op::array_get_u, byte_array_type);
    case 3:
      not_null("blSp"[source_.below(4)], depth);
      return op(Op::array_len);
    case 4:
      value("yst"[source_.below(3)], depth);
      op(source_.chance(1, 2) ? Op::ref_test : Op::ref_test_null);
      return heap_type("sst"[source_.below(3)]);
    case 5: {
      constexpr std::uint8_t i31 = 0x6c;
      value('i', depth);
      op(Op::ref_i31);
      if (source_.chance(1, 8)) {
        op(Op::drop);
        op(Op::ref_null);
        code_.byte(i31);
      }
      return op(source_.chance(1, 2) ? Op::i31_get_s : Op::i31_get_u);
    }
    case 6: {
      constexpr std::uint8_t abstract[] = {0x6d, 0x6c, 0x6b, 0x6a, 0x71};  // eq to none
      value('y', depth);
      op(source_.chance(1, 2) ? Op::ref_test : Op::ref_test_null);
      return code_.byte(abstract[source_.below(5)]);
    }
    default:
      not_null('s', depth);
      op_index(Op::struct_get, struct_type);
      return code_.unsigned_leb(0);
  }
}

void FunctionGenerator::heap_statement(unsigned depth) {
  switch (source_.below(6)) {
    case 0:
      return set_field(depth);
    case 1:
      return set_element(depth);
    case 2:
    case 3:
      return array_bulk(depth);
    case 4:
      return cast_branch(depth);
    default:
      return null_branch(depth);
  }
}

/// Often the field is read right after.
void FunctionGenerator::set_field(unsigned depth) {
  const std::uint32_t field = source_.below(substruct_fields.size());
  const char type = substruct_fields[field];
  const bool is_packed = field == 2 || field == 3;
  const std::uint32_t object = new_local('t');
  not_null('t', depth);
  op_index(Op::local_tee, object);
  value(type, depth);
  op_index(Op::struct_set, substruct_type);
  code_.unsigned_leb(field);
  if (source_.chance(1, 2)) return;
  get(object);
  const Op narrow = source_.chance(1, 2) ? Op::struct_get_s : Op::struct_get_u;
  op_index(is_packed ? narrow : Op::struct_get, substruct_type);
  code_.unsigned_leb(field);
  sink(std::string_view(&type, 1));
}

/// Often the element is read right after.
void FunctionGenerator::set_element(unsigned depth) {
  const char type = "blSp"[source_.below(4)];
  const char of = element_of(type);
  const std::uint32_t array = new_local(type);
  const std::uint32_t index = scratch('i');
  element(type, depth);
  set(index);
  op_index(Op::local_tee, array);
  get(index);
  value(of, depth);
  op_index(Op::array_set, heap_type_of(type));
  if (source_.chance(1, 2)) return;
  get(array);
  get(index);
  const Op narrow = source_.chance(1, 2) ? Op::array_get_s : Op::array_get_u;
  op_index(type == 'b' ? narrow : Op::array_get, heap_type_of(type));
  sink(std::string_view(&of, 1));
}

/// An operation on several elements; with a read of one before and after, often.
void FunctionGenerator::array_bulk(unsigned depth) {
  const char type = "blSp"[source_.below(4)];
  const std::uint32_t array = new_local(type);
  const std::uint32_t seen = source_.below(3);
  const auto look = [&] {
    const char of = element_of(type);
    get(array);
    i32_const(static_cast<std::int32_t>(seen));
    op_index(type == 'b' ? Op::array_get_u : Op::array_get, heap_type_of(type));
    sink(std::string_view(&of, 1));
  };
  const bool looks = source_.chance(1, 2);
  not_null(type, depth);
  set(array);
  if (looks) look();
  get(array);
  near_end(false, source_.chance(1, 8) ? 12 : 1, depth);
  bulk_on(type, depth);
  if (looks) look();
}

/// What comes after an array and an index.
void FunctionGenerator::bulk_on(char type, unsigned depth) {
  constexpr std::uint32_t most = 3;
  const std::uint32_t index = heap_type_of(type);
  const std::uint32_t kind = source_.below(3);
  if (kind == 0 || (kind == 2 && type == 'S')) {
    value(element_of(type), depth);
    near_end(false, most, depth);
    return op_index(Op::array_fill, index);
  }
  if (kind == 1) {
    element(type, depth);
    near_end(false, most, depth);
    op_index(Op::array_copy, index);
    return code_.unsigned_leb(index);
  }
  near_end(false, most, depth);
  near_end(false, most, depth);
  op_index(type == 'p' ? Op::array_init_elem : Op::array_init_data, index);
  code_.unsigned_leb(type == 'p' ? passive_elements : passive_data);
}

/// A block that a cast leaves, or stays in.
void FunctionGenerator::cast_branch(unsigned depth) {
  constexpr std::uint8_t both_nullable = 3;
  const char type = "stbS"[source_.below(4)];
  const bool if_fails = source_.chance(1, 3);
  const std::string carried(1, if_fails ? 'y' : type);
  op(Op::block);
  block_type({"", carried});
  push_label(carried);
  value('y', depth);
  op(if_fails ? Op::br_on_cast_fail : Op::br_on_cast);
  code_.byte(both_nullable);
  code_.unsigned_leb(0);
  heap_type('y');
  heap_type(type);
  op(Op::drop);
  statements(depth);
  values(carried, depth);
  labels_.pop_back();
  op(Op::end);
  sink(carried);
}

void FunctionGenerator::null_branch(unsigned depth) {
  const char type = "stblr"[source_.below(5)];
  const bool if_null = source_.chance(1, 2);
  const std::string carried(if_null ? 0 : 1, type);
  op(Op::block);
  block_type({"", carried});
  push_label(carried);
  value(type, depth);
  op_index(if_null ? Op::br_on_null : Op::br_on_non_null, 0);
  if (if_null) op(Op::drop);
  statements(depth);
  values(carried, depth);
  labels_.pop_back();
  op(Op::end);
  sink(carried);
}

}  // namespace wrun::inline v0::fuzz
