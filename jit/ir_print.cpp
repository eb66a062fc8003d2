#include "jit/ir_print.hpp"

#include <iterator>
#include <string_view>
#include <vector>

#include <wrun/error.hpp>

#include "jit/cfg.hpp"
#include "jit/helpers.hpp"
#include "jit/members.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr std::string_view own_names[] = {"param",
                                          "argument",
                                          "constant",
                                          "instance",
                                          "frame_slot",
                                          "result",
                                          "canonical_nan",
                                          "field",
                                          "read",
                                          "write",
                                          "offset",
                                          "fuel_left",
                                          "bounds_check",
                                          "trap_if",
                                          "charge",
                                          "poll",
                                          "check_stack",
                                          "take_stack",
                                          "give_stack",
                                          "landing",
                                          "call",
                                          "call_reference",
                                          "call_helper",
                                          "jump",
                                          "branch",
                                          "switch",
                                          "return",
                                          "tail_call",
                                          "tail_call_reference",
                                          "trap",
                                          "unwind"};
static_assert(std::size(own_names) ==
              static_cast<unsigned>(Opcode::last_own) - static_cast<unsigned>(Opcode::first_own));

constexpr std::string_view alias_names[] = {
    "memory_shape", "table_shape", "table_element", "global", "heap", "fuel", "stack", "memory"};

constexpr std::string_view packed_names[] = {"", "s8", "u8", "s16", "u16"};

class Printer {
 public:
  Printer(const Graph& graph, bool with_offsets) : graph_(graph), with_offsets_(with_offsets) {
    cfg_.compute(graph);
    values_.assign(graph.value_count(), none);
    for (const Block b : cfg_.order()) {
      for (const Value v : graph.params(b)) number(v);
      each(b, [this](Value v) {
        if (graph_.at(v).type != Type::none) number(v);
      });
    }
  }

