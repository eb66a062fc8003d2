#include "jit/builder.hpp"
#include "jit/layout.hpp"
#include "jit/types.hpp"
#include "jit/upper_bound.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr Place memory_shape{Alias::memory_shape, 0};
constexpr Place table_shape{Alias::table_shape, 0};
constexpr Place table_element{Alias::table_element, 0};
constexpr std::uint64_t max_end = std::uint64_t{1} << 62;

/// The bytes that a memory has at least, which may be more than any memory can have.
std::uint64_t least_size(const wasm::MemoryType& type) {
  if (type.limits.min >= max_end >> type.page_size_log2) return max_end;
  return type.limits.min << type.page_size_log2;
}

}  // namespace

Value Builder::memory_at(std::uint32_t index) {
  if (index == 0) return emit_.field(Type::i64, instance_, layout::instance_memory0);
  const Value memories = emit_.field(Type::i64, instance_, layout::instance_memories);
  return emit_.field(Type::i64, memories, std::uint64_t{index} * layout::word);
}

Value Builder::table_at(std::uint32_t index) {
  const Value tables = emit_.field(Type::i64, instance_, layout::instance_tables);
  return emit_.field(Type::i64, tables, std::uint64_t{index} * layout::word);
}

Value Builder::memory_size(std::uint32_t index) {
  return emit_.read(Type::i64, memory_at(index), layout::memory_size, memory_shape);
}

bool Builder::has_guard(std::uint32_t memory) const {
  return !options_.explicit_bounds && runtime::has_guard(module_->memories[memory]);
}

/// Memories with guard pages never move: where the function begins, the base is found once for all
/// its accesses.
Value Builder::memory_base(std::uint32_t memory) {
  if (!has_guard(memory))
    return emit_.read(Type::i64, memory_at(memory), layout::memory_base, memory_shape);
  if (bases_.size() <= memory) bases_.resize(memory + std::size_t{1}, Value::none);
  if (bases_[memory] != Value::none) return bases_[memory];
  Value at = instance_;
  const auto follow = [&](std::uint64_t offset) {
    Inst field;
    field.op = Opcode::field;
    field.type = Type::i64;
    field.imm = offset;
    const Value made = graph_.make(field, std::span(&at, 1));
    graph_.insert_after(bases_end_, made);
    at = bases_end_ = made;
  };
  if (memory == 0) {
    follow(layout::instance_memory0);
  } else {
    follow(layout::instance_memories);
    follow(std::uint64_t{memory} * layout::word);
  }
  follow(layout::memory_base);
  return bases_[memory] = at;
}

/// What is added to a smaller number becomes a part of the offset where the sum can't wrap, and
/// guard pages reach as far.
Builder::Address Builder::fold_address(const wasm::MemArg& arg, Value address,
                                       std::uint64_t width) const {
  constexpr std::uint64_t most = 0xffff'ffff;
  Address folded{address, arg.offset};
  while (graph_.at(folded.index).op == opcode(Op::i32_add)) {
    const auto args = graph_.args(graph_.at(folded.index));
    const auto added = emit_.constant_of(args[1]);
    if (!added || *added + folded.offset > runtime::guarded_offset - width ||
        upper_bound(graph_, args[0]) > most - *added)
      break;
    folded = {args[0], folded.offset + *added};
  }
  return folded;
}

/// Checks an access of memory, where guard pages don't.
Builder::Access Builder::access(Op op, const wasm::MemArg& arg, Value address) {
  const std::uint32_t memory = arg.memory.value;
  const wasm::MemoryType& type = module_->memories[memory];
  const std::uint64_t width = wasm::access_width(wasm::walk_row(op).imm);
  if (arg.offset > max_end) {
    emit_.trap(TrapCode::out_of_bounds_memory_access);
    emit_.start(add_block(loop_depth_));
    return {emit_.i64(0), address, arg.offset, 0};
  }
  const Address at = fold_address(arg, address, width);
  const std::uint64_t end = at.offset + width;
  // Who waits and who is woken is found by address: nothing is touched.
  const wasm::Shape shape = wasm::walk_row(op).shape;
  const bool touches = shape != wasm::Shape::atomic_notify && shape != wasm::Shape::atomic_wait;
  const bool is_guarded = has_guard(memory) && touches;
  std::uint8_t flags = 0;
  const auto known = emit_.constant_of(at.index);
  if (known && *known < max_end && *known + end <= least_size(type)) {
    flags = never_traps;
  } else if (!is_guarded || at.offset > runtime::guarded_offset - width) {
    // The interpreter reports addresses in the memory that it keeps at hand only.
    const std::uint8_t unreported = memory == 0 && !type.limits.is_64 ? 0 : no_address;
    if (type.is_shared) {
      check_shared(at.index, memory, end, at.offset, least_size(type));
    } else {
      emit_.bounds_check(at.index, memory_size(memory), end, at.offset, memory, unreported);
    }
    flags = guarded;
  }
  return {memory_base(memory), at.index, at.offset, flags};
}

