#pragma once

// A function's bytes to a graph: a client of the one walk, in one pass. Every block that several
// edges may reach has parameters for the locals that are assigned in the construct it belongs to;
// those that turn out to be one value, or unused, are pruned at the end. The body of an inlined
// function is walked where it is called.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "jit/emitter.hpp"
#include "jit/inlining.hpp"
#include "jit/ir.hpp"
#include "jit/layout.hpp"
#include "jit/options.hpp"
#include "jit/prescan.hpp"
#include "jit/prune.hpp"
#include "jit/try_table.hpp"
#include "lib/runtime/frame_layout.hpp"
#include "lib/runtime/heap_object.hpp"
#include "lib/wasm/fuel_blocks.hpp"
#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::jit {

/// What the builder keeps for each label.
struct BuilderLabel {
  Block target = Block::none;     ///< a loop's header, or what follows the end
  Block otherwise = Block::none;  ///< of an if: where a false condition goes
  std::uint32_t construct = 0;    ///< of the prescan
  std::uint32_t saved = 0;        ///< of an if: where its locals begin in Body::saved
  std::uint32_t loop_depth = 0;
  // Of exceptions
  std::uint32_t own_try = TryTable::none;
  std::uint32_t around = TryTable::none;  ///< the try that it is in
  std::uint32_t inside = TryTable::none;  ///< the try that a delegation to the label means
  std::uint32_t kept = 0;                 ///< of a legacy try: how many are around it
  Block next_test = Block::none;          ///< where the next clause of a legacy try is asked
  Value clause = Value::none;             ///< that was found, of this function's
  Value exception = Value::none;
};

class Builder : public wasm::NullClient<Value, BuilderLabel> {
 public:
  using Walker = wasm::FunctionWalker<Builder, wasm::Trust::yes>;
  using Op = wasm::Op;

  /// Builds into `graph`, whatever was in it.
  explicit Builder(Graph& graph) : graph_(graph), emit_(graph) {}

  /// Of a function with a body, validated. Nothing: it is built. Throws std::bad_alloc.
  std::optional<Unsupported> build(const wasm::ModuleData& module, wasm::FuncIdx function,
                                   const CompileOptions& options);

  // The walker's callbacks: builder.cpp, _control.cpp, _calls.cpp, _values.cpp, _memory.cpp,
  // _vector.cpp, _atomic.cpp, _gc.cpp, _exceptions.cpp
  void begin(Walker& w);
  void instruction(Walker& w, Op op);

  void block(Walker& w, Control& c);
  void loop(Walker& w, Control& c);
  void if_(Walker& w, Control& c, Value condition);
  void else_(Walker& w, Control& c, bool reached);
  void end(Walker& w, Control& c, bool reached);
  Value result(Walker& w, Control& c, std::uint32_t i);
  void br(Walker& w, Control& target);
  void br_if(Walker& w, Control& target, Value condition);
  void br_table(Walker& w, std::span<const std::uint32_t> depths, Value index);
  void return_(Walker& w);
  void unreachable(Walker& w);
  Value br_on_null(Walker& w, Control& target, Value reference);
  void br_on_non_null(Walker& w, Control& target);
  void br_on_cast(Walker& w, Op op, Control& target, wasm::ValType from, wasm::ValType to);

  void try_table(Walker& w, Control& c, std::span<const wasm::CatchClause> clauses);
  void legacy_try(Walker& w, Control& c);
  void legacy_catch(Walker& w, Control& c, Op op, wasm::TagIdx tag, bool reached);
  Value caught(Walker&, Control&, std::uint32_t i) { return caught_[i]; }
  void legacy_delegate(Walker& w, Control& c, Control& target);
  void throw_(Walker& w, wasm::TagIdx tag, Operands args);
  void throw_ref(Walker& w, Value exception);
  void legacy_rethrow(Walker& w, Control& target);

