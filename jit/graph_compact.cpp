// A graph without what is in none of its blocks.

#include <utility>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// By value, the number that it gets.
std::vector<Value> Graph::number_anew() {
  std::vector<Value> numbers(insts_.size(), Value::none);
  for (std::uint32_t i = 0; i < block_count(); ++i) {
    const auto b = static_cast<Block>(i);
    for (const Value param : params(b)) numbers[index(param)] = param;
    for (Value v = at(b).first; v != Value::none; v = at(v).next) numbers[index(v)] = v;
  }
  std::uint32_t next = 0;
  for (Value& number : numbers)
    if (number != Value::none) number = static_cast<Value>(next++);
  return numbers;
}

/// All that is still somebody's, to a pool of its own.
void Graph::move_args(std::span<const Value> numbers) {
  std::size_t count = 0;
  const auto each = [&](auto&& act) {
    for (std::uint32_t i = 0; i < block_count(); ++i) {
      BlockData& block = blocks_[i];
      act(block.first_param, block.param_count);
      for (Value v = block.first; v != Value::none; v = at(v).next) {
        act(at(v).first_arg, at(v).arg_count);
        for (Edge& edge : edges(at(v))) act(edge.first_arg, edge.arg_count);
      }
    }
  };
  each([&](std::uint32_t&, std::uint32_t own) { count += own; });
  PlainVector<Value> moved;
  moved.reserve(count);
  each([&](std::uint32_t& first, std::uint32_t own) {
    const Value* const from = args_.data() + first;
    first = static_cast<std::uint32_t>(moved.size());
    for (std::uint32_t i = 0; i < own; ++i) moved.push_back(numbers[index(from[i])]);
  });
  args_ = std::move(moved);
}

void Graph::compact() {
  const std::vector<Value> numbers = number_anew();
  move_args(numbers);
  const auto renumber = [&](Value& v) {
    if (v != Value::none) v = numbers[index(v)];
  };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < insts_.size(); ++i) {
    if (numbers[i] == Value::none) continue;
    Inst& inst = insts_[kept++] = insts_[i];
    renumber(inst.next);
    renumber(inst.previous);
  }
  insts_.resize(kept);
  insts_.shrink_to_fit();
  for (BlockData& block : blocks_) {
    renumber(block.first);
    renumber(block.last);
  }
}

}  // namespace wrun::inline v0::jit
