#pragma once

// The one walk over function bodies and constant expressions: it decodes instructions, keeps the
// operand and control stacks, and tells a client of what is reachable (walker_client.hpp has the
// callbacks). With Trust::no it validates as it goes; with Trust::yes it believes the bytes, skips
// unreachable code, and still knows the types.
//
// A walker may be used for any number of functions, of any module, one after the other; it keeps
// its memory. It takes no more of the C++ stack for deeper nesting.
//
// https://webassembly.github.io/spec/core/appendix/algorithm.html

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lib/wasm/decoder.hpp"
#include "lib/wasm/feature_check.hpp"
#include "lib/wasm/instruction.hpp"
#include "lib/wasm/module_data.hpp"
#include "lib/wasm/opcode.hpp"
#include "lib/wasm/reader.hpp"
#include "lib/wasm/type_reader.hpp"
#include "lib/wasm/type_text.hpp"
#include "lib/wasm/walk_table.hpp"
#include "lib/wasm/walker_client.hpp"
#include "lib/wasm/walker_errors.hpp"
#include "lib/wasm/walker_stacks.hpp"

namespace wrun::inline v0::wasm {

template <class C, Trust trust>
class FunctionWalker {
 public:
  using Client = C;
  using Value = typename C::Value;
  using Label = typename C::Label;
  using Operand = BasicOperand<Value>;
  using Operands = std::span<Operand>;
  using Control = BasicControl<Label>;

  explicit FunctionWalker(C& client) requires(trust == Trust::yes) : client_(client) {}
  /// Adds the features that were seen in use to `used`.
  FunctionWalker(C& client, const DecodeOptions& options, Features& used,
                 Errors& errors) requires(trust == Trust::no)
      : client_(client),
        features_(std::in_place, options.features, used, errors),
        errors_(&errors),
        max_locals_(options.limits.locals) {}

  /// Walks the body of a function that isn't imported. False: the error is in `errors`.
  bool function(const ModuleData& module, FuncIdx index);

  /// Walks the constant expression at `begin`, of type [] -> [type], which may use the globals
  /// below `visible_globals`. It must end before `end`; end_offset() is where it did.
  bool expression(const ModuleData& module, std::uint32_t begin, std::uint32_t end, ValType type,
                  std::uint32_t visible_globals);
  /// Between functions: gives back what one with many operands or open blocks took.
  void shrink() {
    operands_.shrink();
    controls_.shrink();
    results_.shrink();
    saved_params_.shrink();
    inits_.shrink();
  }

  // For clients, from begin() to finish():
  const ModuleData& module() const { return *module_; }
  /// The function, unless this is an expression.
  FuncIdx function_index() const { return function_; }
  const FuncType& signature() const { return module_->type_of(function_); }
  const LocalTypes& locals() const { return locals_; }
  /// Of the current instruction, in bytes from the module's start.
  std::uint32_t offset() const { return reader_.offset_of(instruction_); }
  /// Just after what was read so far.
  std::uint32_t end_offset() const { return reader_.offset(); }
  /// Whether a branch on the topmost operand comes next. Trusted walks only.
  bool is_before_condition() const {
    const Rule rule = one_byte_rules[*reader_.place()];
    return rule == Rule::br_if || rule == Rule::if_;
  }
  /// Whether the current code is reachable.
  bool live() const { return trust == Trust::yes || live_; }

