#pragma once

// What lowering makes of a graph and emission makes bytes of: LIR for the register allocator, and
// beside it what each instruction is to the x86. Flags never live from one instruction to the
// next: what compares also branches, sets or selects.

#include <cstdint>
#include <vector>

#include "jit/abi.hpp"
#include "jit/chunks.hpp"
#include "jit/ir.hpp"
#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

/// x86 condition codes, by their numbers.
enum class Cond : std::uint8_t {
  overflow,
  no_overflow,
  below,
  above_equal,
  equal,
  not_equal,
  below_equal,
  above,
  sign,
  no_sign,
  parity,
  no_parity,
  less,
  greater_equal,
  less_equal,
  greater
};
constexpr Cond negate(Cond cond) {
  return static_cast<Cond>(static_cast<unsigned>(cond) ^ 1);
}
constexpr bool is_signed(Cond cond) {
  return cond >= Cond::less;
}
/// The same condition of numbers that have no sign.
constexpr Cond unsigned_form(Cond cond) {
  switch (cond) {
    case Cond::less:
      return Cond::below;
    case Cond::greater_equal:
      return Cond::above_equal;
    case Cond::less_equal:
      return Cond::below_equal;
    case Cond::greater:
      return Cond::above;
    default:
      return cond;
  }
}

/// Operands are in the order given; `imm`, `size`, `mem` are members of Machine.
enum class MOp : std::uint8_t {
  arguments,      ///< defs: the function's arguments where they arrive
  load_argument,  ///< def; imm bytes into the arguments' area
  load_result,    ///< def; imm bytes into the results' area; has_imm: the last one of its call
  move,           ///< def, use
  constant,       ///< def; imm
  add,            ///< def, use, use times 2 to the `which` or imm: with lea where it saves a move
  add_scaled,     ///< def, use times 2 to the `which`; imm
  alu,            ///< def tied, use, use or address or imm: `which` is an Alu
  carry,          ///< def tied, use: one more if the comparison holds; `which`: 1 one less
  neg,            ///< def tied, use
  times,          ///< def, use; imm: 3, 5 or 9
  shift_imm,      ///< def tied, use; imm; `which` is a Shift
  shift_var,      ///< def tied, use, use in rcx
  shift_bmi,      ///< def, use, use: shlx, shrx, sarx
  rotate,         ///< def, use; imm: to the right
  divide,     ///< quotient in rax, remainder in rdx, dividend in rax, divisor; `which`: Division
  bits,       ///< def, use; `which` is a Bits
  extend,     ///< def, use; `which` is an Extend
  wide_mul,   ///< def rax, def rdx, use rax, use; `which`: 1 if signed
  wide_add,   ///< def tied low, def tied high, four uses; `which`: 1 subtracts
  set,        ///< def; compare
  select,     ///< def tied, if false, if true; compare
  float_alu,  ///< def, tied without AVX, use, use or address; `which` is the SSE opcode byte
  float_sqrt,
  float_round,        ///< imm is the rounding mode
  float_min_max,      ///< def tied, use, use, temporary; `which`: 1 for max
  float_canonical,    ///< def tied, use
  float_sign,         ///< def tied, use, temporary; `which`: 0 abs, 1 neg
  float_copysign,     ///< def tied, use, use, temporaries
  float_select,       ///< def tied, if false, if true; compare
  float_convert,      ///< promote, demote
  int_to_float,       ///< def, use; `which`: 1 if unsigned
  float_to_int,       ///< def, use, temporaries; `which` is a FloatToInt
  bit_cast,           ///< def, use: between the classes
  vector_binary,      ///< def, tied without AVX, use, use or imm and extra; `which` is a VectorOp
  vector_unary,       ///< def, use
  vector_shift,       ///< def, tied without AVX, use
  vector_fma,         ///< def tied, use, use, use or imm and extra; `which` is a set of Fma
  vector_test,        ///< def, use; whether compare.cond holds after a comparison with 0
  vector_mask,        ///< def, use; size of a lane: 1, 4, 8
  vector_extract,     ///< def, use; `which`: 1 if signed
  vector_insert,      ///< def tied, use, use
  vector_load_lane,   ///< def tied, use, address operands
  vector_store_lane,  ///< use, address operands
  atomic_exchange,    ///< def tied, use, address operands; `which`: 1 adds
  atomic_combine,     ///< def rax, temporary, use, address operands; `which` is an Alu
  atomic_cmpxchg,     ///< def rax, use rax, use, address operands
  atomic_fence,
  load,          ///< def, address operands; `wasm` says how; size 0: of the type
  store,         ///< value or imm, address operands
  update,        ///< what is in memory, by use or compare.imm, address operands; `which` is an Alu
  lea,           ///< def, address operands
  bounds_check,  ///< index, limit; imm is added to the index first
  trap_if,       ///< compare; imm is the TrapCode
  charge,        ///< imm
  fuel_left,     ///< def
  poll,          ///< the state
  check_stack,   ///< the state; imm, as of the next two
  take_stack,
  give_stack,
  landing,     ///< nothing is in registers
  call_local,  ///< imm is the function; args and results fixed
  call_reference,
  call_helper,  ///< imm is the Helper
  tail_call_local,
  tail_call_reference,
  return_,
  jump,
  branch,   ///< compare; to successor 0 if it holds, to 1 if not
  switch_,  ///< index, temporary; has_imm: the index is never that of the last successor
  trap,     ///< imm is the TrapCode
  unwind    ///< to successor 0; what the call before it throws lands at 1. imm is the try
};

