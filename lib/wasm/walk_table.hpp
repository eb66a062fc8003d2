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
