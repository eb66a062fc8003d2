#pragma once

// A function's bytes to slot code: a client of the one walk. It keeps values lazily: a local.get
// or a constant costs no instruction until a consumer can't take it where it is, and a result
// stays in its accumulator until something else needs that accumulator.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/interp/catch_table.hpp"
#include "lib/interp/code.hpp"
#include "lib/interp/emitter.hpp"
#include "lib/interp/handlers.hpp"
#include "lib/interp/interp.hpp"
#include "lib/interp/scalar_forms.hpp"
#include "lib/interp/trace.hpp"
#include "lib/runtime/frame_layout.hpp"
#include "lib/runtime/heap_object.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/fuel_blocks.hpp"
#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::interp {

inline constexpr std::uint32_t none = ~std::uint32_t{0};

/// Of more than 32 bits.
inline bool is_wide(wasm::Kind type) {
  return type != wasm::Kind::i32 && type != wasm::Kind::f32;
}

/// Where an operand is. Its home is the slot that its height gives it.
struct Value {
  enum class Kind : std::uint8_t {
    temp,     ///< at home, or in the accumulator that says it holds that slot
    local,    ///< still in a local; copied home before the local changes
    sum,      ///< that of an i32 local and a constant, not yet computed: an address may take it so
    constant  ///< nowhere yet
  };
  Kind kind = Kind::temp;
  wasm::Kind type = wasm::Kind::i32;
  bool in_chain = false;  ///< linked from alias_heads_[local()]
  std::uint32_t home = 0;
  std::uint64_t bits = 0;  ///< of a constant; else a local's slot below what is added to it

  std::uint32_t local() const { return static_cast<std::uint32_t>(bits); }
  std::uint32_t addend() const { return static_cast<std::uint32_t>(bits >> 32); }
};
static_assert(sizeof(Value) == 16, "values are passed in registers");

/// What the translator keeps for each label.
struct LabelState {
  std::uint32_t position = 0;                ///< of a loop's header
  std::uint32_t offset = 0;                  ///< of the loop in the module
  std::uint32_t to_end = Emitter::nowhere;   ///< branches to the end
  std::uint32_t to_else = Emitter::nowhere;  ///< of an if: where a false condition goes
  std::uint32_t catches = CatchTable::none;  ///< entries of the catch table that go to the end
  std::uint32_t inside = CatchTable::none;   ///< the innermost try around the label's code
  std::uint32_t own = CatchTable::none;      ///< of a try: itself
  std::uint32_t kept = none;                 ///< slot of the exception that its rethrows throw
};

class Translator : public wasm::NullClient<Value, LabelState> {
 public:
  using Walker = wasm::FunctionWalker<Translator, wasm::Trust::yes>;

  /// `layouts` are of the module's structure types, by type index.
  Translator(const wasm::ModuleData& module, const CodeOptions& options,
             const std::vector<runtime::StructLayout>& layouts);
  /// From now on it translates functions of another module.
  void serve(const wasm::ModuleData& module, const CodeOptions& options,
             const std::vector<runtime::StructLayout>& layouts);

  /// Translates a function that has a body. Null when out of memory. Throws std::bad_alloc.
  SlotCode* translate(wasm::FuncIdx function, Trace* trace = nullptr);
  /// About how many bytes it holds for further functions.
  std::size_t memory() const {
    return code_.memory() + alias_heads_.capacity() * sizeof(alias_heads_[0]);
  }

  // What is handed over without having been on the stack (walker_leaves.inl)
  static constexpr bool takes_leaves = true;
  bool takes_local(std::uint32_t index) const { return index < leaf_locals_; }
  bool takes_constants() const { return !options_.fuel; }
  template <class Leaf>
  Value value(Walker& w, Leaf leaf, wasm::ValType type, std::uint32_t i);
  /// Sums are computed before they are taken: watch() sees to that.
  static bool is_ready(const Value& v) { return v.kind != Value::Kind::sum; }
  template <class A, class Leaf>
  [[gnu::always_inline]] Value numeric(Walker& w, wasm::Op op, A& a, Leaf b);
  [[gnu::always_inline]] Value load(Walker& w, wasm::Op op, const wasm::MemArg& arg,
                                    wasm::LocalLeaf address);

