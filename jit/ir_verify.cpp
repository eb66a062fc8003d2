#include "jit/ir_verify.hpp"

#include <utility>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/dominators.hpp"
#include "jit/helpers.hpp"
#include "jit/ir_print.hpp"
#include "jit/types.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph) {}

  std::string run() {
    check_ends();
    if (!problem_.empty()) return std::move(problem_);
    cfg_.compute(graph_);
    dominators_.compute(graph_, cfg_);
    number();
    check_entry();
    for (const Block b : cfg_.order()) check_block(b);
    return std::move(problem_);
  }

 private:
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  template <class... Args>
  void fail(Value v, Pattern<Args...> format, const Args&... args) {
    if (!problem_.empty()) return;
    problem_ = compose("v{}", index(v));
    if (v != Value::none)
      problem_ += compose(" ({}, offset {})", name(graph_.at(v).op), graph_.at(v).origin.offset);
    problem_ += ": " + compose(format, args...);
  }

  /// Before anything may walk the graph. Only what is reached is looked at.
  void check_ends() {
    std::vector<Block> todo{graph_.entry()};
    std::vector<bool> seen(graph_.block_count());
    if (graph_.block_count() == 0) problem_ = "no blocks";
    while (!todo.empty() && problem_.empty()) {
      const Block b = todo.back();
      todo.pop_back();
      if (seen[index(b)]) continue;
      seen[index(b)] = true;
      const Value last = graph_.at(b).last;
      if (last == Value::none || !ends_block(graph_.at(last).op)) {
        problem_ = compose("block {} has no end", index(b));
        return;
      }
      for (const Edge& edge : graph_.successors(b)) {
        if (index(edge.to) >= graph_.block_count()) return fail(last, "edge to nowhere");
        todo.push_back(edge.to);
      }
    }
  }

  void number() {
    places_.assign(graph_.value_count(), nowhere);
    std::uint32_t next = 0;
    for (const Block b : cfg_.order()) {
      for (const Value v : graph_.params(b)) {
        const Inst& param = graph_.at(v);
        if (param.op != Opcode::param || param.block != b) fail(v, "not a parameter of its block");
        places_[index(v)] = next++;
      }
      Value previous = Value::none;
      for (Value v = graph_.at(b).first; v != Value::none; v = graph_.at(v).next) {
        const Inst& inst = graph_.at(v);
        if (inst.block != b || inst.previous != previous) return fail(v, "broken list");
        if (places_[index(v)] != nowhere) return fail(v, "in a list twice");
        places_[index(v)] = next++;
        previous = v;
      }
    }
  }

  void check_entry() {
    const BlockData& entry = graph_.at(graph_.entry());
    if (graph_.at(entry.first).op != Opcode::instance) fail(entry.first, "entry without instance");
    if (entry.param_count != 0) fail(entry.first, "entry with parameters");
    if (!cfg_.incoming(graph_.entry()).empty()) fail(entry.first, "entry is a target");
  }

  void check_block(Block b) {
    for (Value v = graph_.at(b).first; v != Value::none; v = graph_.at(v).next) {
      const Inst& inst = graph_.at(v);
      if (ends_block(inst.op) != (v == graph_.at(b).last)) return fail(v, "end inside a block");
      for (const Value arg : graph_.args(inst)) check_use(v, arg);
      if (!problem_.empty()) return;
      check_types(v, inst);
      check_edges(v, inst);
    }
  }

  void check_use(Value user, Value used) {
    if (index(used) >= graph_.value_count()) return fail(user, "uses nothing");
    if (places_[index(used)] == nowhere) return fail(user, "uses v{}, in no block", index(used));
    const Inst& inst = graph_.at(used);
    if (inst.type == Type::none) return fail(user, "uses v{}, no value", index(used));
    const Block from = inst.block;
    const Block to = graph_.at(user).block;
    const bool before =
        from == to ? places_[index(used)] < places_[index(user)] : dominators_.dominates(from, to);
    if (!before) fail(user, "uses v{}, which doesn't dominate it", index(used));
  }

  void check_edges(Value v, const Inst& inst) {
    for (const Edge& edge : graph_.edges(inst)) {
      const auto params = graph_.params(edge.to);
      const auto args = graph_.args(edge);
      if (params.size() != args.size())
        return fail(v, "{} arguments for {} parameters", args.size(), params.size());
      for (std::size_t i = 0; i < args.size(); ++i) {
        check_use(v, args[i]);
        if (!problem_.empty()) return;
        if (type(args[i]) != type(params[i])) return fail(v, "edge argument {}: wrong type", i);
      }
    }
  }

  Type type(Value v) const { return graph_.at(v).type; }

  void expect(Value v, std::initializer_list<Type> types, Type result) {
    const Inst& inst = graph_.at(v);
    const auto args = graph_.args(inst);
    if (args.size() != types.size())
      return fail(v, "{} arguments instead of {}", args.size(), types.size());
    std::size_t i = 0;
    for (const Type wanted : types) {
      const Type found = type(args[i]);
      if (found != wanted)
        return fail(v, "argument {}: {} instead of {}", i, name(found), name(wanted));
      ++i;
    }
    if (inst.type != result) fail(v, "is {} instead of {}", name(inst.type), name(result));
  }

  void check_types(Value v, const Inst& inst) {
    if (is_wasm(inst.op)) return check_wasm(v, inst);
    switch (inst.op) {
      case Opcode::field:
      case Opcode::read:
        if (inst.type == Type::none) fail(v, "no type");
        return expect(v, {Type::i64}, inst.type);
      case Opcode::write:
        if (inst.arg_count != 2) return fail(v, "needs two arguments");
        return expect(v, {Type::i64, type(graph_.args(inst)[1])}, Type::none);
      case Opcode::offset:
        return expect(v, {Type::i64, index_type(inst)}, Type::i64);
      case Opcode::bounds_check:
        return expect(v, {first_type(inst), Type::i64}, Type::none);
      case Opcode::trap_if:
        return expect(v, {Type::i32}, Type::none);
      case Opcode::charge:
        return expect(v, {}, Type::none);
      case Opcode::poll:
      case Opcode::check_stack:
      case Opcode::take_stack:
      case Opcode::give_stack:
        return expect(v, {Type::i64}, Type::none);
      case Opcode::landing:
        if (inst.previous != Value::none) fail(v, "not the first of its block");
        return expect(v, {}, Type::none);
      case Opcode::instance:
      case Opcode::fuel_left:
        return expect(v, {}, Type::i64);
      case Opcode::argument:
      case Opcode::constant:
      case Opcode::frame_slot:
        return expect(v, {}, inst.type);
      case Opcode::result:
        return check_result(v, inst);
      case Opcode::canonical_nan:
        if (!is_float(inst.type)) fail(v, "is no float");
        return expect(v, {inst.type}, inst.type);
      case Opcode::call_helper:
        if (inst.imm >= static_cast<std::uint64_t>(Helper::count_)) fail(v, "unknown helper");
        return;
      default:
        return check_end(v, inst);
    }
  }

  Type first_type(const Inst& inst) const {
    if (inst.arg_count == 0) return Type::none;
    const Type found = type(graph_.args(inst)[0]);
    return found == Type::i32 ? Type::i32 : Type::i64;
  }
  Type index_type(const Inst& inst) const {
    return inst.arg_count == 2 && type(graph_.args(inst)[1]) == Type::i32 ? Type::i32 : Type::i64;
  }

  void check_result(Value v, const Inst& inst) {
    if (inst.arg_count != 1) return fail(v, "needs one argument");
    Value of = inst.previous;
    while (of != Value::none && graph_.at(of).op == Opcode::result) of = graph_.at(of).previous;
    if (of != graph_.args(inst)[0]) fail(v, "doesn't follow what it is a result of");
  }

  static bool may_throw(const Inst& inst) {
    return inst.op == Opcode::call || inst.op == Opcode::call_reference ||
           (inst.op == Opcode::call_helper && static_cast<Helper>(inst.imm) == Helper::throw_);
  }

  void check_unwind(Value v, const Inst& inst) {
    const auto edges = graph_.edges(inst);
    if (edges.size() != 2) return fail(v, "{} edges", edges.size());
    Value call = inst.previous;
    while (call != Value::none && graph_.at(call).op == Opcode::result)
      call = graph_.at(call).previous;
    if (call == Value::none || !may_throw(graph_.at(call))) fail(v, "doesn't follow a call");
    const Value first = graph_.at(edges[1].to).first;
    if (first == Value::none || graph_.at(first).op != Opcode::landing) fail(v, "no landing");
    for (const Edge& edge : edges)
      if (cfg_.incoming(edge.to).size() != 1) fail(v, "not the only way to where it goes");
  }

  void check_end(Value v, const Inst& inst) {
    const std::size_t edges = graph_.edges(inst).size();
    switch (inst.op) {
      case Opcode::jump:
        if (edges != 1) fail(v, "{} edges", edges);
        return expect(v, {}, Type::none);
      case Opcode::branch:
        if (edges != 2) fail(v, "{} edges", edges);
        return expect(v, {Type::i32}, Type::none);
      case Opcode::unwind:
        check_unwind(v, inst);
        return expect(v, {}, Type::none);
      case Opcode::switch_:
        if (edges == 0) fail(v, "no edges");
        return expect(v, {Type::i32}, Type::none);
      case Opcode::trap:
        if (edges != 0) fail(v, "{} edges", edges);
        return expect(v, {}, Type::none);
      case Opcode::call_reference:
      case Opcode::tail_call_reference:
        if (first_type(inst) != Type::i64) fail(v, "callee isn't a reference");
        return;
      default:
        if (edges != 0) fail(v, "{} edges", edges);
    }
  }

  void check_wasm(Value v, const Inst& inst) {
    const wasm::WalkRow& row = wasm::walk_row(wasm_op(inst.op));
    const auto args = graph_.args(inst);
    if (row.shape == wasm::Shape::select) {
      if (args.size() != 3) return fail(v, "needs three arguments");
      return expect(v, {inst.type, inst.type, Type::i32}, inst.type);
    }
    std::vector<Type> types;
    const bool is_atomic =
        row.shape >= wasm::Shape::atomic_load && row.shape <= wasm::Shape::atomic_cmpxchg;
    const bool has_second = row.shape == wasm::Shape::store ||
                            row.shape == wasm::Shape::load_lane ||
                            row.shape == wasm::Shape::store_lane;
    if (row.shape == wasm::Shape::load || has_second) {
      types = {Type::i64, index_type_of_access(args)};
      if (has_second) types.push_back(type_of(row.params[1]));
    } else if (is_atomic) {
      types = {Type::i64, index_type_of_access(args)};
      for (const wasm::Kind kind : row.param_kinds().subspan(1)) types.push_back(type_of(kind));
    } else {
      for (const wasm::Kind kind : row.param_kinds()) types.push_back(type_of(kind));
    }
    if (args.size() != types.size())
      return fail(v, "{} arguments instead of {}", args.size(), types.size());
    for (std::size_t i = 0; i < types.size(); ++i)
      if (type(args[i]) != types[i])
        return fail(v, "argument {}: {} instead of {}", i, name(type(args[i])), name(types[i]));
    const Type result = row.result_count == 0 ? Type::none : type_of(row.results[0]);
    if (inst.type != result) fail(v, "is {} instead of {}", name(inst.type), name(result));
  }

  Type index_type_of_access(std::span<const Value> args) const {
    return args.size() > 1 && type(args[1]) == Type::i32 ? Type::i32 : Type::i64;
  }

  const Graph& graph_;
  Cfg cfg_;
  Dominators dominators_;
  std::vector<std::uint32_t> places_;
  std::string problem_;
};

}  // namespace

std::string verify(const Graph& graph) {
  return Verifier(graph).run();
}

}  // namespace wrun::inline v0::jit