  std::string run() {
    for (const Block b : cfg_.order()) {
      header(b);
      each(b, [this](Value v) { instruction(v); });
    }
    return std::move(text_);
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  template <class... Args>
  void put(Pattern<Args...> format, const Args&... args) {
    compose_to(text_, format, args...);
  }
  template <class Do>
  void each(Block b, Do&& act) {
    for (Value v = graph_.at(b).first; v != Value::none; v = graph_.at(v).next) act(v);
  }
  void number(Value v) { values_[index(v)] = next_++; }
  std::string value(Value v) const {
    const std::uint32_t n = v == Value::none ? none : values_[index(v)];
    return n == none ? compose("?{}", index(v)) : compose("v{}", n);
  }
  void list(std::span<const Value> values, std::string_view before = "") {
    for (const Value v : values) {
      put("{}{}", before, value(v));
      before = ", ";
    }
  }

  void header(Block b) {
    const BlockData& block = graph_.at(b);
    put("b{}", cfg_.position(b));
    const auto params = graph_.params(b);
    for (std::size_t i = 0; i < params.size(); ++i) {
      const Inst& param = graph_.at(params[i]);
      put("{}{}:{}", i == 0 ? "(" : ", ", value(params[i]), name(param.type));
      if (param.imm2 != 0) put(" <= {}", param.imm2 - 1);
    }
    put("{}:{}{}\n", params.empty() ? "" : ")", block.is_loop_header ? " loop" : "",
        block.is_cold ? " cold" : "");
  }

  void instruction(Value v) {
    const Inst& inst = graph_.at(v);
    put("  ");
    if (inst.type != Type::none) put("{}:{} = ", value(v), name(inst.type));
    put("{}", name(inst.op));
    operands(inst);
    list(graph_.args(inst), shows_immediate(inst) ? ", " : " ");
    for (const Edge& edge : graph_.edges(inst)) {
      put("{}b{}", &edge == &graph_.edges(inst)[0] && inst.arg_count == 0 ? " " : ", ",
          cfg_.position(edge.to));
      if (edge.arg_count == 0) continue;
      put("(");
      list(graph_.args(edge));
      put(")");
    }
    flags(inst);
    if (with_offsets_ && inst.origin.offset != 0) put("  ; 0x{:x}", inst.origin.offset);
    if (inst.origin.inlined != 0) put("  ; inlined {}", inst.origin.inlined);
    put("\n");
  }

  static bool shows_immediate(const Inst& inst) {
    if (is_wasm(inst.op)) {
      const wasm::OpInfo& info = wasm::info(wasm_op(inst.op));
      return wasm::access_width(info.imm) != 0 || info.shape == wasm::Shape::lane ||
             info.shape == wasm::Shape::shuffle;
    }
    switch (inst.op) {
      case Opcode::instance:
      case Opcode::fuel_left:
      case Opcode::poll:
      case Opcode::landing:
      case Opcode::jump:
      case Opcode::branch:
      case Opcode::switch_:
      case Opcode::return_:
        return false;
      default:
        return true;
    }
  }

  void operands(const Inst& inst) {
    if (!shows_immediate(inst)) return;
    switch (inst.op) {
      case Opcode::constant:
        return constant(inst);
      case Opcode::trap:
      case Opcode::trap_if:
        return put(" \"{}\"", text(static_cast<TrapCode>(inst.imm)));
      case Opcode::call_helper:
        return put(" {}{}", name(static_cast<Helper>(inst.imm)), inst.imm2 != 0 ? " fuel" : "");
      case Opcode::read:
      case Opcode::write: {
        const Place place = Place::of(inst.imm2);
        put(" {}", alias_names[static_cast<unsigned>(place.alias)]);
        if (place.key != 0) put(":{}", place.key);
        if (place.packed != Packed::no)
          put(" {}", packed_names[static_cast<unsigned>(place.packed)]);
        return member(inst);
      }
      case Opcode::offset:
        return put(" *{} +{}", inst.imm2, inst.imm);
      case Opcode::field:
        return member(inst);
      default:
        if (is_wasm(inst.op)) return wasm_immediate(inst);
        return put(" {}", inst.imm);
    }
  }

  /// What a value points to, by how it was read.
  Pointee pointee(Value v) const {
    const Inst& inst = graph_.at(v);
    if (inst.op == Opcode::instance) return Pointee::instance;
    if (inst.op != Opcode::field && inst.op != Opcode::read) return Pointee::unknown;
    return member_at(pointee(graph_.args(inst)[0]), inst.imm).pointee;
  }

  /// What of the run time's structures an instruction reads or writes, or how far from its operand
  /// it is.
  void member(const Inst& inst) {
    const MemberName name = member_at(pointee(graph_.args(inst)[0]), inst.imm);
    if (name.text.empty()) return put(" +{}", inst.imm);
    put(" {}", name.text);
  }

  /// Of an access the memory, the offset, and the lane if there is one.
  void wasm_immediate(const Inst& inst) {
    const wasm::Shape shape = wasm::info(wasm_op(inst.op)).shape;
    if (shape == wasm::Shape::lane) return put(" {}", inst.imm);
    if (shape == wasm::Shape::shuffle) return put(" 0x{:x} 0x{:x}", inst.imm, inst.imm2);
    put(" [{}] +{}", static_cast<std::uint32_t>(inst.imm2), inst.imm);
    if (shape == wasm::Shape::load_lane || shape == wasm::Shape::store_lane)
      put(" {}", inst.imm2 >> 32);
  }

  void constant(const Inst& inst) {
    if (inst.type == Type::i32) return put(" {}", static_cast<std::int32_t>(inst.imm));
    if (inst.type == Type::i64) return put(" {}", static_cast<std::int64_t>(inst.imm));
    put(" 0x{:x}", inst.imm);
    if (inst.type == Type::v128) put(" 0x{:x}", inst.imm2);
  }

  void flags(const Inst& inst) {
    if ((inst.flags & never_traps) != 0) put(" never_traps");
    if ((inst.flags & guarded) != 0) put(" guarded");
    if ((inst.flags & no_address) != 0) put(" no_address");
    if ((inst.flags & mostly_taken) != 0) put(" mostly");
    if ((inst.flags & rarely_taken) != 0) put(" rarely");
  }

  const Graph& graph_;
  bool with_offsets_;
  Cfg cfg_;
  std::vector<std::uint32_t> values_;
  std::uint32_t next_ = 0;
  std::string text_;
};

}  // namespace

std::string name(Opcode op) {
  if (is_wasm(op)) return std::string(wasm::info(wasm_op(op)).text());
  return std::string(
      own_names[static_cast<unsigned>(op) - static_cast<unsigned>(Opcode::first_own)]);
}

std::string_view name(Type type) {
  constexpr std::string_view names[] = {"none", "i32", "i64", "f32", "f64", "v128"};
  return names[static_cast<unsigned>(type)];
}

std::string print(const Graph& graph, bool with_offsets) {
  return Printer(graph, with_offsets).run();
}

}  // namespace wrun::inline v0::jit