  // The walker's callbacks; translator_control.cpp, _values.cpp, _vector.cpp, _memory.cpp,
  // _atomic.cpp, _calls.cpp, _exceptions.cpp, _references.cpp, _gc.cpp
  void begin(Walker& w);
  [[gnu::always_inline]] void instruction(Walker& w, wasm::Op op);
  void block(Walker& w, Control& c);
  void loop(Walker& w, Control& c);
  void if_(Walker& w, Control& c, Value condition);
  void else_(Walker& w, Control& c, bool reached);
  Value else_param(Walker& w, Control& c, std::uint32_t i);
  void end(Walker& w, Control& c, bool reached);
  Value result(Walker& w, Control& c, std::uint32_t i);
  void br(Walker& w, Control& target);
  void br_if(Walker& w, Control& target, Value condition);
  void br_table(Walker& w, std::span<const std::uint32_t> depths, Value index);
  void return_(Walker& w);
  void unreachable(Walker& w);
  Value br_on_null(Walker& w, Control& target, Value reference);
  void br_on_non_null(Walker& w, Control& target);
  void br_on_cast(Walker& w, wasm::Op op, Control& target, wasm::ValType from, wasm::ValType to);

  void try_table(Walker& w, Control& c, std::span<const wasm::CatchClause> clauses);
  void legacy_try(Walker& w, Control& c);
  void legacy_catch(Walker& w, Control& c, wasm::Op op, wasm::TagIdx tag, bool reached);
  Value caught(Walker& w, Control& c, std::uint32_t i);
  void legacy_delegate(Walker& w, Control& c, Control& target);
  void throw_(Walker& w, wasm::TagIdx tag, Operands args);
  void throw_ref(Walker& w, Value exception);
  void legacy_rethrow(Walker& w, Control& target);

  void call(Walker& w, wasm::Op op, wasm::FuncIdx callee, const wasm::FuncType& type, Operands args,
            Operands results);
  void call_indirect(Walker& w, wasm::Op op, wasm::TypeIdx type, wasm::TableIdx table, Value index,
                     Operands args, Operands results);
  void call_ref(Walker& w, wasm::Op op, wasm::TypeIdx type, Value callee, Operands args,
                Operands results);

  using NullClient::numeric;
  [[gnu::always_inline]] Value constant(Walker& w, wasm::Op op, wasm::ValType type,
                                        wasm::Bits bits);
  // Operands that are looked at where they lie: copies of what was just written in pieces had to
  // wait for it.
  [[gnu::always_inline]] Value numeric(Walker& w, wasm::Op op, Value& a);
  [[gnu::always_inline]] Value numeric(Walker& w, wasm::Op op, Value& a, Value& b);
  Value numeric(Walker& w, wasm::Op op, Value a, Value b, Value c);
  void numeric(Walker& w, wasm::Op op, Operands args, Operands results);
  Value lane(Walker& w, wasm::Op op, std::uint8_t lane, Operands args);
  Value shuffle(Walker& w, const wasm::Lanes& lanes, Value a, Value b);
  Value select(Walker& w, wasm::ValType type, Value a, Value b, Value condition);
  void drop(Walker& w, wasm::ValType type, Value value);
  [[gnu::always_inline]] Value local_get(Walker& w, wasm::LocalIdx index, wasm::ValType type);
  [[gnu::always_inline]] void local_set(Walker& w, wasm::LocalIdx index, wasm::ValType type,
                                        Value& value);
  [[gnu::always_inline]] Value local_tee(Walker& w, wasm::LocalIdx index, wasm::ValType type,
                                         Value& value);
  Value global_get(Walker& w, wasm::GlobalIdx index, const wasm::GlobalType& type);
  void global_set(Walker& w, wasm::GlobalIdx index, const wasm::GlobalType& type, Value value);

