// Lanes of vectors: making, taking out, putting in, moving, loading and storing them.

#include <cstring>

#include "jit/lower_vector.hpp"
#include "jit/shuffle.hpp"
#include "jit/sse_constants.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

using enum VectorOp;

VReg VectorLowering::lanes() {
  const wasm::OpInfo& info = wasm::info(wasm_op(inst_.op));
  switch (wasm_op(inst_.op)) {
    case Op::i8x16_shuffle:
      return shuffle();
    case Op::i8x16_extract_lane_s:
      return extract(1, true);
    case Op::i8x16_extract_lane_u:
      return extract(1, false);
    case Op::i16x8_extract_lane_s:
      return extract(2, true);
    case Op::i16x8_extract_lane_u:
      return extract(2, false);
    case Op::i32x4_extract_lane:
      return extract(4, false);
    case Op::i64x2_extract_lane:
      return extract(8, false);
    case Op::f32x4_extract_lane:
      return unary(pshufd, arg(0), static_cast<std::uint8_t>(inst_.imm), 8);
    case Op::f64x2_extract_lane:
      return unary(pshufd, arg(0), inst_.imm == 0 ? low_half_twice : upper_two, 8);
    case Op::f32x4_replace_lane:
      return binary(insertps, arg(0), arg(1), static_cast<std::uint8_t>(inst_.imm << 4));
    case Op::f64x2_replace_lane:
      if (inst_.imm == 1) return binary(punpcklqdq, arg(0), arg(1));
      return binary(pblendw, arg(0), arg(1), 0x0f);
    default:
      return info.shape == wasm::Shape::load_lane ? load_lane()
                                                  : replace(16 / wasm::lane_count(info.imm));
  }
}

VReg VectorLowering::splat(Op op) {
  switch (op) {
    case Op::i8x16_splat:
      return binary(pshufb, from_general(arg(0), 4), Bits{});
    case Op::i16x8_splat:
      return binary(pshufb, from_general(arg(0), 4), lanes16(0x0100));
    case Op::i32x4_splat:
      return unary(pshufd, from_general(arg(0), 4), 0);
    case Op::i64x2_splat:
      return unary(pshufd, from_general(arg(0), 8), low_half_twice);
    case Op::f32x4_splat:
      return unary(pshufd, arg(0), 0);
    default:
      return unary(movddup, arg(0));
  }
}

VReg VectorLowering::extract(unsigned size, bool is_signed) {
  const VReg to = to_general(MOp::vector_extract, arg(0));
  machine().size = static_cast<std::uint8_t>(size);
  machine().which = is_signed;
  machine().imm8 = static_cast<std::uint8_t>(inst_.imm);
  return to;
}

VReg VectorLowering::replace(unsigned size) {
  const VReg to = lowering_.new_vreg(RegClass::vector, 16);
  Machine& made = lowering_.begin(MOp::vector_insert, inst_);
  made.size = static_cast<std::uint8_t>(size);
  made.imm8 = static_cast<std::uint8_t>(inst_.imm);
  lowering_.add_operand(to, Role::def, Constraint::tied, 1);
  lowering_.add_operand(arg(0), Role::use, Constraint::reg);
  lowering_.add_operand(arg(1), Role::use, Constraint::reg);
  return to;
}

/// Where bytes come from one operand, or in a regular way, there is one instruction; else each
/// operand's bytes are moved to their places.
VReg VectorLowering::shuffle() {
  std::uint8_t number[16];
  std::memcpy(number, &inst_.imm, 8);
  std::memcpy(number + 8, &inst_.imm2, 8);
  const Shuffle found = find_shuffle(number, value(0) == value(1));
  switch (found.kind) {
    case Shuffle::Kind::first:
      return binary(por, arg(0), arg(0));
    case Shuffle::Kind::second:
      return binary(por, arg(1), arg(1));
    case Shuffle::Kind::lanes:
      return unary(found.op, arg(found.a), found.imm8);
    case Shuffle::Kind::both:
      return binary(found.op, arg(found.a), arg(found.b), found.imm8);
    case Shuffle::Kind::bytes:
      return shuffle_one(arg(found.a), number);
    default:
      break;
  }
  std::uint8_t of_second[16];
  for (unsigned i = 0; i < 16; ++i) {
    of_second[i] = static_cast<std::uint8_t>(number[i] < 16 ? 0x80 : number[i] - 16);
    if (number[i] >= 16) number[i] = 0x80;
  }
  const VReg from_first = shuffle_one(arg(0), number);
  return binary(por, from_first, shuffle_one(arg(1), of_second));
}

VReg VectorLowering::shuffle_one(VReg a, const std::uint8_t (&number)[16]) {
  Bits bits;
  std::memcpy(&bits.low, number, 8);
  std::memcpy(&bits.high, number + 8, 8);
  return binary(pshufb, a, bits);
}

namespace {

/// imm2 of these: the memory, and above it the lane.
std::uint8_t lane_of(const Inst& inst) {
  return static_cast<std::uint8_t>(inst.imm2 >> 32);
}

}  // namespace

VReg VectorLowering::load_lane() {
  const VReg to = lowering_.new_vreg(RegClass::vector, 16);
  Machine& made = lowering_.begin(MOp::vector_load_lane, inst_);
  made.size = static_cast<std::uint8_t>(wasm::access_width(wasm::info(wasm_op(inst_.op)).imm));
  made.imm8 = lane_of(inst_);
  lowering_.add_operand(to, Role::def, Constraint::tied, 1);
  lowering_.add_operand(arg(2), Role::use, Constraint::reg);
  lowering_.address(value(0), value(1), inst_.imm);
  return to;
}

void VectorLowering::store_lane() {
  Machine& made = lowering_.begin(MOp::vector_store_lane, inst_);
  made.size = static_cast<std::uint8_t>(wasm::access_width(wasm::info(wasm_op(inst_.op)).imm));
  made.imm8 = lane_of(inst_);
  lowering_.add_operand(arg(2), Role::use, Constraint::reg);
  lowering_.address(value(0), value(1), inst_.imm);
}

}  // namespace wrun::inline v0::jit