  /// Slots in use: the slot of the next operand to be pushed.
  std::uint32_t height() const { return height_; }
  std::uint32_t operand_count() const { return operands_.size(); }
  /// All operands of the function, the topmost last.
  Operands operands() { return operands_.from(0); }
  /// The topmost `count` operands.
  Operands operands(std::size_t count) {
    return operands_.from(operands_.size() - static_cast<std::uint32_t>(count));
  }
  /// The number of control entries, the function's included.
  std::uint32_t depth() const { return controls_.size(); }
  /// The control entry `depth` levels out from the innermost.
  Control& label(std::uint32_t depth) { return controls_[controls_.size() - 1 - depth]; }
  Control& label(LabelIdx index) { return label(index.value); }
  /// Whether the parameters of open ifs are remembered: deep nesting takes much memory then.
  static constexpr bool saves_params() {
    return !std::is_empty_v<Value> && !requires(C & client, FunctionWalker & w, Control & c) {
      client.else_param(w, c, 0u);
    };
  }
  /// The parameters of an if without else, as they were after if_(); for end() of clients whose
  /// values are remembered.
  Operands else_params(const Control& control) requires(saves_params()) {
    return {saved_params_.data() + control.else_base, control.params().size()};
  }

 private:
  using Types = std::initializer_list<ValType>;
  static std::span<const ValType> span_of(Types types) { return {types.begin(), types.size()}; }

  // walker_stack.inl: the stacks, and what types may be on them
  [[gnu::always_inline]] inline void push(ValType type, Value value = {});
  [[gnu::always_inline]] inline void push(ValType type, Value value, std::uint32_t slots);
  void push_results(Operands results);
  template <class List>
  Operand* top(const List& types);
  template <class List>
  Operand* pop(const List& types);
  Operand* pop(Types types) { return pop(span_of(types)); }
  [[gnu::always_inline]] inline Operand* pop_one(ValType type);
  [[gnu::always_inline]] inline Operand* pop_two(ValType a, ValType b);
  [[gnu::always_inline]] inline Operand* drop_top(std::uint32_t count);
  [[gnu::noinline]] Operand* pop_slowly(ValType type) { return pop(std::span(&type, 1)); }
  [[gnu::noinline]] Operand* pop_slowly(ValType a, ValType b) { return pop({a, b}); }
  [[gnu::always_inline]] Value pop_value(ValType type) { return pop_one(type)->value; }
  Operand* pop_any(std::uint32_t count);
  Operand* pop_ref();
  void unpop();
  void truncate(const Control& control);
  void fill(std::uint32_t count);
  bool is_a(ValType found, ValType expected);
  bool is_a_slow(ValType found, ValType expected);
  template <class List>
  void mismatch(const List& expected, std::string_view who = "instruction");
  void report_mismatch(std::span<const ValType> wanted, std::string_view who);
  bool expect(const Operand& operand, ValType type);
  Operands prepare_results(std::span<const ValType> types);
  void retype(std::span<const ValType> types);
  Control& push_control(ControlKind kind, const BlockType& type);
  Control& push_plain_control(ControlKind kind);
  void check_end(Control& control);
  void branch(Control& target);
  void end_path();
  void restart(Control& control);
  void reset_inits(std::uint32_t base);

  // walker_immediates.inl: what follows an opcode
  Op read_op();
  Op op_of(std::uint8_t byte);
  Op read_prefixed_op(std::uint8_t prefix);
  TypeReader<trust> types();
  BlockType read_block_type();
  bool skip_plain_type();
  [[gnu::always_inline]] inline bool read_memarg(Imm imm, MemArg& memarg, bool atomic = false);
  [[gnu::noinline]] bool read_memarg_slowly(Imm imm, MemArg& memarg, bool atomic);
  bool check_memarg(Imm imm, const MemArg& memarg, bool atomic);
  template <class Index>
  bool read_index(Index& index, std::size_t count, std::string_view what);
  bool read_local(LocalIdx& index) { return read_index(index, locals_.size(), "local"); }
  bool read_func(FuncIdx& index) {
    return read_index(index, module_->functions.size(), "function");
  }
  bool read_global(GlobalIdx& index);
  bool read_tag(TagIdx& index) { return read_index(index, module_->tags.size(), "tag"); }
  bool read_elem(ElemIdx& index);
  bool read_data(DataIdx& index);
  bool read_table(TableIdx& index, Feature other = Feature::reference_types);
  bool read_memory(MemIdx& index);
  bool read_type(TypeIdx& index, CompositeKind kind, std::string_view what);
  Control* read_label();
  std::uint8_t read_lane(unsigned count);
  bool read_catches();
  bool check_catch(const CatchClause& clause);
  void skip_immediates(Op op);
  [[gnu::noinline]] void skip_unreachable();
  ValType memory_address(MemIdx index) const {
    return module_->memories[index.value].address_kind();
  }
  ValType table_address(TableIdx index) const {
    return module_->tables[index.value].type.address_kind();
  }
  const SubType& type_at(TypeIdx index) const { return module_->types.types[index.value]; }

