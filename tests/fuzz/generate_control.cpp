// Statements: what leaves the operand stack as it was.

#include "tests/fuzz/function_generator.hpp"

namespace wrun::inline v0::fuzz {

using wasm::Op;

void FunctionGenerator::statements(unsigned depth) {
  if (depth == 0) return;
  for (std::uint32_t count = source_.below(6); count > 0 && !source_.empty(); --count)
    statement(depth - 1);
}

void FunctionGenerator::statement(unsigned depth) {
  if (plan_.structures && source_.chance(1, 8)) return heap_statement(depth);
  if (plan_.exceptions && source_.chance(1, 12)) return try_(depth);
  switch (source_.below(27)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return assign(depth);
    case 4:
    case 5:
    case 6:
      return store(depth);
    case 7:
    case 8:
      return if_statement(depth);
    case 9:
    case 10:
    case 11: {
      const bool is_loop = source_.chance(2, 3);
      const std::string results = any_types(3);
      is_loop ? loop(results, depth) : block(results, depth);
      if (results.size() == 1) sink(results);
      return;
    }
    case 12:
    case 13:
      return branch(depth);
    case 14:
      return switch_(depth);
    case 15:
    case 16:
      return leave(depth);
    case 17:
    case 18:
      return call_statement(depth);
    case 19:
      return bulk(depth);
    case 20:
      return table_statement(depth);
    case 21:
      return plan_.exceptions ? try_(depth) : op(Op::nop);
    case 23:
      if (plan_.structures) return heap_statement(depth);
      if (plan_.atomics) return op(Op::atomic_fence), code_.byte(0);
      return assign(depth);
    case 25:
    case 26:
      return element_loop(depth);
    case 22:
      return plan_.exceptions ? legacy_try(depth) : assign(depth);
    default: {
      const char type = any_type();
      value(type, depth);
      return op(Op::drop);
    }
  }
}

void FunctionGenerator::assign(unsigned depth) {
  const auto globals = static_cast<std::uint32_t>(plan_.globals.size());
  std::uint32_t local = 0;
  const char type = any_type();
  if (plan_.structures && source_.chance(1, 12)) {
    value('s', depth);
    value('I', depth);
    op_index(Op::struct_set, struct_type);
    return code_.unsigned_leb(1);
  }
  if (source_.chance(1, 4) && globals > first_free_global) {
    const std::uint32_t global = first_free_global + source_.below(globals - first_free_global);
    value(plan_.globals[global], depth);
    return op_index(Op::global_set, global);
  }
  value(type, depth);
  if (pick_local(type, local)) return set(local);
  op(Op::drop);
}

void FunctionGenerator::if_statement(unsigned depth) {
  const std::string results = any_types(2);
  const bool has_else = !results.empty() || source_.chance(1, 2);
  condition(depth);
  op(Op::if_);
  block_type({"", results});
  push_label(results);
  statements(depth);
  values(results, depth);
  if (has_else) {
    op(Op::else_);
    statements(depth);
    values(results, depth);
  }
  labels_.pop_back();
  op(Op::end);
  sink(results);
}

/// A block whose results stay if there is one, as value() wants it.
void FunctionGenerator::block(const std::string& results, unsigned depth) {
  const std::string params = source_.chance(1, 3) ? any_types(3) : "";
  values(params, depth);
  op(Op::block);
  block_type({params, results});
  push_label(results);
  sink(params);
  statements(depth);
  values(results, depth);
  labels_.pop_back();
  op(Op::end);
  if (results.size() != 1) sink(results);
}

void FunctionGenerator::turn(const Label& label) {
  const bool is_64 = locals_[label.counter] == 'I';
  get(label.counter);
  op(is_64 ? Op::i64_const : Op::i32_const);
  code_.signed_leb(1);
  op(is_64 ? Op::i64_sub : Op::i32_sub);
  op_index(Op::local_tee, label.counter);
  op(is_64 ? Op::i64_const : Op::i32_const);
  code_.signed_leb(0);
  op(is_64 ? Op::i64_gt_s : Op::i32_gt_s);
}

void FunctionGenerator::loop(const std::string& results, unsigned depth) {
  constexpr std::uint32_t most_loops = 12;
  if (++loops_ > most_loops) return block(results, depth);
  const std::string params = source_.chance(1, 4) ? any_types(3) : "";
  const bool is_64 = source_.chance(1, 4);
  const std::int32_t turns =
      1 + static_cast<std::int32_t>(source_.chance(1, 6) ? source_.below(400) : source_.below(12));
  const std::uint32_t counter = new_local(is_64 ? 'I' : 'i');
  op_index(Op::global_get, budget_global);
  i32_const(turns);
  op(Op::i32_sub);
  op_index(Op::global_set, budget_global);
  for (const std::int32_t bound : {turns, 1}) {
    op(is_64 ? Op::i64_const : Op::i32_const);
    code_.signed_leb(bound);
  }
  op_index(Op::global_get, budget_global);
  i32_const(0);
  op(Op::i32_gt_s);
  op(Op::select);
  set(counter);
  values(params, depth);
  op(Op::loop);
  block_type({params, results});
  push_label(params, true, counter);
  const Label label = labels_.back();
  sink(params);
  statements(depth);
  values(results, depth);
  values(params, depth);
  turn(label);
  op_index(Op::br_if, 0);
  for (std::size_t i = 0; i < params.size(); ++i) op(Op::drop);
  labels_.pop_back();
  op(Op::end);
  if (results.size() != 1) sink(results);
}

/// A conditional branch out of a block, or on to a loop's next turn.
void FunctionGenerator::branch(unsigned depth) {
  const auto count = static_cast<std::uint32_t>(labels_.size());
  const std::uint32_t target = source_.below(count);
  const Label label = labels_[target];
  values(label.types, depth);
  if (label.is_loop)
    turn(label);
  else
    condition(depth);
  op_index(Op::br_if, count - 1 - target);
  sink(label.types);
}

/// Nested blocks, and a br_table that leaves one of them, with or without a value.
void FunctionGenerator::switch_(unsigned depth) {
  const std::uint32_t cases = 1 + source_.below(5);
  const std::string types = any_types(1);
  for (std::uint32_t i = 0; i < cases; ++i) {
    op(Op::block);
    block_type({"", types});
    push_label(types);
  }
  values(types, depth);
  condition(depth);
  if (source_.chance(2, 3)) {
    i32_const(7);
    op(Op::i32_and);
  }
  const std::uint32_t entries = source_.below(7);
  op_index(Op::br_table, entries);
  for (std::uint32_t i = 0; i <= entries; ++i) code_.unsigned_leb(source_.below(cases));
  for (std::uint32_t i = 0; i < cases; ++i) {
    labels_.pop_back();
    op(Op::end);
    sink(types);
    if (i + 1 == cases) break;
    statements(depth > 1 ? depth - 1 : depth);
    values(types, depth);
  }
}

/// Where a condition holds, leaves for good.
void FunctionGenerator::leave(unsigned depth) {
  const auto count = static_cast<std::uint32_t>(labels_.size());
  condition(depth);
  op(Op::if_);
  code_.byte(0x40);
  push_label("");
  statements(depth);
  switch (source_.below(6)) {
    case 0:
    case 1: {
      const std::uint32_t target = source_.below(count);
      if (labels_[target].is_loop) break;
      values(labels_[target].types, depth);
      op_index(Op::br, count - target);
      break;
    }
    case 2:
      values(results_, depth);
      op(Op::return_);
      break;
    case 3:
      tail_call(depth);
      break;
    case 4:
      if (plan_.exceptions)
        throw_(source_.below(static_cast<std::uint32_t>(plan_.tags.size())), depth);
      break;
    default:
      if (source_.chance(1, 3)) op(Op::unreachable);
      break;
  }
  statements(depth > 1 ? 1 : 0);
  labels_.pop_back();
  op(Op::end);
}

void FunctionGenerator::tail_call(unsigned depth) {
  const auto count = static_cast<std::uint32_t>(plan_.functions.size());
  const std::uint32_t first = source_.below(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t function = (first + i) % count;
    if (plan_.signature(function).results != results_) continue;
    values(plan_.signature(function).params, depth);
    set_depth(1);
    return call_somehow(function, true, depth);
  }
}

void FunctionGenerator::throw_(std::uint32_t tag, unsigned depth) {
  values(plan_.tag_params(tag), depth);
  op_index(Op::throw_, tag);
}

/// A try_table of one or two clauses for labels of the same types, which may be further out.
void FunctionGenerator::try_(unsigned depth) {
  const std::uint32_t tag = source_.below(static_cast<std::uint32_t>(plan_.tags.size()));
  const std::uint32_t kind = source_.below(4);
  std::string types = kind < 2 ? plan_.tag_params(tag) : "";
  if (kind % 2 == 1) types += 'e';
  op(Op::block);
  block_type({"", types});
  push_label(types);
  const bool is_nested = source_.chance(1, 4);
  if (is_nested) {
    // Catches something else, or nothing at all.
    op(Op::try_table);
    code_.byte(0x40);
    code_.unsigned_leb(0);
    push_label("");
  }
  op(Op::try_table);
  code_.byte(0x40);
  const std::uint32_t clauses = 1 + source_.below(2);
  code_.unsigned_leb(clauses);
  for (std::uint32_t i = 0; i < clauses; ++i) {
    code_.byte(static_cast<std::uint8_t>(kind));
    if (kind < 2) code_.unsigned_leb(tag);
    code_.unsigned_leb(is_nested ? 1 : 0);
  }
  push_label("");
  statements(depth + 1);
  if (source_.chance(1, 2)) {
    condition(depth);
    op(Op::if_);
    code_.byte(0x40);
    push_label("");
    throw_(tag, depth);
    labels_.pop_back();
    op(Op::end);
  }
  for (int i = 0; i <= (is_nested ? 1 : 0); ++i) {
    labels_.pop_back();
    op(Op::end);
  }
  values(types, depth);
  labels_.pop_back();
  op(Op::end);
  if (kind % 2 == 1) throw_again(depth);
  sink(types);
  set_depth(0);
}

/// The exception on top, perhaps.
void FunctionGenerator::throw_again(unsigned depth) {
  if (!source_.chance(1, 3)) return;
  condition(depth);
  op(Op::if_);
  block_type({"e", "e"});
  op(Op::throw_ref);
  op(Op::end);
}

void FunctionGenerator::legacy_try(unsigned depth) {
  const std::uint32_t tag = source_.below(static_cast<std::uint32_t>(plan_.tags.size()));
  op(Op::try_);
  code_.byte(0x40);
  push_label("");
  statements(depth + 1);
  if (source_.chance(1, 6)) {
    op_index(Op::delegate, labels_.size() - 2);
    labels_.pop_back();
    return set_depth(0);
  }
  op_index(Op::catch_, tag);
  sink(plan_.tag_params(tag));
  set_depth(0);
  statements(depth);
  if (source_.chance(1, 3)) {
    op(Op::catch_all);
    set_depth(0);
    statements(depth);
    if (source_.chance(1, 3)) op_index(Op::rethrow, 0);
  }
  labels_.pop_back();
  op(Op::end);
  set_depth(0);
}

void FunctionGenerator::call_somehow(std::uint32_t function, bool is_tail, unsigned depth) {
  const std::uint32_t type = plan_.functions[function];
  switch (source_.below(4)) {
    case 2:
      if (!is_tail && source_.chance(1, 12))
        near_end(false, plan_.table_size, depth > 2 ? 2 : depth);
      else
        i32_const(static_cast<std::int32_t>(function % plan_.table_size));
      op_index(is_tail ? Op::return_call_indirect : Op::call_indirect, type);
      return code_.unsigned_leb(0);
    case 3:
      op_index(Op::ref_func, function);
      return op_index(is_tail ? Op::return_call_ref : Op::call_ref, type);
    default:
      return op_index(is_tail ? Op::return_call : Op::call, function);
  }
}

void FunctionGenerator::call(std::uint32_t function, unsigned depth) {
  values(plan_.signature(function).params, depth);
  set_depth(1);
  call_somehow(function, false, depth);
  set_depth(0);
}

void FunctionGenerator::call_statement(unsigned depth) {
  const std::uint32_t function = source_.below(static_cast<std::uint32_t>(plan_.functions.size()));
  const std::string results = plan_.signature(function).results;
  call(function, depth);
  sink(results);
}

}  // namespace wrun::inline v0::fuzz