  void call(Walker& w, Op op, wasm::FuncIdx callee, const wasm::FuncType& type, Operands args,
            Operands results);
  void call_indirect(Walker& w, Op op, wasm::TypeIdx type, wasm::TableIdx table, Value index,
                     Operands args, Operands results);
  void call_ref(Walker& w, Op op, wasm::TypeIdx type, Value callee, Operands args,
                Operands results);

  Value constant(Walker& w, Op op, wasm::ValType type, wasm::Bits bits);
  using NullClient::numeric;
  Value numeric(Walker& w, Op op, Value a);
  Value numeric(Walker& w, Op op, Value a, Value b);
  Value numeric(Walker& w, Op op, Value a, Value b, Value c);
  void numeric(Walker& w, Op op, Operands args, Operands results);
  Value lane(Walker& w, Op op, std::uint8_t lane, Operands args);
  Value shuffle(Walker& w, const wasm::Lanes& lanes, Value a, Value b);
  Value select(Walker& w, wasm::ValType type, Value a, Value b, Value condition);
  Value local_get(Walker& w, wasm::LocalIdx index, wasm::ValType type);
  void local_set(Walker& w, wasm::LocalIdx index, wasm::ValType type, Value value);
  Value local_tee(Walker& w, wasm::LocalIdx index, wasm::ValType type, Value value);
  Value global_get(Walker& w, wasm::GlobalIdx index, const wasm::GlobalType& type);
  void global_set(Walker& w, wasm::GlobalIdx index, const wasm::GlobalType& type, Value value);

