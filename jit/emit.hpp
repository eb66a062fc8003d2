#pragma once

// Machine code of an allocated function. abi.hpp has the frame; what is rare (traps, stops) is at
// the end, behind the code that is common.

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <wrun/error.hpp>

#include "jit/cpu_features.hpp"
#include "jit/encoder.hpp"
#include "jit/machine.hpp"
#include "jit/stubs.hpp"
#include "jit/try_table.hpp"

namespace wrun::inline v0::jit {

/// A return address in the code, and the instruction that it belongs to.
struct Site {
  std::uint32_t offset = 0;  ///< of the return address, from the code's start
  Origin origin;
};

/// An instruction that a fault of is a trap: it accesses a memory with guard pages behind it. The
/// Site that belongs to it is one byte further, where no return address is.
struct Access {
  std::uint32_t offset = 0;  ///< of the instruction, from the code's start
  std::int32_t disp = 0;
  Reg base = no_reg;
  Reg index = no_reg;
  std::uint8_t scale = 0;        ///< see Address
  std::uint8_t has_address = 0;  ///< whether the trap says where
};

/// Four bytes of the code that hold the distance to something that stays where it is.
struct Relocation {
  std::uint32_t offset = 0;
  const void* target = nullptr;
};

/// A call of a function of the module by way of its cell; its bytes, from loading that on.
struct CallSite {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t function = 0;
};

/// Where the code of an instruction begins; or, without an offset, what isn't code.
struct Line {
  std::uint32_t offset = 0;
  std::optional<std::uint32_t> wasm_offset;
};

struct EmittedCode {
  std::vector<std::uint8_t> bytes;
  std::uint32_t frame_start = 0;  ///< from here on there is a frame; 0: there is none
  std::vector<Site> sites;        ///< by ascending offset
  std::vector<Access> accesses;   ///< the same
  std::vector<Landing> landings;  ///< by ascending site
  std::vector<Relocation> relocations;
  std::vector<CallSite> calls;
  std::vector<Line> lines;  ///< by ascending offset, if they were asked for
};

/// What machine code is written for.
struct EmitterTask {
  const MachineFunction& function;
  const Allocation& allocation;
  const Signature& own;
  std::uint32_t imported_functions = 0;
  std::uint32_t start = 0;  ///< byte offset in the module where it begins
  bool makes_calls = false;
  bool keeps_lines = false;         ///< say where each instruction came from
  bool tries_upper_halves = false;  ///< see CompileOptions
};

/// May be used again and again: to make one takes longer than to write a small function's code.
class CodeEmitter : public Encoder {
 public:
  /// `room` is where code is written at first: memory like any other, which nobody executes.
  CodeEmitter(std::span<std::uint8_t> room, const CpuFeatures& cpu, const Stubs& stubs);

  /// Throws Xbyak::Error when there is too little room, std::bad_alloc.
  EmittedCode run(const EmitterTask& task);

 private:
  struct Fixup {
    std::size_t at;  // of a distance from its end, in four bytes
    std::uint32_t block;
    bool is_near;  // in one byte
  };
  struct SwitchTable {
    std::uint32_t block = 0;  // that ends in the switch
    Xbyak::Label label;
  };
  /// What is done off the common path.
  struct Rare {
    enum class Kind : std::uint8_t {
      trap,
      out_of_bounds,
      out_of_fuel,
      limit_in_loop,
      limit_at_entry,
      host_tail_call,
      nan
    };
    Kind kind = Kind::trap;
    std::size_t jump = 0;  // four bytes with the distance to it
    std::size_t back = 0;  // where it goes on, if it does
    TrapCode trap{};
    std::uint64_t imm = 0;
    Origin origin;
    // Of an instruction done again another way
    std::uint32_t payload = 0;
    const Loc* places = nullptr;
  };
  /// Whose comparison with zero the flags hold, if nothing has been written since.
  struct Flags {
    std::size_t at = 0;
    Reg reg = no_reg;
    unsigned size = 0;
  };
  struct PoolConstant {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    Xbyak::Label label;
  };

