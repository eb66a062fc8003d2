#pragma once

// One function's body.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/module_plan.hpp"
#include "tests/fuzz/wasm_writer.hpp"

namespace wrun::inline v0::fuzz {

class FunctionGenerator {
 public:
  FunctionGenerator(ByteSource& source, Plan& plan, OpCounts& counts)
      : source_(source), plan_(plan), counts_(counts) {}

  /// A body with its locals, without its size.
  WasmWriter run(std::uint32_t function);
  /// One that calls itself without end, and computes before and after.
  WasmWriter run_deep(std::uint32_t function, std::uint32_t other);

 private:
  using Op = wasm::Op;
  struct Label {
    std::string types;  ///< what a branch takes along
    bool is_loop = false;
    std::uint32_t counter = 0;  ///< of a loop
  };

  // function_generator.cpp: what the others are made of
  void begin(std::uint32_t function);
  WasmWriter finish();
  void op(Op which) {
    code_.op(which);
    ++counts_[static_cast<std::size_t>(which)];
  }
  void op_index(Op which, std::uint64_t index) {
    op(which);
    code_.unsigned_leb(index);
  }
  void i32_const(std::int32_t value);
  void constant(char type);
  void nothing(char type);  ///< its zero or null
  std::uint32_t new_local(char type);
  /// A local of that type that isn't reserved, or none.
  bool pick_local(char type, std::uint32_t& index);
  std::uint32_t scratch(char type);
  void get(std::uint32_t local) { op_index(Op::local_get, local); }
  void set(std::uint32_t local) { op_index(Op::local_set, local); }
  void sink(std::string_view types);
  void canonical(char type);
  /// Where instructions make nothing but the canonical NaN, another one in its place.
  std::uint64_t odd_nan(std::uint64_t bits, std::uint64_t canonical, std::uint64_t odd) const {
    return plan_.canonical_nans && bits == canonical ? odd : bits;
  }
  void block_type(const Signature& signature);
  void entry_checks(std::string_view results);
  char any_type();
  std::string any_types(std::uint32_t most);
  void push_label(std::string types, bool is_loop = false, std::uint32_t counter = 0) {
    labels_.push_back({std::move(types), is_loop, counter});
  }

  // generate_values.cpp: any value of a type
  void value(char type, unsigned depth);
  /// A copy of the types, because generating may add some.
  void values(std::string types, unsigned depth);
  void leaf(char type);
  void operator_value(char type, unsigned depth);
  void select_value(char type, unsigned depth);
  void special_value(char type, unsigned depth);
  void integer_value(unsigned depth);
  void reference_value(char type, unsigned depth);
  void branch_value(char type, unsigned depth);
  void condition(unsigned depth) { value('i', depth); }
  void call_value(char type, unsigned depth);

  // generate_operators.cpp: instructions by their signatures
  Op pick_operator(std::string_view results, bool is_memory);
  void operate(Op which, unsigned depth);
  void operand(Op which, char type, unsigned depth);
  void guard_divisor(Op which, char type);
  void immediates(Op which, std::uint32_t memory);
  void address(const MemoryPlan& memory, bool is_atomic, unsigned depth);
  std::uint32_t pick_memory();
  void store(unsigned depth);
  void show(char type);
  void bulk(unsigned depth);
  void near_end(bool is_64, std::uint32_t below, unsigned depth);
  void table_statement(unsigned depth);

  // generate_heap.cpp: structures, arrays, casts
  void heap_value(char type, unsigned depth);
  void any_value(unsigned depth);
  void downcast(char type, unsigned depth);
  void not_null(char type, unsigned depth);
  void new_array(char type, unsigned depth);
  void element(char type, unsigned depth);
  void heap_number(char type, unsigned depth);
  void heap_statement(unsigned depth);
  void set_field(unsigned depth);
  void set_element(unsigned depth);
  void array_bulk(unsigned depth);
  void bulk_on(char type, unsigned depth);
  void cast_branch(unsigned depth);
  void null_branch(unsigned depth);
  void heap_type(char type);

  // generate_elements.cpp: loops over arrays
  struct ElementLoop;
  void element_loop(unsigned depth);
  void element_places(const ElementLoop& loop, unsigned depth);
  void element_turns(std::uint32_t count, std::int32_t turns);
  void element(const ElementLoop& loop, std::uint32_t number);

  // generate_control.cpp
  void statements(unsigned depth);
  void statement(unsigned depth);
  void assign(unsigned depth);
  void if_statement(unsigned depth);
  void block(const std::string& results, unsigned depth);
  void loop(const std::string& results, unsigned depth);
  void turn(const Label& loop);
  void branch(unsigned depth);
  void switch_(unsigned depth);
  void leave(unsigned depth);
  void tail_call(unsigned depth);
  void try_(unsigned depth);
  void legacy_try(unsigned depth);
  void throw_(std::uint32_t tag, unsigned depth);
  void throw_again(unsigned depth);
  void call(std::uint32_t function, unsigned depth);
  void call_somehow(std::uint32_t function, bool is_tail, unsigned depth);
  void call_statement(unsigned depth);
  void set_depth(std::int32_t more);

  ByteSource& source_;
  Plan& plan_;
  OpCounts& counts_;
  WasmWriter code_;
  std::string locals_;
  std::vector<bool> reserved_;
  std::uint32_t params_ = 0;
  std::uint32_t depth_local_ = 0;
  bool stays_interpreted_ = false;  ///< for its many locals: tiers call each other for good then
  std::uint32_t loops_ = 0;
  std::string results_;
  std::vector<Label> labels_;
  std::array<std::uint32_t, 128> scratch_{};
};

/// The index of a letter's type, if the module defines that.
std::uint32_t heap_type_of(char type);
bool is_defined(char type);
/// The letters' encodings.
void write_type(WasmWriter& writer, char type);
void write_types(WasmWriter& writer, std::string_view types);
/// The instruction that makes a type's zero or null.
wasm::Op write_zero(WasmWriter& writer, char type);

}  // namespace wrun::inline v0::fuzz
