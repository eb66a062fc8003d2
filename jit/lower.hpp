#pragma once

// Chooses machine instructions for a graph: what is compared only to be branched on becomes one
// instruction with the branch, constants become immediates, and what the x86 wants in certain
// registers is said to the register allocator as constraints.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "jit/abi.hpp"
#include "jit/block_order.hpp"
#include "jit/cpu_features.hpp"
#include "jit/ir.hpp"
#include "jit/machine.hpp"
#include "jit/options.hpp"
#include "lib/wasm/module_data.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::inline v0::jit {

/// Reads a graph into a MachineFunction. May be used again and again; keeps its memory. Throws
/// std::bad_alloc.
class Lowering {
 public:
  explicit Lowering(const CpuFeatures& cpu) : cpu_(cpu) {}

  /// `own` is the signature of the function. A function that goes on from the interpreter has no
  /// arguments but its frame.
  void run(const wasm::ModuleData& module, const Graph& graph, const BlockOrder& order,
           const Signature& own, const CompileOptions& options, MachineFunction& out);

 private:
  friend class VectorLowering;
  using Op = wasm::Op;
  static constexpr VReg no_vreg = ~VReg{0};

  // lower.cpp: blocks
  void count_uses();
  bool needs_split(const Inst& end, const Edge& edge) const;
  void number_blocks();
  void begin_block(Block b);
  void block(Block b);
  void own_instruction(Value v, const Inst& inst);
  void charge_stack(MOp op, const Inst& inst);
  void add_successor(std::uint32_t to, const Edge* edge);
  void jump(const Edge& edge, const Inst& inst);
  void finish_block();
  void end_block(Block b, const Inst& inst);
  void switch_(const Inst& inst);
  void split_edge(Block from, const Edge& edge, const Inst& inst);

  // lower_folding.cpp: what is made part of the instruction that uses it
  void find_folded(Block b);
  bool is_conjunction(Value v, Block b) const;
  void fold_condition(Value v, Value condition);
  void fold_comparison(Value v, Block b);
  void fold_tested(const Inst& conjunction, Block b);
  void fold_operands(const Inst& inst);
  void fold_vector(const Inst& inst);
  bool is_late_load(Value v, Block b) const;
  bool is_tested_load(Value v, Block b) const;
  bool is_scaled(const Inst& sum, Value v) const;
  unsigned whole_width(const Inst& load) const;
  unsigned tested_width(const Inst& load, std::int32_t imm, Cond cond) const;
  bool is_folded_load(Value v) const;
  void fold_access(const Inst& inst);
  void fold_scale(const Inst& inst, unsigned uses);
  bool is_scaled_index(Value v) const;
  void fold_sum(const Inst& inst, unsigned uses);
  bool is_index_sum(Value v) const;
  void memory_operand(Value v);

  // lower_parts.cpp
  static bool reads_low_half(const Inst& inst, unsigned i);
  void note_whole_use(Value v);
  bool is_merged(Value v) const;
  bool is_compared_byte(Value v, std::int32_t imm, Cond cond) const;
  void fold_byte(Value v, Block b, std::int32_t imm, Cond cond);
  void compare_byte(const Inst& inst, std::int32_t imm, Cond cond);

  // lower_carry.cpp
  struct CarryTest {
    Cond cond = Cond::below;  ///< or above_equal
    std::uint8_t size = 4;
    std::optional<std::int32_t> imm;
  };
  Value counted(const Inst& inst, unsigned i) const;
  std::optional<CarryTest> carry_test(Value comparison) const;
  bool fold_carry(const Inst& inst);
  Value carried(const Inst& inst, unsigned i) const;
  bool add_carry(Value v, const Inst& inst, unsigned size);

  // lower_update.cpp
  bool is_updated(const Inst& store, Value v) const;
  void fold_update(const Inst& store);
  unsigned updated(const Inst& store) const;
  void update(const Inst& store);

  // Writing one instruction: begin(), then its operands in order
  Machine& begin(MOp op, const Inst& inst);
  static Machine::Traps traps_of(const Inst& inst);
  OperandNo add_operand(VReg vreg, Role role, Constraint constraint, Reg fixed = no_reg);
  OperandNo def(Value v) { return add_operand(vreg(v), Role::def, Constraint::reg); }
  OperandNo def_in(Value v, Reg r) { return add_operand(vreg(v), Role::def, Constraint::fixed, r); }
  /// In the register of the operand with that number.
  OperandNo def_tied(Value v, Reg use) {
    return add_operand(vreg(v), Role::def, Constraint::tied, use);
  }
  OperandNo use(Value v, Constraint constraint = Constraint::reg, Role role = Role::use) {
    return add_operand(vreg(v), role, constraint);
  }
  OperandNo use_any(Value v) { return use(v, Constraint::any); }
  OperandNo use_in(Value v, Reg r, Role role = Role::use) {
    return add_operand(vreg(v), role, Constraint::fixed, r);
  }
  OperandNo temporary(RegClass cls);
  OperandNo temporary_in(Reg r);

  VReg vreg(Value v) {
    const VReg known = vregs_[index(v)];
    return known != no_vreg ? known : make_vreg(v);
  }
  VReg make_vreg(Value v);
  VReg new_vreg(RegClass cls, std::uint8_t bytes = 8);
  bool is_integer_constant(Value v) const;
  /// A constant that fits the immediate of an instruction of that size.
  std::optional<std::int32_t> immediate(Value v, unsigned size) const;
  const Inst& at(Value v) const { return graph_->at(v); }
  Value arg(const Inst& inst, unsigned i) const { return graph_->args(inst)[i]; }
  LInst& current() { return out_->lir.insts.back(); }
  Machine& machine() { return out_->machine.back(); }

