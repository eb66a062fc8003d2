#pragma once

// FunctionWalker: blocks, branches, calls and exceptions.
//
// https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

constexpr bool is_tail_call(Op op) {
  return op == Op::return_call || op == Op::return_call_indirect || op == Op::return_call_ref;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::block(ControlKind kind) {
  const bool is_plain = skip_plain_type();
  Control& control = is_plain ? push_plain_control(kind) : push_control(kind, read_block_type());
  if (!live()) return;
  if (kind == ControlKind::block) return client_.block(*this, control);
  if (kind == ControlKind::loop) return client_.loop(*this, control);
  client_.legacy_try(*this, control);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::if_() {
  const bool is_plain = skip_plain_type();
  const BlockType type = is_plain ? BlockType() : read_block_type();
  const Value condition = pop_value(Kind::i32);
  Control& control =
      is_plain ? push_plain_control(ControlKind::if_) : push_control(ControlKind::if_, type);
  if (live()) client_.if_(*this, control, condition);
  if constexpr (saves_params())
    for (const Operand& param : operands(type.params().size())) saved_params_.push(param);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::else_() {
  Control& control = innermost();
  if (trust == Trust::no && control.kind != ControlKind::if_)
    return malformed("END opcode expected: else outside of if");
  check_end(control);
  const bool reached = live_;
  if (control.live) client_.else_(*this, control, reached);
  control.targeted |= reached;
  control.kind = ControlKind::else_;
  restart(control);
  const auto params = control.params();
  for (std::uint32_t i = 0; i < params.size(); ++i) {
    if constexpr (saves_params())
      push(params[i], else_params(control)[i].value);
    else if constexpr (std::is_empty_v<Value>)
      push(params[i]);
    else
      push(params[i], control.live ? client_.else_param(*this, control, i) : Value{});
  }
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::end() {
  Control& control = innermost();
  check_end(control);
  if (control.kind == ControlKind::if_) {
    const auto params = control.params();
    const auto results = control.results();
    if (trust == Trust::no &&
        !std::equal(params.begin(), params.end(), results.begin(), results.end(),
                    [this](ValType param, ValType result) { return is_a(param, result); }))
      report_type_mismatch(*errors_, offset(), "if without else", results, params);
    control.targeted |= control.live;
  }
  if (!ok()) return;
  const bool reached = live_;
  if (control.live) client_.end(*this, control, reached);
  end_block(control, reached);
}

/// Leaves a block: its results are on the stack.
template <class C, Trust trust>
void FunctionWalker<C, trust>::end_block(Control& control, bool reached) {
  const auto results = control.results();
  const bool jumped_to = control.kind != ControlKind::loop && control.targeted;
  if (control.kind == ControlKind::function) {
    truncate(control);
  } else if (reached && !jumped_to) {
    if (!results.empty()) retype(results);
  } else {
    truncate(control);
    for (std::uint32_t i = 0; i < results.size(); ++i)
      push(results[i], jumped_to ? client_.result(*this, control, i) : Value{});
  }
  reset_inits(control.init_base);
  saved_params_.truncate(control.else_base);
  live_ = reached || jumped_to;
  controls_.truncate(controls_.size() - 1);
  floor_ = controls_.empty() ? 0 : innermost().base;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::try_table() {
  const BlockType type = read_block_type();
  if (!read_catches()) return;
  Control& control = push_control(ControlKind::try_table, type);
  if (!live()) return;
  for (const CatchClause& clause : catches_) label(clause.label).targeted = true;
  client_.try_table(*this, control, catches_);
}

/// https://webassembly.github.io/exception-handling/legacy/core/
template <class C, Trust trust>
void FunctionWalker<C, trust>::legacy_catch(Op op) {
  TagIdx tag;
  if (op == Op::catch_ && !read_tag(tag)) return;
  Control& control = innermost();
  if (trust == Trust::no && control.kind != ControlKind::legacy_try &&
      control.kind != ControlKind::legacy_catch)
    return malformed("END opcode expected: {} outside of try", info(op).text());
  check_end(control);
  const bool reached = live_;
  if (control.live) client_.legacy_catch(*this, control, op, tag, reached);
  control.targeted |= reached;
  control.kind = op == Op::catch_ ? ControlKind::legacy_catch : ControlKind::legacy_catch_all;
  restart(control);
  if (op != Op::catch_) return;
  const auto& params = module_->func_type(module_->tags[tag.value].type).params;
  for (std::uint32_t i = 0; i < params.size(); ++i)
    push(params[i], control.live ? client_.caught(*this, control, i) : Value{});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::legacy_rethrow() {
  Control* target = read_label();
  if (!target) return;
  if (trust == Trust::no && target->kind != ControlKind::legacy_catch &&
      target->kind != ControlKind::legacy_catch_all)
    return invalid("invalid rethrow label: not that of a catch");
  if (live()) client_.legacy_rethrow(*this, *target);
  end_path();
}

/// Its label is relative to the block around the try.
template <class C, Trust trust>
void FunctionWalker<C, trust>::legacy_delegate() {
  LabelIdx outer;
  if (!read_index(outer, controls_.size() - 1, "label")) return;
  Control& control = innermost();
  if (trust == Trust::no && control.kind != ControlKind::legacy_try)
    return malformed("END opcode expected: delegate outside of try");
  check_end(control);
  if (!ok()) return;
  const bool reached = live_;
  if (control.live) {
    client_.legacy_delegate(*this, control, label(outer.value + 1));
    client_.end(*this, control, reached);
  }
  end_block(control, reached);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::br() {
  Control* target = read_label();
  if (!target) return;
  branch(*target);
  if (live()) client_.br(*this, *target);
  end_path();
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::br_if() {
  Control* target = read_label();
  if (!target) return;
  const Value condition = pop_value(Kind::i32);
  branch(*target);
  if (live()) client_.br_if(*this, *target, condition);
  if (target->label_count() != 0) retype(target->label_types());
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_br_table() {
  targets_.clear();
  for (std::uint64_t left = std::uint64_t{reader_.u32()} + 1; left != 0; --left) {
    LabelIdx index;
    if (!read_index(index, controls_.size(), "label")) return false;
    targets_.push_back(index.value);
  }
  return true;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::br_table() {
  if (!read_br_table()) return;
  const Value index = pop_value(Kind::i32);
  const std::size_t arity = label(targets_.back()).label_types().size();
  const ValType* checked = nullptr;  // many labels share their types
  for (const std::uint32_t depth : targets_) {
    Control& target = label(depth);
    if (live()) target.targeted = true;
    if constexpr (trust == Trust::yes) continue;
    const auto types = target.label_types();
    if (types.size() != arity)
      return invalid("type mismatch: br_table's labels take {} and {} values", types.size(), arity);
    if (types.data() != checked) top(types);
    checked = types.data();
    if (!ok()) return;
  }
  if (live()) client_.br_table(*this, targets_, index);
  end_path();
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::return_() {
  top(controls_[0].results());
  if (live()) client_.return_(*this);
  end_path();
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::unreachable() {
  if (live()) client_.unreachable(*this);
  end_path();
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::br_on_null() {
  Control* target = read_label();
  if (!target) return;
  const Operand reference = *pop_ref();
  branch(*target);
  Value value{};
  if (live()) value = client_.br_on_null(*this, *target, reference.value);
  retype(target->label_types());
  push(reference.type.with_null(false), value);
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::br_on_non_null() {
  Control* target = read_label();
  if (!target) return;
  const auto expected = target->label_types();
  if (trust == Trust::no && (expected.empty() || !expected.back().is_ref()))
    return invalid("type mismatch: br_on_non_null's label takes no reference");
  const Operand reference = *pop_ref();
  push(reference.type.with_null(false), reference.value);
  branch(*target);
  if (live()) client_.br_on_non_null(*this, *target);
  retype(expected);
  pop_any(1);
}

/// https://webassembly.github.io/spec/core/valid/instructions.html#valid-br-on-cast
template <class C, Trust trust>
void FunctionWalker<C, trust>::br_on_cast(Op op) {
  const std::uint32_t start = reader_.offset();
  const std::uint8_t flags = reader_.u8();
  if (trust == Trust::no && flags > 3) return reader_.fail(start, "malformed br_on_cast flags");
  Control* target = read_label();
  if (!target) return;
  const ValType from = ValType::ref(types().heap_type(), (flags & 1) != 0);
  const ValType to = ValType::ref(types().heap_type(), (flags & 2) != 0);
  if (!ok()) return;
  const ValType rest = to.is_nullable() ? from.with_null(false) : from;
  const ValType taken = op == Op::br_on_cast ? to : rest;
  const ValType stays = op == Op::br_on_cast ? rest : to;
  const auto expected = target->label_types();
  if constexpr (trust == Trust::no) {
    if (!is_a(to, from))
      return report_type_mismatch(*errors_, start, "br_on_cast", std::span(&from, 1),
                                  std::span(&to, 1));
    if (expected.empty())
      return invalid("type mismatch: {}'s label takes no value", info(op).text());
    top(std::span(&from, 1));
  }
  operands_.back().type = taken;
  branch(*target);
  if (live()) client_.br_on_cast(*this, op, *target, from, to);
  retype(expected);
  operands_.back().type = stays;
}

/// Pops the arguments and pushes the results of a call; a tail call ends the path.
template <class C, Trust trust>
template <class Tell>
void FunctionWalker<C, trust>::finish_call(Op op, const FuncType& type, Tell&& tell) {
  const std::span<const ValType> params(type.params);
  Operand* args = pop(params);
  const bool tail = is_tail_call(op);
  if (trust == Trust::no && tail) {
    const auto expected = controls_[0].results();
    if (!std::equal(type.results.begin(), type.results.end(), expected.begin(), expected.end(),
                    [this](ValType found, ValType wanted) { return is_a(found, wanted); }))
      report_type_mismatch(*errors_, offset(), "function", expected, type.results);
  }
  const Operands results =
      prepare_results(tail ? std::span<const ValType>() : std::span<const ValType>(type.results));
  if (live()) tell(Operands(args, params.size()), results);
  push_results(results);
  if (tail) end_path();
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::call(Op op) {
  FuncIdx callee;
  if (!read_func(callee)) return;
  const FuncType& type = module_->type_of(callee);
  finish_call(op, type, [&](Operands args, Operands results) {
    client_.call(*this, op, callee, type, args, results);
  });
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::call_indirect(Op op) {
  TypeIdx type;
  TableIdx table;
  if (!read_type(type, CompositeKind::func, "a function") || !read_table(table)) return;
  if (trust == Trust::no && !is_a(module_->tables[table.value].type.element, funcref))
    return invalid("type mismatch: call_indirect needs a table of functions, not of {}",
                   to_text(module_->tables[table.value].type.element));
  const Value index = pop_value(table_address(table));
  finish_call(op, type_at(type).func, [&](Operands args, Operands results) {
    client_.call_indirect(*this, op, type, table, index, args, results);
  });
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::call_ref(Op op) {
  TypeIdx type;
  if (!read_type(type, CompositeKind::func, "a function")) return;
  const Value callee = pop_value(ValType::ref(HeapType(type), true));
  finish_call(op, type_at(type).func, [&](Operands args, Operands results) {
    client_.call_ref(*this, op, type, callee, args, results);
  });
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::throw_() {
  TagIdx tag;
  if (!read_tag(tag)) return;
  const std::span<const ValType> params(module_->func_type(module_->tags[tag.value].type).params);
  Operand* args = pop(params);
  if (live()) client_.throw_(*this, tag, Operands(args, params.size()));
  end_path();
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::throw_ref() {
  const Value exception = pop_value(ValType::ref(AbstractHeap::exn, true));
  if (live()) client_.throw_ref(*this, exception);
  end_path();
}

}  // namespace wrun::inline v0::wasm