  [[gnu::always_inline]] Value load(Walker& w, wasm::Op op, const wasm::MemArg& arg,
                                    Value& address);
  void store(Walker& w, wasm::Op op, const wasm::MemArg& arg, Value address, Value value);
  Value load_lane(Walker& w, wasm::Op op, const wasm::MemArg& arg, std::uint8_t lane, Value address,
                  Value vector);
  void store_lane(Walker& w, wasm::Op op, const wasm::MemArg& arg, std::uint8_t lane, Value address,
                  Value vector);
  void memory_op(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args,
                 Operands results);
  void atomic_op(Walker& w, wasm::Op op, const wasm::MemArg& arg, Operands args, Operands results);
  void atomic_fence(Walker& w);
  void table_op(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args,
                Operands results);
  void reference_op(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args,
                    Operands results);
  void aggregate_op(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args,
                    Operands results);

 private:
  /// What is known of an accumulator at this point of the code.
  struct Acc {
    std::uint32_t slot = none;  ///< whose value it holds
    bool pending = false;       ///< and the slot doesn't have it yet
    std::uint32_t at = 0;       ///< pending: the instruction that made it
    std::uint32_t number = 0;   ///< pending: which one that is
    SequenceKey key = no_key;   ///< pending: that of `storing`
    Handler storing = nullptr;  ///< pending: its form that writes the slot too

    void forget() {
      slot = none;
      pending = false;
    }
  };
  /// Two operands as an instruction takes them.
  struct PairForm {
    Pair pair = Pair::slot_slot;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint64_t imm = 0;
  };
  /// An instruction of two operands, or a test for zero, that a consumer may take back to do its
  /// work itself, if it is the last one and its result is still only in the accumulator.
  struct Producer {
    std::uint32_t at = none;
    wasm::Op op = wasm::op_none;
    PairForm form;
  };
  /// A condition in the form that a branch takes it.
  struct Condition {
    const PairForm* form = nullptr;  ///< what a comparison compares; null: a test against zero
    wasm::Op op = wasm::op_none;     ///< the comparison
    Src src = Src::slot;             ///< of a test
    bool wide = false;               ///< of a test: all 64 bits count
    bool negated = false;            ///< of a test: it holds for zero
    std::uint32_t slot = 0;
  };

