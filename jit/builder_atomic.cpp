// Atomic instructions, and what is special about shared memories.

#include <array>

#include "jit/builder.hpp"
#include "jit/layout.hpp"
#include "jit/types.hpp"
#include "lib/wasm/numeric_atomic.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

using wasm::Op;

namespace {

constexpr int distance_to_add(Op op, Op first, Op add) {
  return static_cast<int>(op) - static_cast<int>(first) + static_cast<int>(add);
}

/// An addition for a subtraction of the same width.
constexpr Op addition(Op subtraction) {
  return static_cast<Op>(
      distance_to_add(subtraction, Op::i32_atomic_rmw_sub, Op::i32_atomic_rmw_add));
}
static_assert(addition(Op::i64_atomic_rmw32_sub_u) == Op::i64_atomic_rmw32_add_u);

}  // namespace

/// An atomic access is aligned; only then it is asked whether it is in bounds.
void Builder::check_alignment(Value address, std::uint64_t offset, std::uint64_t width) {
  if (width == 1) return;
  const bool is_64 = graph_.at(address).type == Type::i64;
  const std::uint64_t low = offset & (width - 1);
  if (is_64) {
    const Value sum = emit_.numeric(Op::i64_add, address, emit_.i64(low));
    const Value rest = emit_.numeric(Op::i64_and, sum, emit_.i64(width - 1));
    return emit_.trap_if(emit_.numeric(Op::i32_wrap_i64, rest), TrapCode::unaligned_atomic);
  }
  const Value sum = emit_.numeric(Op::i32_add, address, emit_.i32(static_cast<std::uint32_t>(low)));
  const Value rest =
      emit_.numeric(Op::i32_and, sum, emit_.i32(static_cast<std::uint32_t>(width - 1)));
  emit_.trap_if(rest, TrapCode::unaligned_atomic);
}

Value Builder::address_in(Value address, std::uint64_t offset) {
  const bool is_64 = graph_.at(address).type == Type::i64;
  const Value wide = is_64 ? address : emit_.numeric(Op::i64_extend_i32_u, address);
  return emit_.numeric(Op::i64_add, wide, emit_.i64(offset));
}

void Builder::atomic_op(Walker&, Op op, const wasm::MemArg& arg, Operands args, Operands results) {
  const wasm::WalkRow& row = wasm::walk_row(op);
  const Value address = args[0].value;
  check_alignment(address, arg.offset, wasm::access_width(row.imm));
  const Access a = access(op, arg, address);
  if (row.shape == wasm::Shape::atomic_notify) {
    const Value words[] = {instance_, emit_.i32(arg.memory.value), address_in(address, arg.offset),
                           args[1].value};
    results[0].value = emit_.helper(Helper::memory_notify, Type::i32, words);
    return;
  }
  if (row.shape == wasm::Shape::atomic_wait) {
    if (!module_->memories[arg.memory.value].is_shared)
      emit_.trap_if(emit_.i32(1), TrapCode::expected_shared_memory);
    const Value words[] = {instance_, emit_.i32(arg.memory.value), address_in(address, arg.offset),
                           args[1].value, args[2].value};
    const Helper wait =
        op == Op::memory_atomic_wait64 ? Helper::memory_wait64 : Helper::memory_wait32;
    results[0].value = emit_.helper(wait, Type::i32, words);
    return;
  }
  values_ = {a.base, a.index};
  for (const Operand& operand : args.subspan(1)) values_.push_back(operand.value);
  if (row.shape == wasm::Shape::atomic_rmw && wasm::rmw_of(wasm::info(op)) == wasm::Rmw::sub) {
    const bool is_64 = row.params[1] == wasm::Kind::i64;
    values_[2] = is_64 ? emit_.numeric(Op::i64_sub, emit_.i64(0), values_[2])
                       : emit_.numeric(Op::i32_sub, emit_.i32(0), values_[2]);
    op = addition(op);
  }
  const Type type = results.empty() ? Type::none : type_of(results[0].type);
  const Value made = emit_.atomic(op, type, values_, a.offset, arg.memory.value, a.flags);
  if (!results.empty()) results[0].value = made;
}

void Builder::atomic_fence(Walker&) {
  emit_.append(opcode(Op::atomic_fence), Type::none, 0, {});
}

/// A shared memory may be larger than this store knew: who fails the check asks.
void Builder::check_shared(Value address, std::uint32_t memory, std::uint64_t end,
                           std::uint64_t offset, std::uint64_t least) {
  const bool is_64 = graph_.at(address).type == Type::i64;
  const Value wide = is_64 ? address : emit_.numeric(Op::i64_extend_i32_u, address);
  const Value last = emit_.numeric(Op::i64_sub, memory_size(memory), emit_.i64(end));
  Value is_outside = emit_.numeric(Op::i64_gt_u, wide, last);
  if (least < end) {
    const Value too_small = emit_.numeric(Op::i64_lt_s, last, emit_.i64(0));
    is_outside = emit_.numeric(Op::i32_or, is_outside, too_small);
  }
  const Block ask = add_block(loop_depth_);
  const Block fine = add_block(loop_depth_);
  graph_.at(ask).is_cold = true;
  emit_.branch(is_outside, graph_.make_edge(ask), graph_.make_edge(fine), rarely_taken);
  emit_.start(ask);
  const Value words[] = {instance_, emit_.i32(memory), wide, emit_.i64(offset), emit_.i64(end)};
  emit_.helper(Helper::memory_check, Type::none, words);
  emit_.jump(graph_.make_edge(fine));
  emit_.start(fine);
}

}  // namespace wrun::inline v0::jit