  // emit.cpp
  void start(const EmitterTask& task);
  void prologue();
  bool needs_frame() const;
  void check_upper_halves(const LInst& inst);
  void leave_frame();
  bool write(const EmitterTask& task);
  void block(std::uint32_t b);
  void move_keeping_flags(const Move& move);
  void move(const Move& move);
  void instruction(const LInst& inst);
  void rare_code(const Rare& rare);
  void finish();
  void site(Origin origin) {
    out_.sites.push_back({static_cast<std::uint32_t>(getSize()), origin});
  }
  void call_stub(const void* stub);
  void rare_if(Cond cond, TrapCode trap);
  Xbyak::Address constant(std::uint64_t low, std::uint64_t high);

  // emit_jumps.cpp
  static constexpr std::uint32_t loop_alignment = 32;
  void find_targets();
  void find_tight_loops();
  void guess_starts();
  void jump_block(std::uint32_t b);
  void jump_if(Cond cond, std::uint32_t b);
  void jump_to(std::uint32_t b, std::uint8_t short_code, std::uint8_t long_code);
  std::size_t jump_if_rare(Cond cond);
  bool is_near(std::uint32_t b) const;
  bool reaches_back(std::uint32_t b) const;
  void keep_in_line(std::size_t jump_bytes);
  bool fix_jumps();
  void patch(std::size_t at, std::size_t target);

  Loc loc(unsigned operand) const { return places_[operand]; }
  Reg reg(unsigned operand) const { return places_[operand].reg(); }
  Xbyak::Address slot(Loc at, unsigned bytes = 8) const;
  static Place86 slot_place(Loc at) {
    constexpr Reg rbp_number = 5;
    return {rbp_number, no_reg, 0, -8 * (static_cast<std::int32_t>(at.slot()) + 1)};
  }
  Place86 place(const Machine& m);
  void operation(Alu which, unsigned size, Reg to, Loc from);
  template <class From>
  void operation(Alu which, const Xbyak::Operand& to, const From& from);
  /// The general register or the slot of an operand, `size` bytes wide.
  template <class F>
  void with_general(unsigned operand, unsigned size, F&& f);
  template <class F>
  void with_vector(unsigned operand, F&& f);
  /// The same of an operand that may be in_memory, where machine instruction `m` says.
  template <class F>
  void with_place(const Machine& m, OperandNo operand, unsigned size, F&& f);
  Xbyak::Reg general(unsigned operand, unsigned size) const;
  Xbyak::Xmm vector(unsigned operand) const { return vec(reg(operand)); }
  /// Of an instruction whose def is in the place of operand 1, or of operand 2 if it commutes: the
  /// number of the other one.
  unsigned other_operand() const { return loc(2) == loc(0) && loc(1) != loc(0) ? 1 : 2; }
  void load_constant(Reg to, std::uint64_t bits);
  void load_state(unsigned operand);
  /// The instruction written last has left in the flags how operand 0 compares with zero.
  void set_flags(const Machine& m) {
    flags_ = {getSize(), reg(0), m.size};
    if (m.traps == Machine::Traps::no) fuse_from(start_);
  }
  /// A jump that comes next is one with the instruction from `start` to here, which nothing refers
  /// to.
  void fuse_from(std::size_t start) { fused_ = {start, getSize()}; }
  bool has_flags_of(const Compare& c) const {
    const bool asks_equality = c.cond == Cond::equal || c.cond == Cond::not_equal;
    return asks_equality && flags_.at == getSize() && flags_.reg == reg(c.a) &&
           flags_.size == c.size;
  }