  // translator.cpp: accumulators, homes, aliases
  void walk(wasm::FuncIdx function, std::uint32_t kept_exceptions);
  Acc& acc(AccClass of) { return acc_[static_cast<std::size_t>(of)]; }
  Acc& acc(wasm::Kind type) { return acc(class_of(type)); }
  static AccClass class_of(wasm::Kind type);
  static std::uint32_t slots_of(wasm::Kind type) { return type == wasm::Kind::v128 ? 2 : 1; }
  std::uint32_t slots_of(const Acc& a) const { return &a == &acc_.back() ? 2 : 1; }
  std::uint32_t home(const Walker& w) const { return layout_.operand(w.height()); }
  Src source(const Value& v);
  std::uint32_t slot_of(const Value& v) const {
    return v.kind == Value::Kind::local ? v.local() : v.home;
  }
  void know(Acc& a, std::uint32_t slot);
  void store_pending(Acc& a);
  void note_stored(std::uint32_t at);
  void note_result(std::uint32_t at, std::uint32_t slot);
  void note_target(std::uint32_t at, std::uint32_t slot);
  void store_all_pending();
  void store_others();
  void forget_accs();
  void forget_all_accs();
  void wrote(std::uint32_t slot, std::uint32_t count = 1);
  void wrote_home(std::uint32_t slot, std::uint32_t count = 1);
  void forget_others(std::uint32_t slot, std::uint32_t count);
  void set(std::uint32_t slot, std::uint32_t count);
  void pop(const Value& v);
  void release(const Value& v);
  void consume(const Value& v) {
    pop(v);
    release(v);
  }
  [[gnu::always_inline]] Value temp(Walker& w, wasm::Kind type, std::uint32_t home);
  [[gnu::always_inline]] Value temp(Walker& w, wasm::Kind type, std::uint32_t home,
                                    std::uint32_t slots);
  [[gnu::always_inline]] Value finish_in_acc(Walker& w, wasm::Kind type, std::uint32_t at,
                                             Handler storing, SequenceKey key = unknown_key);
  [[gnu::always_inline]] void leave_in_acc(wasm::Kind type, std::uint32_t slot, std::uint32_t at,
                                           Handler storing, SequenceKey key = unknown_key);
  [[gnu::always_inline]] void leave_pending(Acc& result, std::uint32_t at, std::uint32_t to);
  Value leave_condition(Walker& w, wasm::Op op);
  Value finish_numeric(Walker& w, wasm::Op op);
  [[gnu::always_inline]] std::uint32_t emit_scalar(wasm::Op op, AccClass out,
                                                   const Handler* handlers, const SequenceKey* keys,
                                                   std::size_t storing, std::uint32_t words,
                                                   std::uint32_t a, std::uint32_t to,
                                                   std::uint64_t rest);
  [[gnu::always_inline]] std::uint32_t append(Handler handler, std::uint32_t words,
                                              std::string_view name, SequenceKey key,
                                              std::uint32_t a, std::uint32_t b, std::uint64_t rest);
  void open_result(wasm::Kind type);
  void take_results(Walker& w, Operands results);
  void materialise(Value& v);
  std::uint32_t in_slot(Value& v);
  void materialise_aliases(Walker& w, std::uint32_t local);
  void materialise_all(Walker& w);
  void materialise_top(Walker& w, std::size_t count);
  void materialise_some(Walker& w, std::size_t count);
  void forget_region(Walker& w, const Control& innermost);
  void emit_const(std::uint32_t slot, wasm::Kind type, std::uint64_t bits);
  void emit_sum(const Value& v);
  void emit_copy(std::uint32_t from, std::uint32_t to, std::uint32_t slots);
  std::uint32_t local_slot(wasm::LocalIdx index) const;
  [[gnu::always_inline]] Value alias(Walker& w, std::uint32_t slot, wasm::Kind type);
  [[gnu::always_inline]] Value alias(Walker& w, std::uint32_t slot, wasm::Kind type,
                                     std::uint32_t slots);
  Value local_get_slowly(Walker& w, wasm::LocalIdx index, wasm::ValType type);
  void grow_aliases(std::uint32_t index);
  bool is_sum(wasm::Op op, const Value& a, const Value& b) const;
  Value sum(Walker& w, const Value& a, const Value& b);
  void watch(Walker& w, wasm::Op op);
  void compute_sums(Walker& w, wasm::Op op, std::size_t computed);
  void compute_sum(Value& v);
  bool is_unset(std::uint32_t slot) const;
  void end_prologue() {
    if (in_prologue_) [[unlikely]]
      leave_prologue();
  }
  void leave_prologue();
  void find_leaves(std::uint32_t count);
  [[gnu::always_inline]] void assign(Walker& w, std::uint32_t slot, Value& value);
  void assign_slowly(Walker& w, std::uint32_t slot, Value& value);
  void retarget(Acc& a, std::uint32_t slot);
  [[gnu::always_inline]] bool take_back(const Value& value);
  Operand& operand_at(Walker& w, std::size_t i) { return w.operands()[i]; }