enum class Alu : std::uint8_t { add = 0, or_ = 1, and_ = 4, sub = 5, xor_ = 6, cmp = 7, imul = 8 };
enum class Shift : std::uint8_t { rol = 0, ror = 1, shl = 4, shr = 5, sar = 7 };
enum class Division : std::uint8_t { div_s, div_u, rem_s, rem_u };
enum class Bits : std::uint8_t { clz, ctz, popcnt };
enum class Extend : std::uint8_t { s8, s16, s32, u8, u16, u32 };
/// What of a multiplication with an addition: its operands are the addend and the factors, or the
/// factors and the addend. The first two may be exchanged.
struct Fma {
  static constexpr std::uint8_t adds_last = 1;
  static constexpr std::uint8_t negates = 2;  ///< the product
};
enum class FloatToInt : std::uint8_t { trap_s, trap_u, sat_s, sat_u };

/// The number of an operand of an instruction.
using OperandNo = std::uint16_t;
inline constexpr OperandNo no_operand = 0xffff;
/// In the place of an operand's number: what lies at the instruction's address.
inline constexpr OperandNo in_memory = 0xfffe;

/// How two values are compared: which operand numbers, or an operand and imm. `bits` compares one
/// with zero, `common_bits` what is set in both.
struct Compare {
  enum class Kind : std::uint8_t { none, integers, bits, common_bits, floats };
  Kind kind = Kind::none;
  Cond cond = Cond::not_equal;
  std::uint8_t size = 4;
  OperandNo a = 0;
  OperandNo b = no_operand;  ///< no_operand: imm
  std::int32_t imm = 0;
};

/// The largest displacement of an address.
inline constexpr std::uint64_t max_disp = 0x7fff'ffff;

/// [base + index + disp]; base and index are operand numbers.
struct Address {
  OperandNo base = no_operand;
  OperandNo index = no_operand;
  std::uint8_t scale = 0;  ///< the index counts for 2^scale times itself, which stays in 32 bits
  std::int32_t disp = 0;
};

struct Machine {
  MOp op{};
  std::uint8_t which = 0;
  std::uint8_t size = 4;  ///< of the operation, in bytes
  bool has_imm = false;
  std::uint8_t imm8 = 0;  ///< of vector instructions: their byte, or the lane
  /// Whether a fault of the access is a trap, and one that says where.
  enum class Traps : std::uint8_t { no, yes, with_address };
  Traps traps = Traps::no;
  wasm::Op wasm{};  ///< of loads and stores
  Compare compare;
  Address address;
  std::uint64_t imm = 0;
  std::uint64_t extra = 0;
  Origin origin;
};
static_assert(sizeof(Machine) == 56);

/// What of a call or return is on the stack.
struct CallLayout {
  struct Value {
    OperandNo operand = no_operand;  ///< no_operand: `constant`
    AbiPlace place;
    std::uint64_t constant = 0;
  };
  std::uint32_t param_bytes = 0;
  std::uint32_t result_bytes = 0;
  std::vector<Value> stack_args;  ///< of a return, the results
  std::vector<Value> stack_results;
};

/// Machine instructions in the order of their making. Of a large function all but the last one are
/// packed while they wait for the registers to be chosen: words that are as in any instruction are
/// left out.
class Machines {
 public:
  /// Makes it empty.
  void clear(bool packs);
  /// One more, as in any instruction. `payload` is what get() takes.
  [[gnu::always_inline]] Machine& add(std::uint32_t& payload) {
    if (packs_) return add_packed(payload);
    payload = static_cast<std::uint32_t>(whole_.size());
    return whole_.add() = {};
  }
  /// What was added last.
  Machine& back() { return packs_ ? last_ : whole_.back(); }
  /// Nothing is added any more.
  void finish();
  /// Valid until `room` is gone, or used again.
  const Machine& get(std::uint32_t payload, Machine& room) const {
    return packs_ ? unpack(payload, room) : whole_[payload];
  }

 private:
  Machine& add_packed(std::uint32_t& payload);
  void pack();
  const Machine& unpack(std::uint32_t payload, Machine& room) const;

  bool packs_ = false;
  Chunks<Machine, 8> whole_;
  Machine last_;
  bool has_last_ = false;
  PlainVector<std::uint32_t> words_;
};

struct MachineFunction {
  LFunction lir;
  Machines machine;  ///< by LInst::payload

  PlainVector<Type> types;        ///< by VReg; none: there is no value behind it
  std::vector<CallLayout> calls;  ///< by Machine::extra

  /// Keeps its memory. `packs`: for a large function.
  void clear(bool packs);
  /// What an instruction is; see Machines::get().
  const Machine& machine_of(const LInst& inst, Machine& room) const {
    return machine.get(inst.payload, room);
  }
  /// Gives back what was reserved in vain.
  void shrink();
};

}  // namespace wrun::inline v0::jit