  // emit_integer.cpp
  void integer(const Machine& m);
  void sum(const Machine& m);
  void alu(const Machine& m);
  void alu(const Machine& m, const Xbyak::Reg& to, const Xbyak::Operand& from);
  void alu_imm(const Machine& m, const Xbyak::Reg& to);
  void carry(const Machine& m);
  void shift_bmi(const Machine& m);
  void rotate(const Machine& m);
  void shift(const Machine& m, const Xbyak::Reg& to);
  void divide(const Machine& m);
  void bits(const Machine& m);
  void extend(const Machine& m);
  void wide_add(const Machine& m);

  // emit_compare.cpp
  void compare(const Machine& m);
  bool compares(const Machine& m, Reg r) const;
  void set(const Machine& m);
  void select(const Machine& m);
  void float_select(const Machine& m);
  void branch(const Machine& m);
  void trap_if(const Machine& m);
  void compare_common(const Machine& m);
  void compare_for_jump(const Machine& m);
  void switch_(const Machine& m);
  void write_tables();

  // emit_float.cpp
  void floating(const Machine& m);
  void float_alu(const Machine& m);
  void float_unary(const Machine& m, const Xbyak::Xmm& from);
  void float_unary(const Machine& m, const Xbyak::Operand& from);
  void scalar_avx(std::uint8_t opcode, bool is_double, const Xbyak::Operand& from);
  void float_min_max(const Machine& m);
  void float_canonical(const Machine& m);
  void make_canonical(const Machine& m);
  void float_sign(const Machine& m);
  void float_copysign(const Machine& m);
  void bit_cast(const Machine& m);
  void scalar(std::uint8_t opcode, bool is_double, const Xbyak::Xmm& to,
              const Xbyak::Operand& from);
  void compare_scalars(bool is_double, const Xbyak::Xmm& a, const Xbyak::Operand& b);
  void int_to_float(const Machine& m);
  void float_to_int(const Machine& m);
  void truncate(const Machine& m, bool is_signed, Xbyak::Label& outside);
  void truncate_u64(const Machine& m, Xbyak::Label& outside);
  void saturate(const Machine& m, bool is_signed);
  void convert_to_int(const Xbyak::Reg64& to, const Xbyak::Xmm& from, bool is_double);

  // emit_atomic.cpp
  void atomic(const Machine& m);
  void atomic_combine(const Machine& m, const Xbyak::Address& at);
  void extend_unsigned(const Xbyak::Reg32& r, unsigned size);
  Xbyak::Reg sized(unsigned operand, unsigned size) const;

  // emit_vector.cpp
  void vector_instruction(const Machine& m);
  void vector_binary(const Machine& m);
  void vector_fma(const Machine& m);
  template <class F>
  void with_last(const Machine& m, unsigned operand, F&& f);
  void vector_test(const Machine& m);
  void vector_extract(const Machine& m);
  void vector_insert(const Machine& m, const Xbyak::Operand& from);
  void vector_store_lane(const Machine& m);
  void load_vector(wasm::Op op, const Xbyak::RegExp& at);

  // emit_memory.cpp
  void note_access(const Machine& m);
  Xbyak::RegExp address(const Machine& m);
  Xbyak::RegExp folded_address(const Machine& m);
  void load(const Machine& m);
  static ModRm encoding_of_load(const Machine& m);
  void load_plain(unsigned to, const Xbyak::RegExp& at, unsigned size, bool is_vector);
  void store(const Machine& m);
  void update(const Machine& m);
  void lea_scaled(const Machine& m);
  void bounds_check(const Machine& m);
  void charge(const Machine& m);
  void charge_stack(const Machine& m);
  void poll(const Machine& m);

  // emit_calls.cpp
  void call_wasm(const Machine& m);
  void load_reference(const Machine& m);
  std::uint32_t find_callee(const Machine& m);
  void copy_to_stack(const CallLayout::Value& value, const Xbyak::RegExp& area);
  void load_result(const Machine& m);
  void helper(const Machine& m);
  void return_(const Machine& m);
  void tail_call(const Machine& m);
  void make_call(const Machine& m, const CallLayout& layout);
  void leave_to_host(const Machine& m);
  void host_tail_call(const Machine& m);
  void unwind(const Machine& m);
  void move_arguments_up(std::uint32_t bytes);