  // walker_control.inl
  void block(ControlKind kind);
  void if_();
  void else_();
  void end();
  void end_block(Control& control, bool reached);
  void try_table();
  void legacy_catch(Op op);
  void legacy_rethrow();
  void legacy_delegate();
  void br();
  void br_if();
  void br_table();
  bool read_br_table();
  void return_();
  void unreachable();
  void br_on_null();
  void br_on_non_null();
  void br_on_cast(Op op);
  void call(Op op);
  void call_indirect(Op op);
  void call_ref(Op op);
  template <class Tell>
  void finish_call(Op op, const FuncType& type, Tell&& tell);
  void throw_();
  void throw_ref();

  // walker_values.inl
  void drop();
  void select(Op op);
  [[gnu::always_inline]] inline void local_get();
  [[gnu::always_inline]] inline void local_set();
  [[gnu::always_inline]] inline void local_tee();
  [[gnu::always_inline]] inline void mark_initialized(LocalIdx local);
  void global_get();
  void global_set();
  [[gnu::always_inline]] inline void scalar(Op op, ValType type, std::uint64_t bits);
  void constant(Op op, const WalkRow& row);
  [[gnu::always_inline]] inline void unary(Op op, const WalkRow& row);
  [[gnu::always_inline]] inline void binary(Op op, const WalkRow& row);
  void numeric(Op op, const WalkRow& row);
  void numeric_pair(Op op, const WalkRow& row);
  void lane(Op op, const WalkRow& row);
  void shuffle(const WalkRow& row);

  // walker_memory.inl
  [[gnu::always_inline]] inline void load(Op op, const WalkRow& row);
  [[gnu::always_inline]] inline void store(Op op, const WalkRow& row);
  void load_lane(Op op, const WalkRow& row);
  void store_lane(Op op, const WalkRow& row);
  void atomic(Op op, const WalkRow& row);
  void atomic_fence();
  template <class Tell>
  void operate(std::span<const ValType> params, std::span<const ValType> results, Tell&& tell);
  void memory(Op op, const Immediates& imm, Types params, Types results);
  void table(Op op, const Immediates& imm, Types params, Types results);
  void memory_op(Op op);
  void memory_copy(Op op);
  void memory_init(Op op);
  void data_drop(Op op);
  void table_op(Op op);
  void table_copy(Op op);
  void table_init(Op op);
  void elem_drop(Op op);

  // walker_references.inl
  void reference(Op op, const Immediates& imm, Types params, Types results);
  void aggregate(Op op, const Immediates& imm, std::span<const ValType> params,
                 std::span<const ValType> results);
  void aggregate(Op op, const Immediates& imm, Types params, Types results) {
    aggregate(op, imm, span_of(params), span_of(results));
  }
  void ref_null(Op op);
  void ref_is_null(Op op);
  void ref_func(Op op);
  void ref_as_non_null(Op op);
  void ref_test(Op op);
  void convert_extern(Op op);
  HeapType top_of(HeapType heap) const;
  void struct_new(Op op);
  void struct_access(Op op);
  const FieldType* read_array(TypeIdx& index, bool written = false);
  bool read_array_segment(bool is_data, const FieldType& element, std::uint32_t& segment);
  bool check_packed(ValType storage, bool plain);
  void array_new(Op op);
  void array_new_fixed(Op op);
  void array_new_segment(Op op);
  void array_get(Op op);
  void array_set(Op op);
  void array_copy(Op op);
  void array_init(Op op);

