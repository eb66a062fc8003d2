#pragma once

// Lowering of instructions on vectors: an instruction of WebAssembly becomes one of x86 or a
// sequence, whose intermediate values are virtual registers of their own.

#include <cstdint>
#include <optional>

#include "jit/lower.hpp"
#include "jit/vector_ops.hpp"

namespace wrun::inline v0::jit {

class VectorLowering {
 public:
  /// Of the instruction that defines `v`.
  VectorLowering(Lowering& lowering, Value v, const Inst& inst)
      : lowering_(lowering), value_(v), inst_(inst) {}

  /// Of any that takes or gives vectors, but for plain loads, stores and selections.
  void run();
  /// Of Opcode::canonical_nan.
  void canonical_nan();
  /// Whether operand i is written into the instruction if it is a constant.
  static bool takes_constant(const Inst& inst, unsigned i);
  /// Whether operand i may be in memory where there is AVX: without, it had to be aligned there.
  static bool may_be_in_memory(const Inst& inst, unsigned i);

 private:
  using Op = wasm::Op;
  struct Bits {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
  };
  static constexpr Bits lanes8(std::uint8_t x) {
    return lanes16(static_cast<std::uint16_t>(x * 0x101u));
  }
  static constexpr Bits lanes16(std::uint16_t x) { return lanes32(x * 0x1'0001u); }
  static constexpr Bits lanes32(std::uint32_t x) { return lanes64(x * 0x1'0000'0001ull); }
  static constexpr Bits lanes64(std::uint64_t x) { return {x, x}; }

  // lower_vector.cpp: writing instructions
  VReg arg(unsigned i) { return lowering_.vreg(value(i)); }
  Value value(unsigned i) const { return lowering_.arg(inst_, i); }
  VReg binary(VectorOp op, VReg a, VReg b, std::uint8_t imm8 = 0);
  VReg binary(VectorOp op, VReg a, Bits b, std::uint8_t imm8 = 0);
  VReg unary(VectorOp op, VReg a, std::uint8_t imm8 = 0, std::uint8_t bytes = 16);
  VReg shift(VectorOp op, VReg a, unsigned by);
  VReg constant(Bits bits);
  VReg inverted(VReg a) { return binary(VectorOp::pxor, a, lanes64(~std::uint64_t{0})); }
  VReg begin_binary(VectorOp op, VReg a, std::uint8_t imm8);
  void use_last(VReg v);
  void use_last(Bits bits);
  void use_last_of(unsigned i);
  VReg to_general(MOp op, VReg a);
  VReg from_general(VReg a, unsigned size);
  Machine& machine() { return lowering_.machine(); }

  VReg by_row(const VectorRow& row);
  VReg of_operands(VectorOp op, unsigned first, unsigned second, std::uint8_t imm8);
  VReg special();

  // lower_vector_integer.cpp
  VReg integer();
  VReg widened();
  VReg test(VReg a, Cond cond);
  VReg mask(VReg a, unsigned size);
  VReg negated(VectorOp subtraction);
  VReg abs64();
  VReg multiplied64();
  VReg popcnt();
  VReg shifted();
  VReg shifted(VectorOp by_vector, VectorOp by_imm, unsigned bits);
  VReg shifted8(Op op);
  VReg shifted8_by_constant(Op op, unsigned by);
  VReg shifted64_s();
  std::optional<unsigned> constant_count(unsigned bits) const;
  VReg shift_count(unsigned mask, unsigned more = 0);
  VReg extadd16_u();
  VReg extmul8(VectorOp widen, bool high);
  VReg extmul16(VectorOp upper, bool high);
  VReg extmul32(VectorOp multiply, bool high);
  VReg q15mulr();
  VReg dot_bytes();
  VReg upper_half(VReg a);

  // lower_vector_float.cpp
  VReg floating();
  VReg fused();
  unsigned last_of_fused() const;
  VReg min_max(VectorOp op, VectorOp join, bool is_double);
  VReg trunc32_s();
  VReg trunc32_u();
  VReg trunc64_s();
  VReg trunc64_u();
  VReg convert32_u();

  // lower_vector_lanes.cpp
  VReg lanes();
  VReg splat(Op op);
  VReg extract(unsigned size, bool is_signed);
  VReg replace(unsigned size);
  VReg shuffle();
  VReg shuffle_one(VReg a, const std::uint8_t (&number)[16]);
  VReg load_lane();
  void store_lane();

  Lowering& lowering_;
  Value value_;
  const Inst& inst_;
};

}  // namespace wrun::inline v0::jit