Value Builder::load(Walker&, Op op, const wasm::MemArg& arg, Value address) {
  const Access a = access(op, arg, address);
  const Type type = type_of(wasm::walk_row(op).results[0]);
  return emit_.load(op, type, a.base, a.index, a.offset, arg.memory.value, a.flags);
}

void Builder::store(Walker&, Op op, const wasm::MemArg& arg, Value address, Value value) {
  const Access a = access(op, arg, address);
  emit_.store(op, a.base, a.index, value, a.offset, arg.memory.value, a.flags);
}

Value Builder::size_as_address(Value size, bool is_64) {
  return is_64 ? size : emit_.numeric(Op::i32_wrap_i64, size);
}

/// Calls a helper with the instance, indices and the operands.
void Builder::call_bulk(Walker&, Helper helper, std::initializer_list<std::uint32_t> indices,
                        Operands args, Operands results) {
  values_.assign(1, instance_);
  for (const std::uint32_t index : indices) values_.push_back(emit_.i32(index));
  for (const Operand& arg : args) values_.push_back(arg.value);
  const Type type = results.empty() ? Type::none : type_of(results[0].type);
  const bool moves = helper != Helper::memory_grow && helper != Helper::memory_size &&
                     helper != Helper::data_drop && helper != Helper::elem_drop &&
                     helper != Helper::table_set;
  const Value made = emit_.helper(helper, type, values_, options_.fuel && moves);
  if (!results.empty()) results[0].value = made;
}

void Builder::memory_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                        Operands results) {
  switch (op) {
    case Op::memory_size: {
      const wasm::MemoryType& type = module_->memories[imm.index];
      if (type.is_shared) return call_bulk(w, Helper::memory_size, {imm.index}, args, results);
      const Value pages =
          emit_.numeric(Op::i64_shr_u, memory_size(imm.index), emit_.i64(type.page_size_log2));
      results[0].value = size_as_address(pages, type.limits.is_64);
      return;
    }
    case Op::memory_grow:
      return call_bulk(w, Helper::memory_grow, {imm.index}, args, results);
    case Op::memory_fill:
      return call_bulk(w, Helper::memory_fill, {imm.index}, args, results);
    case Op::memory_copy:
      return call_bulk(w, Helper::memory_copy, {imm.index, imm.index2}, args, results);
    case Op::memory_init:
      return call_bulk(w, Helper::memory_init, {imm.index2, imm.index}, args, results);
    default:
      return call_bulk(w, Helper::data_drop, {imm.index}, args, results);
  }
}

/// An element of a table, whose index is checked.
Value Builder::element_at(std::uint32_t table, Value index, TrapCode out_of_bounds) {
  const bool is_64 = module_->tables[table].type.limits.is_64;
  const Value at = table_at(table);
  const Value size = emit_.read(Type::i64, at, layout::table_size, table_shape);
  const Value wide = is_64 ? index : emit_.numeric(Op::i64_extend_i32_u, index);
  emit_.trap_if(emit_.numeric(Op::i64_ge_u, wide, size), out_of_bounds);
  const Value elements = emit_.read(Type::i64, at, layout::table_elements, table_shape);
  const Value element = emit_.offset(elements, wide, layout::word);
  return emit_.read(Type::i64, element, 0, table_element, guarded);
}

void Builder::table_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                       Operands results) {
  switch (op) {
    case Op::table_get:
      results[0].value = element_at(imm.index, args[0].value, TrapCode::out_of_bounds_table_access);
      return;
    case Op::table_size: {
      const Value size =
          emit_.read(Type::i64, table_at(imm.index), layout::table_size, table_shape);
      results[0].value = size_as_address(size, module_->tables[imm.index].type.limits.is_64);
      return;
    }
    case Op::table_set:
      return call_bulk(w, Helper::table_set, {imm.index}, args, results);
    case Op::table_grow:
      return call_bulk(w, Helper::table_grow, {imm.index}, args, results);
    case Op::table_fill:
      return call_bulk(w, Helper::table_fill, {imm.index}, args, results);
    case Op::table_copy:
      return call_bulk(w, Helper::table_copy, {imm.index, imm.index2}, args, results);
    case Op::table_init:
      return call_bulk(w, Helper::table_init, {imm.index2, imm.index}, args, results);
    default:
      return call_bulk(w, Helper::elem_drop, {imm.index}, args, results);
  }
}

}  // namespace wrun::inline v0::jit
