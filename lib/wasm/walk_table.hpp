#pragma once

// opcodes.def in the form that is quick to walk with: opcode byte to Op, and a small row per Op.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/wasm/opcode.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

struct WalkRow {
  Shape shape = Shape::nop;
  Imm imm = Imm::none;
  Feature feature = Feature::mvp;
  std::uint8_t param_count = 0;
  std::uint8_t result_count = 0;
  std::array<Kind, 4> params{};  ///< an address is i32 here
  std::array<Kind, 2> results{};

  constexpr std::span<const Kind> param_kinds() const { return {params.data(), param_count}; }
  constexpr std::span<const Kind> result_kinds() const { return {results.data(), result_count}; }
};

/// The kind that a letter of a signature stands for.
constexpr Kind kind_of_letter(char letter) {
  switch (letter) {
    case 'I':
      return Kind::i64;
    case 'f':
      return Kind::f32;
    case 'F':
      return Kind::f64;
    case 'v':
      return Kind::v128;
    default:
      return Kind::i32;
  }
}

constexpr WalkRow make_walk_row(const OpInfo& op) {
  WalkRow row{op.shape, op.imm, op.feature, 0, 0, {}, {}};
  for (const char letter : op.params()) row.params[row.param_count++] = kind_of_letter(letter);
  for (const char letter : op.results()) row.results[row.result_count++] = kind_of_letter(letter);
  return row;
}

inline constexpr auto walk_table = [] {
  std::array<WalkRow, op_count> table{};
  for (std::size_t i = 0; i < op_count; ++i) table[i] = make_walk_row(op_table[i]);
  return table;
}();

constexpr const WalkRow& walk_row(Op op) {
  return walk_table[static_cast<std::size_t>(op)];
}

/// The instruction of a one-byte opcode, or op_none.
inline constexpr auto one_byte_ops = [] {
  std::array<Op, 256> table{};
  table.fill(op_none);
  for (std::size_t i = 0; i < op_count; ++i)
    if (op_table[i].code < 256) table[op_table[i].code] = static_cast<Op>(i);
  return table;
}();

/// What a walk decides on by the first byte of an instruction alone. The others go by their Shape.
enum class Rule : std::uint8_t {
  block,
  loop,
  if_,
  br_if,
  call,
  drop,
  select,
  local_get,
  local_set,
  local_tee,
  global_get,
  global_set,
  i32_const,
  i64_const,
  f32_const,
  f64_const,
  unary,   ///< numeric, of one operand
  binary,  ///< numeric, of two
  load,
  store,
  end,  // it and the others may end the function or a path, or begin another one
  other
};

constexpr Rule rule_of(const OpInfo& op) {
  if (op.code > 0xff || op.feature != Feature::mvp) return Rule::other;
  switch (op.shape) {
    case Shape::block:
      return Rule::block;
    case Shape::loop:
      return Rule::loop;
    case Shape::if_:
      return Rule::if_;
    case Shape::end:
      return Rule::end;
    case Shape::br_if:
      return Rule::br_if;
    case Shape::call:
      return Rule::call;
    case Shape::drop:
      return Rule::drop;
    case Shape::select:
      return Rule::select;
    case Shape::local_get:
      return Rule::local_get;
    case Shape::local_set:
      return Rule::local_set;
    case Shape::local_tee:
      return Rule::local_tee;
    case Shape::global_get:
      return Rule::global_get;
    case Shape::global_set:
      return Rule::global_set;
    case Shape::constant:
      return op.imm == Imm::i32   ? Rule::i32_const
             : op.imm == Imm::i64 ? Rule::i64_const
             : op.imm == Imm::f32 ? Rule::f32_const
                                  : Rule::f64_const;
    case Shape::numeric:
      return op.params().size() == 1 ? Rule::unary : Rule::binary;
    case Shape::load:
      return Rule::load;
    case Shape::store:
      return Rule::store;
    default:
      return Rule::other;
  }
}

inline constexpr auto one_byte_rules = [] {
  std::array<Rule, 256> table{};
  table.fill(Rule::other);
  for (const OpInfo& op : op_table)
    if (rule_of(op) != Rule::other) table[op.code] = rule_of(op);
  return table;
}();

/// The number of lanes that an immediate chooses among.
constexpr unsigned lane_count(Imm imm) {
  switch (imm) {
    case Imm::lane2:
    case Imm::mem8_lane:
      return 2;
    case Imm::lane4:
    case Imm::mem4_lane:
      return 4;
    case Imm::lane8:
    case Imm::mem2_lane:
      return 8;
    default:
      return 16;
  }
}

/// May occur in constant expressions; global.get has conditions of its own.
/// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
constexpr bool is_constant(Op op) {
  switch (op) {
    case Op::i32_const:
    case Op::i64_const:
    case Op::f32_const:
    case Op::f64_const:
    case Op::v128_const:
    case Op::i32_add:
    case Op::i32_sub:
    case Op::i32_mul:
    case Op::i64_add:
    case Op::i64_sub:
    case Op::i64_mul:
    case Op::global_get:
    case Op::ref_null:
    case Op::ref_func:
    case Op::ref_i31:
    case Op::struct_new:
    case Op::struct_new_default:
    case Op::array_new:
    case Op::array_new_default:
    case Op::array_new_fixed:
    case Op::any_convert_extern:
    case Op::extern_convert_any:
    case Op::end:
      return true;
    default:
      return false;
  }
}

}  // namespace wrun::inline v0::wasm