  // translator_values.cpp
  Value elaborate(Walker& w, wasm::Op op, const Value& made);
  Value canonical(Walker& w, wasm::Op op, const Value& made);
  Value numeric_rare(Walker& w, wasm::Op op, Value a);
  Value numeric_rare(Walker& w, wasm::Op op, Value a, Value b);
  static std::uint32_t slot_of(wasm::LocalLeaf leaf) { return leaf.index; }
  static std::uint32_t slot_of(wasm::ConstantLeaf) { return none; }
  static bool is_constant(const Value& v) { return v.kind == Value::Kind::constant; }
  static bool is_constant(wasm::LocalLeaf) { return false; }
  static bool is_constant(wasm::ConstantLeaf) { return true; }
  static std::uint64_t bits_of(const Value& v) { return v.bits; }
  static std::uint64_t bits_of(wasm::LocalLeaf) { return 0; }
  static std::uint64_t bits_of(wasm::ConstantLeaf leaf) { return leaf.bits; }
  void pop(wasm::LocalLeaf) {}
  void pop(wasm::ConstantLeaf) {}
  static bool is_temp_at(const Value& v, std::uint32_t slot) {
    return v.kind == Value::Kind::temp && v.home == slot;
  }
  static bool is_temp_at(wasm::LocalLeaf, std::uint32_t) { return false; }
  static bool is_temp_at(wasm::ConstantLeaf, std::uint32_t) { return false; }
  template <class A, class B>
  [[gnu::always_inline]] void scalar_pair(const ScalarForm& form, A& a, B& b, PairForm& pair);
  [[gnu::noinline]] void turn_constant(const ScalarForm& form, Value& a, Value& b);
  const Handler* scalar_row(wasm::Op op) const {
    return scalar_rows_[static_cast<std::size_t>(op) - first_scalar];
  }
  static const SequenceKey* scalar_keys(wasm::Op op) {
    return sequence_keys.forms[static_cast<std::size_t>(op) - first_scalar].data();
  }
  std::uint32_t emit_comparison(const Condition& c, bool when, bool poll);
  std::uint32_t emit_test(const Condition& c, bool when, bool poll);
  void describe_pair(std::uint32_t at, const PairForm& form);
  void describe_unary(std::uint32_t at, Src src, std::uint32_t slot);
  bool takes_all_forms(wasm::Op op) const;
  [[gnu::always_inline]] PairForm pair_form(wasm::Op op, Value& a, Value& b);
  PairForm slots_form(Value& a, Value& b);
  [[gnu::always_inline]] std::uint32_t emit_pair(wasm::Op op, const PairForm& form,
                                                 Handler handler);
  static std::string pair_text(const PairForm& form);
  std::string operand_text(const Value& v, Src src) const;
  void load_acc_const(wasm::Kind type, std::uint64_t bits);

  // translator_vector.cpp
  Value vector_constant(Walker& w, wasm::Bits bits);
  Value replace_lane(Walker& w, wasm::Op op, std::uint8_t lane, Value& vector, Value& x);

  void take_stack();
  void give_stack();
  void charge_stack(Handler handler, std::string_view name);
  bool saves_stack_left() const {
    return options_.deterministic && runtime::saves_stack_left(frame_cost_);
  }

  // translator_control.cpp
  Condition take_condition(Value& condition);
  std::uint32_t emit_condition(const Condition& c, bool when, bool poll);
  void go_to(std::uint32_t at, std::uint32_t byte, Control& target, std::uint32_t position);
  bool needs_moves(Walker& w, const Control& target, std::size_t count);
  void move_results(Walker& w, const Control& target, std::size_t count);
  void emit_return(Walker& w);
  void emit_branch(Walker& w, Control& target);
  void branch_when(Walker& w, Control& target, const Condition& test, bool when, std::size_t count);
  void place_table(Walker& w, std::uint32_t at, std::span<const std::uint32_t> depths,
                   std::size_t count);
  Condition take_reference(Value& reference);
  void put_label();
  void charge(std::uint32_t offset);
  bool counts() const { return options_.hot_after > 1; }
  void count(Handler handler, std::uint32_t loop, std::string_view name);
  static bool is_function(const Control& c) { return c.kind == wasm::ControlKind::function; }
  bool polls(const Control& target) const {
    return options_.interruptible && target.kind == wasm::ControlKind::loop;
  }