  // walker_leaves.inl
  void go_on_at(const std::uint8_t* at);
  [[gnu::always_inline]] inline bool pass_local();
  template <class Leaf>
  [[gnu::always_inline]] inline bool pass(const std::uint8_t* at, Leaf leaf);
  template <class Leaf>
  [[gnu::always_inline]] inline bool pass_two(const std::uint8_t* at, LocalLeaf first, Leaf second);
  [[gnu::always_inline]] inline void deliver(ValType type, Value value);
  [[gnu::always_inline]] inline void deliver(ValType type, Value value, std::uint32_t slots);
  [[gnu::noinline]] void put_into_local(ValType type, Value value);

  // walker_quick.inl
  void set_top(const Operand* top);
  void open_plain_block(const std::uint8_t* at, const Operand* top, ControlKind kind);
  bool closes_plain_block();
  void prepare_quick();
  void check_quickly();

  // walker_run.inl
  void start(const ModuleData& module, std::uint32_t begin, std::uint32_t end);
  void read_locals(const FuncType& type);
  void track_inits(std::uint32_t params);
  bool run();
  [[gnu::always_inline]] inline void step(Op op, Rule rule);
  [[gnu::noinline]] void step_slowly(std::uint8_t byte);
  void dispatch(Op op, const WalkRow& row);
  void dispatch_rest(Op op, const WalkRow& row);
  void dispatch_reference(Op op, const WalkRow& row);
  bool allow_in_expression(Op op);

  bool ok() const { return trust == Trust::yes || errors_->ok(); }
  template <class... Args>
  void invalid(Pattern<Args...> message, const Args&... args) {
    errors_->invalid(offset(), message, args...);
  }
  template <class... Args>
  void malformed(Pattern<Args...> message, const Args&... args) {
    errors_->malformed(offset(), message, args...);
  }
  bool has(Feature feature) const { return trust == Trust::yes || features_->has(feature); }
  void need(Feature feature, std::string_view what) {
    if constexpr (trust == Trust::no) features_->need(feature, offset(), what);
  }
  Control& innermost() { return controls_.back(); }

  C& client_;
  std::optional<FeatureCheck> features_;  // Trust::no
  Errors* errors_ = nullptr;
  std::uint32_t max_locals_ = 0;

  const ModuleData* module_ = nullptr;
  Reader<trust> reader_{{}, 0, 0, nullptr};
  FuncIdx function_;
  LocalTypes locals_;
  const std::uint8_t* instruction_ = nullptr;  // the current one
  std::uint32_t floor_ = 0;                    // operands below belong to outer blocks
  std::uint32_t height_ = 0;
  bool live_ = true;
  bool constant_only_ = false;
  bool tracks_inits_ = false;
  std::uint32_t visible_globals_ = 0;

  /// The types of the first ones; for check_quickly().
  [[no_unique_address]] std::conditional_t<C::hears_common, Empty, std::array<ValType, 0x80>>
      quick_locals_{};
  ScratchStack<Operand> operands_;
  ScratchStack<Control> controls_;
  ScratchStack<Operand> results_;
  ScratchStack<Operand> saved_params_;  // of the ifs that are open
  std::vector<std::uint32_t> targets_;  // of a br_table
  std::vector<CatchClause> catches_;
  std::vector<ValType> types_;
  std::vector<bool> initialized_;      // locals without default value
  ScratchStack<std::uint32_t> inits_;  // those that were initialised, in order
};

}  // namespace wrun::inline v0::wasm

#include "lib/wasm/walker_control.inl"
#include "lib/wasm/walker_immediates.inl"
#include "lib/wasm/walker_leaves.inl"
#include "lib/wasm/walker_memory.inl"
#include "lib/wasm/walker_quick.inl"
#include "lib/wasm/walker_references.inl"
#include "lib/wasm/walker_run.inl"
#include "lib/wasm/walker_stack.inl"
#include "lib/wasm/walker_values.inl"
