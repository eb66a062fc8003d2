#include "jit/emit.hpp"
#include "jit/vector_ops.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;
using wasm::Op;

namespace {

using Generator = Xbyak::CodeGenerator;
using XOperand = Xbyak::Operand;
using Xbyak::Xmm;

/// How an instruction is written: over its first operand, or, with AVX, to a register of its own.
struct Encoding {
  void (*sse)(Generator& out, const Xmm& to, const XOperand& from, std::uint8_t imm8);
  void (*avx)(Generator& out, const Xmm& to, const Xmm& a, const XOperand& b, std::uint8_t imm8);
};

// clang-format off
constexpr Encoding encodings[] = {
#define BINARY(name) \
  {[](Generator& out, const Xmm& to, const XOperand& b, std::uint8_t) { out.name(to, b); }, \
   [](Generator& out, const Xmm& to, const Xmm& a, const XOperand& b, std::uint8_t) { \
     out.v##name(to, a, b); }},
#define BINARY_IMM(name) \
  {[](Generator& out, const Xmm& to, const XOperand& b, std::uint8_t imm8) { \
     out.name(to, b, imm8); }, \
   [](Generator& out, const Xmm& to, const Xmm& a, const XOperand& b, std::uint8_t imm8) { \
     out.v##name(to, a, b, imm8); }},
#define UNARY(name) \
  {[](Generator& out, const Xmm& to, const XOperand& a, std::uint8_t) { out.name(to, a); }, \
   [](Generator& out, const Xmm& to, const Xmm& a, const XOperand&, std::uint8_t) { \
     out.v##name(to, a); }},
#define UNARY_IMM(name) \
  {[](Generator& out, const Xmm& to, const XOperand& a, std::uint8_t imm8) { \
     out.name(to, a, imm8); }, \
   [](Generator& out, const Xmm& to, const Xmm& a, const XOperand&, std::uint8_t imm8) { \
     out.v##name(to, a, imm8); }},
#define SHIFT(row, name) \
  {[](Generator& out, const Xmm& to, const XOperand&, std::uint8_t imm8) { out.name(to, imm8); }, \
   [](Generator& out, const Xmm& to, const Xmm& a, const XOperand&, std::uint8_t imm8) { \
     out.v##name(to, a, imm8); }},
#include "jit/vector_ops.def"
#undef BINARY
#undef BINARY_IMM
#undef UNARY
#undef UNARY_IMM
#undef SHIFT
};
// clang-format on

/// By the operands that are multiplied with each other, of an instruction's three.
enum FmaForm : std::uint8_t { first_by_third, first_by_second, second_by_third };
using FmaInstruction = void (Generator::*)(const Xmm& to, const Xmm& second, const XOperand& third);
constexpr FmaInstruction fma_instructions[2][2][3] = {
    {{&Generator::vfmadd132ps, &Generator::vfmadd213ps, &Generator::vfmadd231ps},
     {&Generator::vfmadd132pd, &Generator::vfmadd213pd, &Generator::vfmadd231pd}},
    {{&Generator::vfnmadd132ps, &Generator::vfnmadd213ps, &Generator::vfnmadd231ps},
     {&Generator::vfnmadd132pd, &Generator::vfnmadd213pd, &Generator::vfnmadd231pd}}};

}  // namespace

void CodeEmitter::vector_instruction(const Machine& m) {
  switch (m.op) {
    case MOp::vector_binary:
      return vector_binary(m);
    case MOp::vector_fma:
      return vector_fma(m);
    case MOp::vector_unary:
    case MOp::vector_shift: {
      const Encoding& row = encodings[m.which];
      if (cpu_.has_avx) return row.avx(*this, vector(0), vector(1), vector(1), m.imm8);
      return row.sse(*this, vector(0), vector(1), m.imm8);
    }
    case MOp::vector_test:
      return vector_test(m);
    case MOp::vector_mask:
      if (m.size == 1) return pmovmskb(gp32(reg(0)), vector(1));
      return m.size == 4 ? movmskps(gp32(reg(0)), vector(1)) : movmskpd(gp32(reg(0)), vector(1));
    case MOp::vector_extract:
      return vector_extract(m);
    case MOp::vector_insert:
      if (m.size == 8) return pinsrq(vector(0), gp64(reg(2)), m.imm8);
      return vector_insert(m, gp32(reg(2)));
    case MOp::vector_load_lane:
      return vector_insert(m, ptr[address(m)]);
    default:
      return vector_store_lane(m);
  }
}

/// The last operand, of that number if it is one: a constant, or what is in memory, or a register.
template <class F>
void CodeEmitter::with_last(const Machine& m, unsigned operand, F&& f) {
  if (m.has_imm) return f(constant(m.imm, m.extra));
  if (m.address.base != no_operand) return f(ptr[folded_address(m)]);
  if (loc(operand).is_slot()) return f(slot(loc(operand), 16));
  f(vector(operand));
}

void CodeEmitter::vector_binary(const Machine& m) {
  const Encoding& row = encodings[m.which];
  with_last(m, 2, [&](const XOperand& b) {
    if (cpu_.has_avx) return row.avx(*this, vector(0), vector(1), b, m.imm8);
    row.sse(*this, vector(0), b, m.imm8);
  });
}

/// The result is in the place of one of the first two operands.
void CodeEmitter::vector_fma(const Machine& m) {
  const unsigned other = other_operand();
  FmaForm form = first_by_second;
  if ((m.which & Fma::adds_last) == 0) form = other == 2 ? second_by_third : first_by_third;
  const FmaInstruction fused = fma_instructions[(m.which & Fma::negates) != 0][m.size == 8][form];
  with_last(m, 3, [&](const XOperand& last) { (this->*fused)(vector(0), vector(other), last); });
}

/// Whether any bit is set.
void CodeEmitter::vector_test(const Machine& m) {
  ptest(vector(1), vector(1));
  if (m.compare.cond == Cond::equal) {
    sete(gp8(reg(0)));
  } else {
    setne(gp8(reg(0)));
  }
  movzx(gp32(reg(0)), gp8(reg(0)));
}

void CodeEmitter::vector_extract(const Machine& m) {
  const Xbyak::Reg32 to = gp32(reg(0));
  switch (m.size) {
    case 1:
      pextrb(to, vector(1), m.imm8);
      if (m.which != 0) movsx(to, gp8(reg(0)));
      return;
    case 2:
      pextrw(to, vector(1), m.imm8);
      if (m.which != 0) movsx(to, gp16(reg(0)));
      return;
    case 4:
      return m.imm8 == 0 ? movd(to, vector(1)) : pextrd(to, vector(1), m.imm8);
    default:
      if (m.imm8 == 0) return movq(gp64(reg(0)), vector(1));
      return pextrq(gp64(reg(0)), vector(1), m.imm8);
  }
}

void CodeEmitter::vector_insert(const Machine& m, const Xbyak::Operand& from) {
  switch (m.size) {
    case 1:
      return pinsrb(vector(0), from, m.imm8);
    case 2:
      return pinsrw(vector(0), from, m.imm8);
    case 4:
      return pinsrd(vector(0), from, m.imm8);
    default:
      return pinsrq(vector(0), from, m.imm8);
  }
}

void CodeEmitter::vector_store_lane(const Machine& m) {
  const Xbyak::Address to = ptr[address(m)];
  switch (m.size) {
    case 1:
      return pextrb(to, vector(0), m.imm8);
    case 2:
      return pextrw(to, vector(0), m.imm8);
    case 4:
      return m.imm8 == 0 ? movss(to, vector(0)) : pextrd(to, vector(0), m.imm8);
    default:
      if (m.imm8 == 0) return movsd(to, vector(0));
      return movhps(to, vector(0));
  }
}

/// Loads that fill a vector with less than its width.
void CodeEmitter::load_vector(Op op, const Xbyak::RegExp& at) {
  const Xmm to = vector(0);
  switch (op) {
    case Op::v128_load:
      return movups(to, ptr[at]);
    case Op::v128_load8x8_s:
      return pmovsxbw(to, ptr[at]);
    case Op::v128_load8x8_u:
      return pmovzxbw(to, ptr[at]);
    case Op::v128_load16x4_s:
      return pmovsxwd(to, ptr[at]);
    case Op::v128_load16x4_u:
      return pmovzxwd(to, ptr[at]);
    case Op::v128_load32x2_s:
      return pmovsxdq(to, ptr[at]);
    case Op::v128_load32x2_u:
      return pmovzxdq(to, ptr[at]);
    case Op::v128_load8_splat:
      if (cpu_.has_avx2) return vpbroadcastb(to, byte[at]);
      movzx(r11d, byte[at]);
      movd(to, r11d);
      return pshufb(to, constant(0, 0));
    case Op::v128_load16_splat:
      if (cpu_.has_avx2) return vpbroadcastw(to, word[at]);
      movzx(r11d, word[at]);
      movd(to, r11d);
      pshuflw(to, to, 0);
      return pshufd(to, to, 0);
    case Op::v128_load32_splat:
      if (cpu_.has_avx) return vbroadcastss(to, dword[at]);
      movss(to, dword[at]);
      return shufps(to, to, 0);
    case Op::v128_load64_splat:
      return movddup(to, qword[at]);
    case Op::v128_load32_zero:
      return movss(to, dword[at]);
    default:  // v128.load64_zero
      return movsd(to, qword[at]);
  }
}

}  // namespace wrun::inline v0::jit