  // translator_exceptions.cpp
  void enter_try(Control& c);
  void leave_try(Control& c);
  void add_clause(Walker& w, const Control& c, const wasm::CatchClause& clause);
  void land_in_caller(Walker& w, Control& c);
  const wasm::FuncType& tag_type(wasm::TagIdx tag) const {
    return module_->func_type(module_->tags[tag.value].type);
  }

  // translator_calls.cpp
  std::uint32_t place_args(Walker& w, Operands args);
  void finish_call(Walker& w, bool is_tail, Operands results);

  // translator_memory.cpp
  struct AddressForm {
    Addr form;
    std::uint32_t a = 0;
    std::uint32_t second = 0;  ///< slot or constant
    std::uint32_t offset = 0;

    /// What follows a and b.
    std::uint64_t rest() const { return offset | std::uint64_t{second} << 32; }
  };
  static std::size_t load_row(wasm::Op op) {
    return static_cast<std::size_t>(op) - AccessRows::first_load;
  }
  bool is_plain_load(wasm::Op op, const wasm::MemArg& arg) const;
  Value emit_load(Walker& w, wasm::Op op, AddressForm form);
  bool is_fast(wasm::MemIdx memory) const { return memory.value == 0 && fast_memory_; }
  Value load_rare(Walker& w, wasm::Op op, const wasm::MemArg& arg, Value address);
  [[gnu::always_inline]] AddressForm address_form(Value& address, std::uint64_t offset);
  AddressForm folded_address(Value& address, std::uint64_t offset);
  void describe_address(std::uint32_t at, const AddressForm& form);
  bool fold_sum(const Value& address, AddressForm& form);
  [[gnu::always_inline]] void put_address(std::uint32_t at, const AddressForm& form);
  AddressForm store_address_of_constant(Value& address, Value& value, std::uint64_t offset);
  AddressForm slot_address(Value& address, std::uint64_t offset);
  static std::string address_text(const AddressForm& form);
  void put_any_address(std::uint32_t at, const wasm::MemArg& arg, std::uint32_t slot);
  Value load_any(Walker& w, wasm::Op op, const wasm::MemArg& arg, Value address);
  void store_any(wasm::Op op, const wasm::MemArg& arg, Value address, Value value);
  void emit_bulk(Walker& w, wasm::Op op, Handler handler, Operands args, std::uint32_t first,
                 std::uint32_t second, Operands results);

  // translator_references.cpp
  Value unchanged(Walker& w, Value v);
  std::uint32_t emit_cast(Handler handler, std::uint32_t slot, wasm::ValType type,
                          std::string_view name);
  Value ref_test(Walker& w, wasm::Op op, Value reference, wasm::ValType type);
  Value ref_cast(Walker& w, wasm::Op op, Value reference, wasm::ValType type);
  Value ref_as_non_null(Walker& w, Value reference);
  Value i31_op(Walker& w, wasm::Op op, Value v);

  // translator_gc.cpp
  using Storage = wasm::ValType;
  Value struct_get(Walker& w, wasm::Op op, std::uint32_t offset, Storage storage, Value object);
  void struct_set(wasm::Op op, std::uint32_t offset, Storage storage, Value object, Value value);
  Value array_get(Walker& w, wasm::Op op, Storage storage, Value array, Value index);
  void array_set(wasm::Op op, Storage storage, Value array, Value index, Value value);
  Value array_len(Walker& w, Value array);
  void access(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args, Operands results);
  void access_vector(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args,
                     Operands results);
  std::uint32_t emit_on_slots(Walker& w, wasm::Op op, Handler handler, std::uint32_t words,
                              Operands args);
  void emit_new(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args,
                Operands results);
  void emit_array_bulk(Walker& w, wasm::Op op, const wasm::Immediates& imm, Operands args);