  // lower_integer.cpp
  void numeric(Value v, const Inst& inst);
  void integer(Value v, const Inst& inst);
  void add(Value v, const Inst& inst, unsigned size);
  void add_scaled(Value v, const Inst& inst, unsigned size);
  void alu(Value v, const Inst& inst, Alu which, unsigned size);
  void subtract(Value v, const Inst& inst, unsigned size);
  void shift(Value v, const Inst& inst, Shift which, unsigned size);
  void divide(Value v, const Inst& inst, Division which, unsigned size);
  void bits(Value v, const Inst& inst, Bits which, unsigned size);
  void extend(Value v, const Inst& inst, Extend which, unsigned size);
  void wide(Value v, const Inst& inst);

  // lower_compare.cpp
  struct Comparison {
    Cond cond = Cond::equal;
    std::uint8_t size = 0;  ///< of integers in bytes; 0: not a comparison of integers
  };
  static Comparison comparison_of(const Inst& inst);
  bool is_compare(const Inst& inst) const;
  /// A comparison of an integer with zero that the flags of a conjunction answer.
  bool is_zero_test(const Inst& inst) const;
  static bool takes_condition(const Inst& inst) {
    return inst.op == Opcode::branch || inst.op == Opcode::trap_if || inst.op == opcode(Op::select);
  }
  void test_bits(const Inst& conjunction, Cond cond);
  /// Adds the operands of a comparison (of a condition that isn't one: with zero).
  void compare(Value condition);
  void compare_memory(Value load, std::int32_t imm, Cond cond);
  void compare_with_memory(Value a, Value b, Cond cond, unsigned size);
  void compare_integers(const Inst& inst, Cond cond, unsigned size);
  void compare_floats(const Inst& inst);
  void set(Value v, const Inst& inst);
  void select(Value v, const Inst& inst);
  void branch(const Inst& inst);
  void trap_if(const Inst& inst);

  // lower_float.cpp
  void floating(Value v, const Inst& inst);
  void vector_constant(Value v, const Inst& inst);
  void conversion(Value v, const Inst& inst);
  void float_binary(Value v, const Inst& inst, std::uint8_t opcode);
  void float_unary(Value v, const Inst& inst, MOp op, std::uint64_t imm = 0);
  void canonical_nan(Value v, const Inst& inst);
  void float_sign(Value v, const Inst& inst, bool negates);
  void float_min_max(Value v, const Inst& inst, bool is_max);
  void float_copysign(Value v, const Inst& inst);
  void bit_cast(Value v, const Inst& inst);
  void int_to_float(Value v, const Inst& inst, bool is_unsigned, unsigned from);
  void float_to_int(Value v, const Inst& inst, FloatToInt which);

  // lower_memory.cpp
  void load(Value v, const Inst& inst);
  void begin_store(const Inst& inst, Value value, unsigned size);
  void store(const Inst& inst);
  void read(Value v, const Inst& inst);
  void write(const Inst& inst);
  void offset(Value v, const Inst& inst);
  void bounds_check(const Inst& inst);
  void address(Value base, Value index, std::uint64_t disp, Role role = Role::late_use);

  // lower_atomic.cpp
  void atomic(Value v, const Inst& inst);
  wasm::Rmw rmw(const Inst& inst) const;

  // lower_calls.cpp
  void arguments(const Signature& own, bool from_frame);
  void frame_slot(Value v, const Inst& inst);
  void spoil(const Inst& frame_slot);
  const Signature& begin_call(const Inst& inst, MOp direct, MOp by_reference);
  void call(Value v, const Inst& inst);
  CallLayout::Value on_stack(Value v, const AbiPlace& place);
  void call_operands(const Signature& signature, std::span<const Value> args);
  void results(Value v, const Signature& signature);
  void helper(Value v, const Inst& inst);
  void return_(const Inst& inst);
  void tail_call(const Inst& inst);
  const wasm::FuncType& type_of_callee(const Inst& inst) const;

  const wasm::ModuleData* module_ = nullptr;
  const CpuFeatures& cpu_;
  const Graph* graph_ = nullptr;
  const BlockOrder* order_ = nullptr;
  const Signature* own_ = nullptr;
  Shape shape_;          // of the call at hand
  Signature signature_;  // the same
  std::vector<Value> results_;
  MachineFunction* out_ = nullptr;
  Value instance_ = Value::none;
  bool tries_upper_halves_ = false;
  VReg frame_ = 0;          // of the interpreter's frame, where that is taken over
  std::size_t values_ = 0;  // that are in blocks: about as many as instructions
  std::vector<std::uint32_t> uses_;
  std::vector<std::uint32_t> preds_;        // how many, by block
  std::vector<std::uint8_t> wanted_whole_;  // i32s of which something reads the upper half
  std::vector<std::uint8_t> folded_;        // made part of the one instruction that uses it
  std::vector<std::uint32_t> folds_;  // by value: its uses that could have it as a part of them
  // By value: how often the block had acted by then. A load may be made later in the same epoch.
  std::vector<std::uint32_t> epochs_;
  std::uint32_t epoch_ = 0;
  bool takes_traps_ = true;  // whether a load that may trap can be folded at the moment
  std::vector<VReg> vregs_;
  std::vector<std::uint32_t> numbers_;  // of blocks, in the order of emission
};

}  // namespace wrun::inline v0::jit