  Value load(Walker& w, Op op, const wasm::MemArg& arg, Value address);
  void store(Walker& w, Op op, const wasm::MemArg& arg, Value address, Value value);
  Value load_lane(Walker& w, Op op, const wasm::MemArg& arg, std::uint8_t lane, Value address,
                  Value vector);
  void store_lane(Walker& w, Op op, const wasm::MemArg& arg, std::uint8_t lane, Value address,
                  Value vector);
  void atomic_op(Walker& w, Op op, const wasm::MemArg& arg, Operands args, Operands results);
  void atomic_fence(Walker& w);
  void memory_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args, Operands results);
  void table_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args, Operands results);
  void reference_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args, Operands results);
  void aggregate_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args, Operands results);

  /// What the function that was built last catches.
  const TryTable& tries() const { return try_table_; }
  /// Exchanges what is known of its graph for something else.
  void swap_cfg(Cfg& cfg) { pruner_.swap_cfg(cfg); }
  /// What was inlined into it.
  const std::vector<InlinedCall>& inlined() const { return inlined_; }

 private:
  static bool is_function(const Control& c) { return c.kind == wasm::ControlKind::function; }
  static bool is_tail(Op op) {
    return op == Op::return_call || op == Op::return_call_indirect || op == Op::return_call_ref;
  }

  /// A function that is being walked.
  struct Body {
    explicit Body(Builder& builder) : walker(builder) {}
    Walker walker;
    Prescan prescan;
    wasm::FuncIdx function;
    std::uint32_t inlined = 0;  ///< as Origin::inlined
    std::vector<Value> locals;
    std::vector<Value> saved;  ///< of the ifs that are open
    std::uint32_t next_construct = 0;
    std::uint32_t kept_at = 0;  ///< the local that keeps the outermost exception
    wasm::FrameCost cost;       ///< of a call, where those are charged
    std::vector<wasm::FuelBlock> fuel;
    std::size_t next_fuel = 0;
    std::span<const wasm::BranchHint> hints;
  };

  // builder.cpp
  std::optional<Unsupported> attempt(const wasm::ModuleData& module, wasm::FuncIdx function,
                                     const CompileOptions& options);
  void start_body(wasm::FuncIdx function);
  void charge(std::uint32_t offset);
  void walk_around_entry(wasm::FuncIdx function);
  void enter_from_frame();
  void complete();

  // builder_control.cpp
  bool holds_entry(const Control& c) const {
    return !is_function(c) && body_->prescan.holds_entry(c.label.construct);
  }
  Block add_block(std::uint32_t loop_depth);
  void open(Control& c);
  template <class Do>
  void each_local(const Control& c, Do&& act);
  void add_params(Walker& w, const Control& c, Block b);
  bool spend(std::size_t values);
  void collect_values(Walker& w, const Control& c, std::size_t count);
  std::uint32_t take_params(Walker& w, const Control& c, Block b);
  Edge edge_to(Walker& w, Control& target);
  void compare_ways(Walker& w, std::span<const std::uint32_t> depths, Value index);
  Edge edge_with_values(Block to);
  Block end_block(Walker& w, Control& c);
  void save_locals(Walker& w, Control& c);
  void restore_locals(Walker& w, Control& c);
  void end_without_else(Walker& w, Control& c);
  void end_function(Walker& w, Control& c, bool reached);
  Block entered_header(Block made);
  void note_entry(Walker& w, Block header);
  void emit_return(Walker& w);
  std::uint8_t hint(std::uint32_t offset);

  // builder_calls.cpp
  void emit_call(Op op, Opcode plain, Opcode tail, std::uint64_t imm, Operands args,
                 Operands results);
  void check_type(Walker& w, Value callee, wasm::TypeIdx type);
  Value function_at(std::uint32_t index);

  // builder_stack.cpp
  Value state() { return emit_.field(Type::i64, instance_, layout::instance_state); }
  bool charges_frames() const { return options_.deterministic && body_->cost.calls; }
  void charge_stack(Opcode op);
  void take_stack();
  void give_stack();
  void save_stack_left();
  void restore_stack_left();
  bool keeps_stack_left() const {
    return options_.deterministic && runtime::saves_stack_left(bodies_[0]->cost);
  }
  void tail_call_any(std::uint64_t type);

  // builder_inline.cpp
  Body& body_at(std::size_t depth);
  bool is_inlined() const { return depth_ != 0; }
  std::uint32_t most_inlined() const;
  static std::uint32_t most_recursions(const Prescan& seen);
  bool may_inline(wasm::FuncIdx callee) const;
  bool is_worth_inlining(wasm::FuncIdx callee, const Prescan& seen) const;
  void refuse_callee(wasm::FuncIdx callee, const Prescan& seen);
  bool inline_call(Walker& w, wasm::FuncIdx callee, Operands args, Operands results);
  void end_inlined(Walker& w, Control& c, bool reached);

  // builder_exceptions.cpp
  struct Try {
    Block dispatch = Block::none;  ///< its parameters are what the body may have changed
    std::uint32_t construct = 0;
    std::uint32_t base = 0;  ///< operands below
    bool holds_entry = false;
  };
  template <class Do>
  void each_value(const Try& t, Do&& act);
  void open_try(Control& c);
  void collect_for(const Try& t);
  void take_values(const Try& t);
  void give_back(const Try& t, std::span<const Value> values);
  void after_call();
  void read_caught(BuilderLabel& label);
  std::vector<Value> values_of(wasm::TagIdx tag, Value exception);
  void catch_in(Walker& w, const wasm::CatchClause& clause, Value exception);
  void pass_on(std::uint32_t to);
  void finish_try(Control& c);
  void raise(Value exception);

  // builder_gc.cpp
  Value cast_test(Value reference, wasm::ValType from, wasm::ValType to);
  Value is_defined(Value reference, wasm::TypeIdx type, Block join);
  void answer_if(Value condition, Block join, bool answer);
  void trap_if_null(const Operand& reference, TrapCode code);
  Value type_id(std::uint32_t type);
  Value bits_of(Value v);
  void bits_of(Value v, Value (&words)[2]);
  const runtime::StructLayout& layout_of(std::uint32_t type);
  Value element_at(const Operand& array, Value index, std::uint32_t width);
  Value new_struct(Op op, std::uint32_t type, Operands args);
  Value new_array(Op op, const wasm::Immediates& imm, Operands args);
  void array_bulk(Op op, const wasm::Immediates& imm, Operands args);

  // builder_values.cpp
  Value canonical(Op op, Value made) {
    return options_.canonical_nans ? emit_.canonical(wasm::new_nan(op), made) : made;
  }

  // builder_vector.cpp
  Value vector(Op op, std::initializer_list<Value> args);
  Value madd(Op op, Value a, Value b, Value c);
  Value unfused_madd(Op op, Value a, Value b, Value c);
  Value called_madd(Op op, Value a, Value b, Value c);
  static std::uint64_t lane_of_memory(const wasm::MemArg& arg, std::uint8_t lane) {
    return arg.memory.value | std::uint64_t{lane} << 32;
  }

  // builder_atomic.cpp
  void check_alignment(Value address, std::uint64_t offset, std::uint64_t width);
  Value address_in(Value address, std::uint64_t offset);
  void check_shared(Value address, std::uint32_t memory, std::uint64_t end, std::uint64_t offset,
                    std::uint64_t least);

  // builder_memory.cpp
  struct Access {
    Value base = Value::none;
    Value index = Value::none;
    std::uint64_t offset = 0;
    std::uint8_t flags = 0;
  };
  /// An address and how far from it: the sum is what counts.
  struct Address {
    Value index = Value::none;
    std::uint64_t offset = 0;
  };
  Address fold_address(const wasm::MemArg& arg, Value address, std::uint64_t width) const;
  Value memory_at(std::uint32_t index);
  Value table_at(std::uint32_t index);
  Value memory_size(std::uint32_t index);
  bool has_guard(std::uint32_t memory) const;
  Value memory_base(std::uint32_t memory);
  Value element_at(std::uint32_t table, Value index, TrapCode out_of_bounds);
  Access access(Op op, const wasm::MemArg& arg, Value address);
  void call_bulk(Walker& w, Helper helper, std::initializer_list<std::uint32_t> indices,
                 Operands args, Operands results);
  Value size_as_address(Value size, bool is_64);
  Value global_cell(std::uint32_t index);
  Place global_place(std::uint32_t index) const;

  Graph& graph_;
  Emitter emit_;
  // The function, and what is being inlined into it, one into the other.
  std::vector<std::unique_ptr<Body>> bodies_;
  Body* body_ = nullptr;
  std::size_t depth_ = 0;  // of body_ in bodies_
  Pruner pruner_;
  const wasm::ModuleData* module_ = nullptr;
  CompileOptions options_;

  Value instance_ = Value::none;
  // Of memories with guard pages, where they are accessed; in the entry, right after the instance.
  std::vector<Value> bases_;
  Value bases_end_ = Value::none;
  Value stack_left_ = Value::none;  // before them, where the function keeps it
  std::uint32_t loop_depth_ = 0;
  std::uint32_t results_at_ = 0;  // number of parameters before the results of the block that ends
  std::size_t values_left_ = 0;
  bool over_budget_ = false;

  std::vector<InlinedCall> inlined_;
  std::unordered_set<std::uint32_t> refused_callees_;  ///< that were looked at, of the function
  std::uint32_t inline_budget_ = 0;                    // left, in bytes
  std::vector<Value> returned_;                        // by what was inlined last

  TryTable try_table_;
  std::vector<Try> tries_;  // by the same numbers
  std::uint32_t current_try_ = TryTable::none;
  std::uint32_t legacy_depth_ = 0;
  std::vector<Value> caught_;
  std::map<std::uint32_t, runtime::StructLayout> layouts_;

  Block osr_header_ = Block::none;
  // The loops around it, from outside, itself included: the headers that they are entered at.
  std::vector<Block> entered_headers_;
  std::size_t own_loop_ = 0;              // of those, the one that this walk is for
  std::size_t next_loop_ = 0;             // of those, the next that this walk comes to
  std::vector<std::uint32_t> osr_slots_;  // of the header's parameters

  // For one callback at a time
  std::vector<Type> types_;
  std::vector<Value> values_;
  std::vector<Edge> edges_;
  std::vector<Block> landings_;
};

}  // namespace wrun::inline v0::jit