  Trace::Text* text_at(std::uint32_t at) { return trace_ ? trace_->text(at) : nullptr; }
  /// Begins an instruction, and notes it in the trace.
  std::uint32_t emit(Handler handler, std::uint32_t words, std::string_view name,
                     SequenceKey key = unknown_key);
  std::uint32_t emit(Handler handler, std::uint32_t words, wasm::Op op,
                     SequenceKey key = unknown_key);
  /// What a listing shows of the operands of the instruction at `at`.
  template <class... Args>
  void describe(std::uint32_t at, Pattern<Args...> text, const Args&... args) {
    if (trace_) [[unlikely]]
      describe_values(at, text.text(), value_types<Args...>,
                      PatternValues<Args...>{args...}.data());
  }
  void describe_values(std::uint32_t at, const char* text, std::uint64_t types,
                       const PatternValue* values);
  void put_slot(std::uint32_t at, std::uint32_t byte, std::uint32_t slot);
  /// The frame has this slot.
  void reach(std::uint32_t slot) { max_slot_ = std::max(max_slot_, slot); }

  const wasm::ModuleData* module_ = nullptr;
  CodeOptions options_;
  const std::vector<runtime::StructLayout>* layouts_ = nullptr;
  Walker walker_;
  Emitter code_;
  Trace* trace_ = nullptr;
  runtime::FrameLayout layout_;
  const ScalarRows& scalar_rows_ = scalar_rows();
  const BranchRows& branch_rows_ = branch_rows();
  const AccessRows& access_rows_ = access_rows();
  std::array<Acc, 4> acc_;                         // by AccClass
  bool others_known_ = false;                      // one that isn't the integers' may hold a slot
  Producer last_;                                  // none if `at` is; the rest is what it was
  std::uint32_t last_emitted_ = none;              // position of the last instruction
  wasm::ScratchStack<std::uint32_t> alias_heads_;  // by slot: the newest alias's operand index
  // By an alias's operand index: that of the next older.
  wasm::ScratchStack<std::uint32_t> next_alias_;
  std::vector<std::uint32_t> sums_;  // operands that were sums when they were pushed
  std::vector<bool> unset_;          // by slot: a local that is zero, and not yet written
  bool plain_locals_ = false;        // their indices are slots, and all have values
  std::uint32_t leaf_locals_ = 0;    // so many have values, and may be taken as leaves
  bool in_prologue_ = false;         // nothing has branched yet
  bool watches_ = false;             // instructions are to be heard of before they are done
  bool is_elaborate_ = false;        // numbers are listed, or their NaNs made canonical
  bool is_unwritten_ = false;        // last_ is a condition for the next branch, never emitted
  std::uint32_t clean_ = 0;          // operands below this index are temps at home
  std::uint32_t max_slot_ = 0;
  bool wide_locals_ = false;              // some take two slots
  bool fast_memory_ = false;              // memory 0, 32-bit and unshared: it is in registers
  bool common_vectors_ = true;            // has_common_vectors(), if it matters
  std::vector<std::uint32_t> run_slots_;  // first slot of each run of locals
  std::vector<wasm::FuelBlock> fuel_;
  std::size_t next_fuel_ = 0;
  CatchTable catches_;
  std::uint32_t legacy_depth_ = 0;               // tries of the older kind that are open
  std::uint32_t kept_exceptions_ = 0;            // slots for them, after the locals
  std::uint32_t kept_at_ = 0;                    // the first of those
  wasm::FrameCost frame_cost_;                   // in deterministic engines
  bool keeps_too_few_ = false;                   // a rethrow found none
  const wasm::FuncType* caught_type_ = nullptr;  // of the tag of the present catch
  std::vector<std::uint32_t> landings_;          // of a br_table, by depth; none between tables
};

}  // namespace wrun::inline v0::interp

#include "lib/interp/translator.inl"
