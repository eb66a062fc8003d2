#pragma once

// What has to be known of a function before its graph is built: which locals each block, loop and
// if assigns, and whether the function can be compiled at all.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jit/options.hpp"
#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::jit {

/// A walker client; its memory is kept from function to function.
class Prescan : public wasm::NullClient<> {
 public:
  using Walker = wasm::FunctionWalker<Prescan, wasm::Trust::yes>;

  Prescan() : walker_(*this) {}

  /// Nothing, if the function can be compiled.
  std::optional<Unsupported> run(const wasm::ModuleData& module, wasm::FuncIdx function,
                                 std::optional<std::uint32_t> osr_offset);
  /// Of a function that `caller` calls, perhaps by way of others.
  std::optional<Unsupported> run_inlined(const wasm::ModuleData& module, wasm::FuncIdx function,
                                         wasm::FuncIdx caller) {
    caller_ = caller;
    return run(module, function, std::nullopt);
  }

  /// The locals that construct number `i`, in the order of the opening instructions, assigns;
  /// ascending.
  std::span<const std::uint32_t> assigned(std::size_t i) const {
    return std::span(sets_).subspan(constructs_[i].first, constructs_[i].count);
  }
  /// Whether the loop that is entered from an interpreter's frame is in it, or is it.
  bool holds_entry(std::size_t i) const { return constructs_[i].holds_entry; }
  /// How many loops are around that one, itself included; 0 if there is none.
  std::uint32_t entry_depth() const { return entry_depth_; }
  /// How many values all labels together may have, parameters and arguments for them: more is
  /// refused, so that time and memory stay linear in the function's size.
  std::size_t budget() const { return budget_; }
  /// How many of those come of its size.
  static std::size_t budget_of(std::uint32_t bytes) { return std::size_t{4} * bytes; }
  /// Exceptions that catches keep for rethrows, in locals behind the function's own.
  std::uint32_t kept() const { return kept_.value_or(0); }
  /// Neither catches anything nor calls in its own place.
  bool is_inlinable() const { return is_inlinable_; }
  /// In how many places it calls itself.
  std::uint32_t own_calls() const { return own_calls_; }

  /// Whether it calls what it may become a part of.
  bool calls_back() const { return calls_back_; }

  // The walker's callbacks
  void begin(Walker& w);
  void block(Walker&, Control& c) { open(c); }
  void if_(Walker&, Control& c, Value) { open(c); }
  void loop(Walker& w, Control& c);
  void try_table(Walker&, Control& c, std::span<const wasm::CatchClause>) {
    is_inlinable_ = false;
    open(c);
  }
  void legacy_try(Walker&, Control& c);
  void legacy_catch(Walker& w, Control& c, wasm::Op op, wasm::TagIdx tag, bool reached);
  void end(Walker& w, Control& c, bool reached);
  void call(Walker&, wasm::Op op, wasm::FuncIdx callee, const wasm::FuncType&, Operands, Operands) {
    is_inlinable_ &= op == wasm::Op::call;
    own_calls_ += callee == function_;
    calls_back_ |= callee == caller_;
  }
  void call_indirect(Walker&, wasm::Op op, wasm::TypeIdx, wasm::TableIdx, Value, Operands,
                     Operands) {
    is_inlinable_ &= op == wasm::Op::call_indirect;
  }
  void call_ref(Walker&, wasm::Op op, wasm::TypeIdx, Value, Operands, Operands) {
    is_inlinable_ &= op == wasm::Op::call_ref;
  }
  void local_set(Walker&, wasm::LocalIdx index, wasm::ValType, Value) { assign(index.value); }
  Value local_tee(Walker&, wasm::LocalIdx index, wasm::ValType, Value) {
    assign(index.value);
    return {};
  }

 private:
  struct Construct {
    std::uint32_t first = 0;  // in sets_
    std::uint32_t count = 0;
    bool holds_entry = false;
  };
  struct Open {
    std::uint32_t construct;
    std::size_t log_begin;
    bool is_loop;
  };

  void open(const Control& c);
  void assign(std::uint32_t local) {
    if (!open_.empty()) log_.push_back(local);
  }
  void refuse(const Walker& w, std::string reason);
  Walker walker_;
  std::vector<Construct> constructs_;
  std::vector<Open> open_;
  std::vector<std::uint32_t> log_;  // assignments in the open constructs
  std::vector<std::uint32_t> sets_;
  std::optional<std::uint32_t> osr_offset_;
  std::uint32_t entry_depth_ = 0;
  std::optional<Unsupported> unsupported_;
  std::size_t budget_ = 0;
  wasm::FuncIdx function_;
  std::optional<std::uint32_t> kept_;  // once it is asked for
  std::uint32_t legacy_depth_ = 0;
  bool is_inlinable_ = true;
  std::uint32_t own_calls_ = 0;
  wasm::FuncIdx caller_;
  bool calls_back_ = false;
};

}  // namespace wrun::inline v0::jit
