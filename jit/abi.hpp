#pragma once

// The calling convention of compiled code.
//
// A call has the callee's instance in rdi, its function index in eax and, where it is made through
// a function reference, that FuncRef in r11. Arguments and results are in registers as far as they
// go, then in 8-byte slots on the stack: arguments from the callee's return address upwards, the
// results' area above them. The callee pops the arguments. No register but rbp, rsp and
// fuel_reg survives a call. An i32 is zero-extended.
//
// A frame is the saved rbp at [rbp], below it the instance at [rbp - 8], where the collector and
// backtraces find it, then spill slots.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/ir.hpp"
#include "jit/lir.hpp"
#include "jit/types.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::jit {

namespace reg {
inline constexpr Reg rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6, rdi = 7;
inline constexpr Reg r8 = 8, r9 = 9, r10 = 10, r11 = 11, r12 = 12, r13 = 13, r14 = 14, r15 = 15;
inline constexpr Reg xmm0 = 16, xmm15 = 31;
}  // namespace reg

/// Kept out of allocation: moves between places in memory, addresses that are used at once.
inline constexpr Reg scratch_general = reg::r11;
inline constexpr Reg scratch_vector = reg::xmm15;
inline constexpr Reg instance_reg = reg::rdi;
inline constexpr Reg index_reg = reg::rax;
inline constexpr Reg func_ref_reg = reg::r11;
/// Where code that goes on in the middle of a loop gets the interpreter's frame.
inline constexpr Reg frame_reg = reg::rsi;
/// The frame slot that holds the instance.
inline constexpr std::uint32_t instance_slot = 0;
inline constexpr std::uint32_t reserved_slots = 1;

/// Where all code of an engine that counts fuel has what is left of it, from the stub that enters
/// machine code to the one that leaves it: in memory, each charge would wait for the one before.
inline constexpr Reg fuel_reg = reg::r15;

constexpr RegSet allocatable_regs(bool fuel) {
  return RegSet{0xffff'ffffu & ~(1u << reg::rsp | 1u << reg::rbp | 1u << scratch_general |
                                 1u << scratch_vector | (fuel ? 1u << fuel_reg : 0))};
}

/// What tests have in the upper half of an i32 where anything may be in it.
inline constexpr std::uint32_t garbage = 0xdeadbeef;

/// Where an argument or a result is: in a register, or `stack` bytes from the start of its area.
struct AbiPlace {
  Reg reg = no_reg;
  std::uint32_t stack = 0;
  Type type = Type::none;
};

struct Signature {
  std::vector<AbiPlace> params;
  std::vector<AbiPlace> results;
  std::uint32_t param_bytes = 0;  ///< of the stack; a multiple of 16, as the next
  std::uint32_t result_bytes = 0;
};

/// A function's type, as far as code that calls it needs to know it.
struct Shape {
  std::vector<Type> params;
  std::vector<Type> results;
  friend auto operator<=>(const Shape&, const Shape&) = default;
};
/// To `shape`, whose memory is used again.
template <class Idx>
void shape_to(Shape& shape, const wasm::BasicFuncType<Idx>& type) {
  shape.params.clear();
  shape.results.clear();
  for (const auto param : type.params) shape.params.push_back(type_of(param.kind()));
  for (const auto result : type.results) shape.results.push_back(type_of(result.kind()));
}
template <class Idx>
Shape shape_of(const wasm::BasicFuncType<Idx>& type) {
  Shape shape;
  shape_to(shape, type);
  return shape;
}

/// Throws std::bad_alloc, as shape_of().
Signature signature_of(const Shape& shape);
/// The same to `signature`, whose memory is used again.
void signature_to(Signature& signature, const Shape& shape);

}  // namespace wrun::inline v0::jit
