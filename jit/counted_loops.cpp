#include "jit/counted_loops.hpp"

#include "jit/upper_bound.hpp"

namespace wrun::inline v0::jit {

namespace {

/// How often a loop goes back whose counter is `next` when that is first decided, and goes back
/// while it is less than `end`; none if it passes the end of the numbers.
std::optional<std::uint64_t> turns_while_less(std::uint64_t next, std::uint64_t end,
                                              std::uint64_t step, std::uint64_t most) {
  if (next >= end) return 0;
  if (step == 0 || step > most - end) return std::nullopt;
  return (end - next + step - 1) / step;
}

/// The same while it isn't `end`.
std::optional<std::uint64_t> turns_while_not(std::uint64_t next, std::uint64_t end,
                                             std::uint64_t step, std::uint64_t most) {
  std::uint64_t distance = (end - next) & most;
  if (step > most / 2) {
    step = (0 - step) & most;
    distance = (next - end) & most;
  }
  if (step == 0 || distance % step != 0) return std::nullopt;
  return distance / step;
}

}  // namespace

void CountedLoops::run(Graph& graph, const Cfg& cfg) {
  graph_ = &graph;
  for (std::uint32_t at = 0; at < cfg.order().size(); ++at) {
    const Block header = cfg.order()[at];
    if (!graph.at(header).is_loop_header || graph.at(header).param_count == 0) continue;
    const auto incoming = cfg.incoming(header);
    if (incoming.size() != 2) continue;
    const bool is_first_back = cfg.position(incoming[0].from) >= at;
    const bool is_second_back = cfg.position(incoming[1].from) >= at;
    if (is_first_back == is_second_back) continue;
    const auto& entry = incoming[is_first_back ? 1 : 0];
    const auto& back = incoming[is_first_back ? 0 : 1];
    look_at(header, graph.successors(entry.from)[entry.edge],
            graph.successors(back.from)[back.edge], back.from);
  }
}

void CountedLoops::look_at(Block header, const Edge& entry, const Edge& back, Block latch) {
  given_ = graph_->args(entry);
  again_ = graph_->args(back);
  const auto most_turns = turns(header, latch);
  if (!most_turns) return;
  for (std::uint32_t i = 0; i < given_.size(); ++i) {
    const auto found = counter(header, i);
    if (!found) continue;
    Inst& param = graph_->at(graph_->params(header)[i]);
    const std::uint64_t most = most_of(param.type);
    const bool grows = found->step <= most / 2;
    if (grows && found->step != 0 && *most_turns > (most - found->first) / found->step) continue;
    const std::uint64_t down = (0 - found->step) & most;
    if (!grows && *most_turns > found->first / down) continue;
    const std::uint64_t bound = grows ? found->first + *most_turns * found->step : found->first;
    if (bound != ~std::uint64_t{0}) param.imm2 = bound + 1;
  }
}

std::optional<CountedLoops::Counter> CountedLoops::counter(Block header,
                                                           std::uint32_t number) const {
  const Value param = graph_->params(header)[number];
  const Inst& first = graph_->at(given_[number]);
  const Inst& next = graph_->at(again_[number]);
  if (first.op != Opcode::constant || (first.type != Type::i32 && first.type != Type::i64))
    return std::nullopt;
  if (next.op != opcode(wasm::Op::i32_add) && next.op != opcode(wasm::Op::i64_add))
    return std::nullopt;
  const auto args = graph_->args(next);
  if (args[0] != param || graph_->at(args[1]).op != Opcode::constant) return std::nullopt;
  const std::uint64_t most = most_of(first.type);
  return Counter{first.imm & most, graph_->at(args[1]).imm & most};
}

/// How often at most the latch goes back.
std::optional<std::uint64_t> CountedLoops::turns(Block header, Block latch) const {
  const Inst& branch = graph_->at(graph_->at(latch).last);
  if (branch.op != Opcode::branch) return std::nullopt;
  const auto edges = graph_->edges(branch);
  if (edges[0].to == edges[1].to) return std::nullopt;
  const bool goes_back_if = edges[0].to == header;
  const Value condition = graph_->args(branch).back();
  const Inst& test = graph_->at(condition);
  const auto is = [&](wasm::Op narrow, wasm::Op wide) {
    return test.op == opcode(narrow) || test.op == opcode(wide);
  };
  const bool asks_less = goes_back_if ? is(wasm::Op::i32_lt_u, wasm::Op::i64_lt_u)
                                      : is(wasm::Op::i32_ge_u, wasm::Op::i64_ge_u);
  const bool asks_other = goes_back_if ? is(wasm::Op::i32_ne, wasm::Op::i64_ne)
                                       : is(wasm::Op::i32_eq, wasm::Op::i64_eq);
  const bool is_compared = asks_less || asks_other;
  if (!is_compared && !goes_back_if) return std::nullopt;
  // A number by itself is compared with zero.
  const Value tested = is_compared ? graph_->args(test)[0] : condition;
  std::uint64_t end = 0;
  if (is_compared) {
    const Inst& limit = graph_->at(graph_->args(test)[1]);
    if (limit.op != Opcode::constant) return std::nullopt;
    end = limit.imm;
  }
  for (std::uint32_t i = 0; i < again_.size(); ++i) {
    if (again_[i] != tested) continue;
    const auto found = counter(header, i);
    if (!found) return std::nullopt;
    const std::uint64_t most = most_of(graph_->at(tested).type);
    const std::uint64_t next = (found->first + found->step) & most;
    return asks_less ? turns_while_less(next, end & most, found->step, most)
                     : turns_while_not(next, end & most, found->step, most);
  }
  return std::nullopt;
}

}  // namespace wrun::inline v0::jit
