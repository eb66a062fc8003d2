// Values of a given type.

#include "tests/fuzz/function_generator.hpp"

namespace wrun::inline v0::fuzz {

using wasm::Op;

namespace {

bool is_number(char type) {
  return std::string_view("iIfF").find(type) != std::string_view::npos;
}

bool is_reference(char type) {
  return std::string_view("rxestblSpy").find(type) != std::string_view::npos;
}

}  // namespace

void FunctionGenerator::values(std::string types, unsigned depth) {
  for (const char type : types) value(type, depth);
}

void FunctionGenerator::leaf(char type) {
  std::uint32_t local = 0;
  if (!source_.empty() && !source_.chance(1, 4) && pick_local(type, local)) return get(local);
  constant(type);
}

void FunctionGenerator::value(char type, unsigned depth) {
  if (depth == 0 || source_.empty()) return leaf(type);
  --depth;
  switch (source_.below(16)) {
    case 0:
    case 1:
    case 2:
      return leaf(type);
    case 3: {
      std::uint32_t local = 0;
      value(type, depth);
      if (pick_local(type, local)) op_index(Op::local_tee, local);
      return;
    }
    case 4:
      return select_value(type, depth);
    case 5:
      return special_value(type, depth);
    case 6:
      return branch_value(type, depth);
    case 7:
      return call_value(type, depth);
    case 8:
      if (source_.chance(1, 2)) return block(std::string(1, type), depth);
      return loop(std::string(1, type), depth);
    default:
      if (is_reference(type)) return reference_value(type, depth);
      return operator_value(type, depth);
  }
}

void FunctionGenerator::operator_value(char type, unsigned depth) {
  if (type == 'v' && !plan_.vectors) return leaf(type);
  if (plan_.structures && (type == 'i' || type == 'I' || type == 'F') && source_.chance(1, 6))
    return heap_number(type, depth);
  const bool is_memory = source_.below(5) == 4;
  if (type == 'I' && source_.chance(1, 16)) {
    operate(pick_operator("II", false), depth);
    return op(source_.chance(1, 2) ? Op::i64_xor : Op::drop);
  }
  operate(pick_operator(std::string_view(&type, 1), is_memory), depth);
}

void FunctionGenerator::select_value(char type, unsigned depth) {
  value(type, depth);
  value(type, depth);
  condition(depth);
  if (!is_reference(type)) return op(Op::select);
  op_index(Op::select_t, 1);
  write_type(code_, type);
}

void FunctionGenerator::special_value(char type, unsigned depth) {
  const auto globals = static_cast<std::uint32_t>(plan_.globals.size());
  const std::uint32_t first = source_.below(globals);
  for (std::uint32_t i = 0; i < globals; ++i) {
    const std::uint32_t index = (first + i) % globals;
    if (index < first_free_global || plan_.globals[index] != type || source_.chance(1, 4)) continue;
    return op_index(Op::global_get, index);
  }
  if (type == 'i') return integer_value(depth);
  if (is_reference(type)) return reference_value(type, depth);
  operator_value(type, depth);
}

void FunctionGenerator::integer_value(unsigned depth) {
  const std::uint32_t memory = pick_memory();
  const bool is_64 = plan_.memories[memory].is_64;
  switch (source_.below(7)) {
    case 0:
      op_index(Op::memory_size, memory);
      if (is_64) op(Op::i32_wrap_i64);
      return;
    case 1:
      near_end(is_64, 2, depth);
      op_index(Op::memory_grow, memory);
      if (is_64) op(Op::i32_wrap_i64);
      return;
    case 2:
      return op_index(Op::table_size, source_.below(2));
    case 3:
      value(any_type() == 'r' ? 'r' : 'x', depth);
      return op(Op::ref_is_null);
    case 4:
    case 5:
      return plan_.structures ? heap_number('i', depth) : constant('i');
    default:
      value('I', depth);
      return op(Op::i32_wrap_i64);
  }
}

void FunctionGenerator::reference_value(char type, unsigned depth) {
  const auto functions = static_cast<std::uint32_t>(plan_.functions.size());
  switch (type) {
    case 'r':
      if (source_.chance(1, 2)) return op_index(Op::ref_func, source_.below(functions));
      near_end(false, plan_.table_size, depth);
      return op_index(Op::table_get, 0);
    case 'x':
      near_end(false, plan_.table_size, depth);
      return op_index(Op::table_get, 1);
    case 'e':
      return leaf(type);
    default:
      return heap_value(type, depth);
  }
}

/// br_if to a label that takes one such value, which stays if the branch isn't taken.
void FunctionGenerator::branch_value(char type, unsigned depth) {
  const auto count = static_cast<std::uint32_t>(labels_.size());
  const std::uint32_t first = source_.below(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t target = (first + i) % count;
    if (labels_[target].is_loop || labels_[target].types != std::string_view(&type, 1)) continue;
    value(type, depth);
    condition(depth);
    return op_index(Op::br_if, count - 1 - target);
  }
  if (is_number(type) || type == 'v') return operator_value(type, depth);
  reference_value(type, depth);
}

/// A call of a function whose first result is such a value.
void FunctionGenerator::call_value(char type, unsigned depth) {
  const auto count = static_cast<std::uint32_t>(plan_.functions.size());
  const std::uint32_t first = source_.below(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t function = (first + i) % count;
    const std::string results = plan_.signature(function).results;
    if (results.empty() || results[0] != type) continue;
    call(function, depth);
    return sink(std::string_view(results).substr(1));
  }
  leaf(type);
}

}  // namespace wrun::inline v0::fuzz
