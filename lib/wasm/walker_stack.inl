#pragma once

// FunctionWalker: the operand and control stacks, and which types may be on them.
//
// https://webassembly.github.io/spec/core/appendix/algorithm.html#data-structures

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::push(ValType type, Value value) {
  push(type, value, type == Kind::v128 ? 2 : 1);
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::push(ValType type, Value value, std::uint32_t slots) {
  Operand& operand = operands_.push();
  operand.type = type;
  operand.height = height_;
  operand.value = value;
  if constexpr (!std::is_empty_v<Value>) height_ += slots;
}

/// Takes off operands whose types are known. They stay readable until something is pushed.
template <class C, Trust trust>
inline auto FunctionWalker<C, trust>::drop_top(std::uint32_t count) -> Operand* {
  const std::uint32_t size = operands_.size() - count;
  operands_.truncate(size);
  Operand* first = operands_.data() + size;
  height_ = first->height;
  return first;
}

template <class C, Trust trust>
inline auto FunctionWalker<C, trust>::pop_one(ValType type) -> Operand* {
  if (trust == Trust::no && (operands_.size() == floor_ || operands_.back().type != type))
      [[unlikely]]
    return pop_slowly(type);
  return drop_top(1);
}

template <class C, Trust trust>
inline auto FunctionWalker<C, trust>::pop_two(ValType a, ValType b) -> Operand* {
  if constexpr (trust == Trust::no) {
    const Operand* end = operands_.data() + operands_.size();
    if (operands_.size() - floor_ < 2 || end[-2].type != a || end[-1].type != b) [[unlikely]]
      return pop_slowly(a, b);
  }
  return drop_top(2);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::push_results(Operands results) {
  for (const Operand& result : results) push(result.type, result.value);
}

/// The topmost operands, which must have these types; they stay. There are as many as asked for
/// even after an error.
template <class C, Trust trust>
template <class List>
auto FunctionWalker<C, trust>::top(const List& types) -> Operand* {
  const auto count = static_cast<std::uint32_t>(types.size());
  if (trust == Trust::no && count != 0) {
    if (operands_.size() - floor_ < count) {
      if (!innermost().polymorphic) mismatch(types);
      fill(count);
    }
    const Operand* first = operands_.data() + operands_.size() - count;
    for (std::uint32_t i = 0; i < count; ++i)
      if (!is_a(first[i].type, types[i])) return mismatch(types), operands(count).data();
  }
  return operands_.data() + operands_.size() - count;
}

/// Pops operands of these types. They stay readable until something is pushed.
template <class C, Trust trust>
template <class List>
auto FunctionWalker<C, trust>::pop(const List& types) -> Operand* {
  Operand* first = top(types);
  if (types.size() == 0) return first;
  height_ = first->height;
  operands_.truncate(operands_.size() - static_cast<std::uint32_t>(types.size()));
  return first;
}

/// Pops operands of any type.
template <class C, Trust trust>
auto FunctionWalker<C, trust>::pop_any(std::uint32_t count) -> Operand* {
  if constexpr (trust == Trust::no) {
    if (operands_.size() - floor_ < count) {
      if (!innermost().polymorphic) mismatch(std::vector<ValType>(count, Kind::bottom));
      fill(count);
    }
  }
  operands_.truncate(operands_.size() - count);
  Operand* first = operands_.data() + operands_.size();
  height_ = first->height;
  return first;
}

/// Pops a reference of any type; in unreachable code it may be of the bottom type.
template <class C, Trust trust>
auto FunctionWalker<C, trust>::pop_ref() -> Operand* {
  Operand* operand = pop_any(1);
  if constexpr (trust == Trust::no) {
    if (operand->type == Kind::bottom) operand->type = ValType::ref(AbstractHeap::bottom, false);
    if (!operand->type.is_ref())
      invalid("type mismatch: instruction requires a reference but stack has [{}]",
              to_text(operand->type));
  }
  return operand;
}

/// Puts back the one operand that was popped last.
template <class C, Trust trust>
void FunctionWalker<C, trust>::unpop() {
  Operand& operand = operands_.push();
  height_ += slot_count(operand.type);
}

/// Makes the operands of unreachable code that were never pushed, so that `count` are there.
template <class C, Trust trust>
void FunctionWalker<C, trust>::fill(std::uint32_t count) {
  const Control& control = innermost();
  const std::uint32_t there = operands_.size() - control.base;
  operands_.insert(control.base, count - there, {Kind::bottom, control.height, {}});
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::is_a(ValType found, ValType expected) {
  return found == expected || is_a_slow(found, expected);
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::is_a_slow(ValType found, ValType expected) {
  if (found == Kind::bottom) return true;
  if (!found.is_ref() || !expected.is_ref()) return false;
  if (found.heap() == AbstractHeap::bottom) return !found.is_nullable() || expected.is_nullable();
  return module_->matches(found, expected);
}

template <class C, Trust trust>
template <class List>
void FunctionWalker<C, trust>::mismatch(const List& expected, std::string_view who) {
  report_mismatch(std::vector<ValType>(expected.begin(), expected.end()), who);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::report_mismatch(std::span<const ValType> wanted,
                                               std::string_view who) {
  if (!errors_->ok()) return;
  std::vector<ValType> found;
  const std::uint32_t there = operands_.size() - innermost().base;
  const std::uint32_t shown = who == "block"
                                  ? std::min(there, 20u)
                                  : std::min(there, static_cast<std::uint32_t>(wanted.size()));
  for (const Operand& operand : operands(shown)) found.push_back(operand.type);
  report_type_mismatch(*errors_, offset(), who, wanted, found);
}

/// Whether this operand is of `type`; an error if not.
template <class C, Trust trust>
bool FunctionWalker<C, trust>::expect(const Operand& operand, ValType type) {
  if (trust == Trust::yes || is_a(operand.type, type)) return true;
  report_type_mismatch(*errors_, offset(), "instruction", std::span(&type, 1),
                       std::span(&operand.type, 1));
  return false;
}

/// Results to be: types and heights as they will be pushed, values for the client to set.
template <class C, Trust trust>
auto FunctionWalker<C, trust>::prepare_results(std::span<const ValType> types) -> Operands {
  results_.clear();
  std::uint32_t height = height_;
  for (const ValType type : types) {
    results_.push({type, height, {}});
    height += slot_count(type);
  }
  return results_.from(0);
}

/// Gives the topmost operands these types, which theirs match.
template <class C, Trust trust>
void FunctionWalker<C, trust>::retype(std::span<const ValType> types) {
  Operand* first = operands_.data() + operands_.size() - types.size();
  for (std::size_t i = 0; i < types.size(); ++i) first[i].type = types[i];
}

/// Opens a block whose parameters are the topmost operands.
template <class C, Trust trust>
auto FunctionWalker<C, trust>::push_control(ControlKind kind, const BlockType& type) -> Control& {
  const auto params = type.params();
  if (params.empty()) {
    Control& control = push_plain_control(kind);
    control.type = type;
    return control;
  }
  const std::uint32_t height = top(params)->height;
  Control& control = push_plain_control(kind);
  control.type = type;
  control.base -= static_cast<std::uint32_t>(params.size());
  control.height = height;
  floor_ = control.base;
  retype(params);
  return control;
}

/// Opens a block of type [] -> [], as most are.
template <class C, Trust trust>
inline auto FunctionWalker<C, trust>::push_plain_control(ControlKind kind) -> Control& {
  Control& control = controls_.push();
  control.kind = kind;
  control.live = live_;
  control.polymorphic = false;
  control.targeted = false;
  control.base = operands_.size();
  control.height = height_;
  control.start = offset();
  control.init_base = inits_.size();
  control.else_base = saved_params_.size();
  control.type = BlockType();
  control.label = Label{};
  floor_ = control.base;
  return control;
}

/// At the end of a block or arm: its results, and nothing else, are on the stack.
template <class C, Trust trust>
void FunctionWalker<C, trust>::check_end(Control& control) {
  if constexpr (trust == Trust::no) {
    const auto results = control.results();
    const std::uint32_t there = operands_.size() - control.base;
    const bool fits = control.polymorphic ? there <= results.size() : there == results.size();
    if (!fits) return mismatch(results, "block");
    if (there < results.size()) fill(static_cast<std::uint32_t>(results.size()));
    const Operands found = operands(results.size());
    for (std::size_t i = 0; i < results.size(); ++i)
      if (!is_a(found[i].type, results[i])) return mismatch(results, "block");
  }
}

/// A branch to `target`: its values are on the stack, and stay.
template <class C, Trust trust>
void FunctionWalker<C, trust>::branch(Control& target) {
  if constexpr (trust == Trust::no) top(target.label_types());
  if (live()) target.targeted = true;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::truncate(const Control& control) {
  operands_.truncate(control.base);
  height_ = control.height;
}

/// What follows is unreachable.
template <class C, Trust trust>
void FunctionWalker<C, trust>::end_path() {
  truncate(innermost());
  innermost().polymorphic = true;
  live_ = false;
}

/// Begins the next arm of a block.
template <class C, Trust trust>
void FunctionWalker<C, trust>::restart(Control& control) {
  truncate(control);
  reset_inits(control.init_base);
  control.polymorphic = false;
  live_ = control.live;
}

/// Forgets which locals were initialised since there were `base` of them.
template <class C, Trust trust>
void FunctionWalker<C, trust>::reset_inits(std::uint32_t base) {
  if constexpr (trust == Trust::no) {
    for (const std::uint32_t local : inits_.from(base)) initialized_[local] = false;
    inits_.truncate(base);
  }
}

}  // namespace wrun::inline v0::wasm
