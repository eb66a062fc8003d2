#pragma once

// The instruction table as data: Op, and what opcodes.def says of each.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <wrun/features.hpp>

namespace wrun::inline v0::wasm {

/// What follows an opcode in the binary format.
/// https://webassembly.github.io/spec/core/binary/instructions.html
enum class Imm : std::uint8_t {
  none,
  block_type,
  label,
  label_table,  ///< br_table
  func,
  type_table,  ///< call_indirect
  type,
  try_table,  ///< block type, catch clauses
  tag,
  types,  ///< select with types
  local,
  global,
  table,
  table_table,  ///< table.copy: destination, source
  elem_table,   ///< table.init: segment, table
  elem,
  // memarg: alignment, memory, offset; the number is the access's width in bytes, which is its
  // natural alignment too
  mem1,
  mem2,
  mem4,
  mem8,
  mem16,
  // memarg and a lane number
  mem1_lane,
  mem2_lane,
  mem4_lane,
  mem8_lane,
  memory,
  memory_memory,  ///< memory.copy: destination, source
  data_memory,    ///< memory.init: segment, memory
  data,
  i32,
  i64,
  f32,
  f64,
  v128,
  lanes,  ///< i8x16.shuffle: 16 lane numbers below 32
  lane2,  ///< a lane number below 2
  lane4,
  lane8,
  lane16,
  heap_type,   ///< ref.null, ref.test, ref.cast
  br_cast,     ///< flags, label, two heap types
  type_field,  ///< struct.get, struct.set
  type_u32,    ///< array.new_fixed
  type_data,
  type_elem,
  type_type,  ///< array.copy: destination, source
  fence       ///< one zero byte
};

/// Which of the walker's rules an instruction follows: clients see shapes, not opcodes.
enum class Shape : std::uint8_t {
  unreachable,
  nop,
  block,
  loop,
  if_,
  else_,
  end,
  try_table,
  legacy_try,
  legacy_catch,
  legacy_catch_all,
  legacy_rethrow,
  legacy_delegate,
  br,
  br_if,
  br_table,
  return_,
  throw_,
  throw_ref,
  call,
  call_indirect,
  call_ref,
  br_on_null,
  br_on_non_null,
  br_on_cast,
  drop,
  select,
  local_get,
  local_set,
  local_tee,
  global_get,
  global_set,
  constant,
  numeric,  ///< pure, types by signature, no immediate; may trap
  lane,     ///< extract_lane and replace_lane
  shuffle,
  load,
  store,
  load_lane,
  store_lane,
  atomic_load,
  atomic_store,
  atomic_rmw,
  atomic_cmpxchg,
  atomic_wait,
  atomic_notify,
  atomic_fence,
  memory_size,
  memory_grow,
  memory_fill,
  memory_copy,
  memory_init,
  data_drop,
  table_get,
  table_set,
  table_size,
  table_grow,
  table_fill,
  table_copy,
  table_init,
  elem_drop,
  ref_null,
  ref_is_null,
  ref_func,
  ref_eq,
  ref_as_non_null,
  ref_test,
  ref_cast,
  ref_i31,
  i31_get,
  convert_extern,
  struct_new,
  struct_get,
  struct_set,
  array_new,
  array_new_fixed,
  array_new_data,
  array_new_elem,
  array_get,
  array_set,
  array_len,
  array_fill,
  array_copy,
  array_init_data,
  array_init_elem
};

/// Every instruction, numbered densely in the order of opcodes.def.
enum class Op : std::uint16_t {
#define OP(name, code, text, immediates, signature, shape, feature) name,
#include "lib/wasm/opcodes.def"
#undef OP
};

/// The names of all instructions, each with a null behind it.
inline constexpr char op_texts[] =
#define OP(name, code, text, immediates, signature, shape, feature) text "\0"
#include "lib/wasm/opcodes.def"
#undef OP
    ;

/// One row of opcodes.def. It has no addresses in it, which would take more room and would have to
/// be relocated.
struct OpInfo {
  std::uint32_t code;  ///< 0xPP'SSSS for prefixed ones
  std::uint16_t text_size;
  std::uint16_t text_begin;  ///< in op_texts
  Imm imm;
  Shape shape;
  Feature feature;
  char letters[8];  ///< of the signature, and a null

  constexpr std::string_view text() const { return {op_texts + text_begin, text_size}; }
  constexpr std::string_view signature() const { return letters; }
  constexpr std::string_view params() const { return signature().substr(0, signature().find(':')); }
  constexpr std::string_view results() const {
    return signature().empty() ? signature() : signature().substr(signature().find(':') + 1);
  }
};

inline constexpr std::size_t op_count = 0
#define OP(name, code, text, immediates, signature, shape, feature) +1
#include "lib/wasm/opcodes.def"
#undef OP
    ;

inline constexpr auto op_table = [] {
  std::array<OpInfo, op_count> table = {{
#define OP(name, code, text, immediates, signature, shape, feature) \
  OpInfo{code, sizeof(text) - 1, 0, Imm::immediates, Shape::shape, Feature::feature, signature},
#include "lib/wasm/opcodes.def"
#undef OP
  }};
  std::size_t at = 0;
  for (OpInfo& row : table) {
    row.text_begin = static_cast<std::uint16_t>(at);
    at += row.text_size + std::size_t{1};
  }
  return table;
}();

constexpr const OpInfo& info(Op op) {
  return op_table[static_cast<std::size_t>(op)];
}

/// The instruction with that opcode (0xPP'SSSS for prefixed ones), or op_none.
inline constexpr Op op_none{0xffff};
Op op_from_code(std::uint32_t code);

/// The width in bytes of a memory access, 0 for other immediates.
constexpr unsigned access_width(Imm imm) {
  switch (imm) {
    case Imm::mem1:
    case Imm::mem1_lane:
      return 1;
    case Imm::mem2:
    case Imm::mem2_lane:
      return 2;
    case Imm::mem4:
    case Imm::mem4_lane:
      return 4;
    case Imm::mem8:
    case Imm::mem8_lane:
      return 8;
    case Imm::mem16:
      return 16;
    default:
      return 0;
  }
}

}  // namespace wrun::inline v0::wasm