  /// Notes that from here on code is the instruction's at `offset`, or no code.
  void line(std::optional<std::uint32_t> offset) {
    if (!keeps_lines_) return;
    if (!out_.lines.empty() && out_.lines.back().wasm_offset == offset) return;
    out_.lines.push_back({static_cast<std::uint32_t>(getSize()), offset});
  }

  const CpuFeatures& cpu_;
  const Stubs& stubs_;
  std::uint32_t imported_functions_ = 0;
  std::uint32_t start_offset_ = 0;
  bool keeps_lines_ = false;
  bool tries_upper_halves_ = false;
  const MachineFunction* function_ = nullptr;
  const Allocation* allocation_ = nullptr;
  const Signature* own_ = nullptr;
  bool makes_calls_ = false;
  bool has_frame_ = true;
  std::uint32_t frame_bytes_ = 0;  // below the saved rbp
  std::uint32_t block_ = 0;
  Flags flags_;
  struct {
    std::size_t start = 0;
    std::size_t end = 0;
  } fused_;
  std::size_t start_ = 0;  // of the instruction at hand
  Origin origin_;
  Machine machine_;              // the instruction at hand, if it was packed
  std::uint32_t payload_ = 0;    // the same's
  const Loc* places_ = nullptr;  // of the operands of the instruction at hand
  std::size_t next_move_ = 0;
  EmittedCode out_;
  std::vector<std::size_t> starts_;     // of blocks
  std::vector<std::uint32_t> targets_;  // by block: itself, or where it only jumps to
  std::vector<bool> is_tight_;          // by block: a loop's header that is aligned
  std::vector<std::uint32_t> guesses_;  // where blocks probably begin at the latest
  bool guesses_well_ = true;            // so far
  std::vector<Fixup> fixups_;
  std::deque<SwitchTable> tables_;  // labels don't move
  std::vector<Rare> rare_;
  std::deque<PoolConstant> pool_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> in_pool_;
};

template <class F>
void CodeEmitter::with_general(unsigned operand, unsigned size, F&& f) {
  using namespace Xbyak::util;
  const Loc at = loc(operand);
  if (at.is_slot()) {
    const Xbyak::RegExp place = rbp - 8 * (static_cast<int>(at.slot()) + 1);
    switch (size) {
      case 1:
        return f(byte[place]);
      case 2:
        return f(word[place]);
      case 4:
        return f(dword[place]);
      default:
        return f(qword[place]);
    }
  }
  switch (size) {
    case 1:
      return f(gp8(at.reg()));
    case 2:
      return f(gp16(at.reg()));
    case 4:
      return f(gp32(at.reg()));
    default:
      return f(gp64(at.reg()));
  }
}

template <class F>
void CodeEmitter::with_place(const Machine& m, OperandNo operand, unsigned size, F&& f) {
  using namespace Xbyak::util;
  if (operand != in_memory) return with_general(operand, size, std::forward<F>(f));
  const Xbyak::RegExp at = folded_address(m);
  switch (size) {
    case 1:
      return f(byte[at]);
    case 2:
      return f(word[at]);
    case 4:
      return f(dword[at]);
    default:
      return f(qword[at]);
  }
}

/// Of any but imul and cmp, wherever its operands are: the second one may be a constant.
template <class From>
void CodeEmitter::operation(Alu which, const Xbyak::Operand& to, const From& from) {
  switch (which) {
    case Alu::add:
      return add(to, from);
    case Alu::or_:
      return or_(to, from);
    case Alu::and_:
      return and_(to, from);
    case Alu::sub:
      return sub(to, from);
    default:
      return xor_(to, from);
  }
}

template <class F>
void CodeEmitter::with_vector(unsigned operand, F&& f) {
  if (loc(operand).is_slot()) return f(slot(loc(operand)));
  f(vector(operand));
}

}  // namespace wrun::inline v0::jit
