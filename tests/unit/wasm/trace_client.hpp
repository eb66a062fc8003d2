#pragma once

// A walker client that writes down what it hears, one word after the other. Values are numbered
// in the order in which the client makes them.

#include <fmt/format.h>

#include <string>

#include "lib/wasm/walker.hpp"

namespace wrun::test {

struct Tracer : wasm::NullClient<int> {
  using Op = wasm::Op;

  void begin(auto& w) { say("begin/{}", w.locals().size()); }
  void finish(auto&) { say("finish"); }
  void block(auto& w, Control& c) { say("block@{}{}", c.height, top(w, c.params().size())); }
  void loop(auto& w, Control& c) { say("loop@{}{}", c.height, top(w, c.params().size())); }
  void if_(auto&, Control& c, int cond) { say("if@{}({})", c.height, cond); }
  void try_table(auto&, Control&, std::span<const wasm::CatchClause> clauses) {
    say("try_table");
    for (const auto& clause : clauses)
      say("catch{}->{}", static_cast<int>(clause.kind), clause.label.value);
  }
  void legacy_try(auto&, Control&) { say("try"); }
  void else_(auto& w, Control& c, bool reached) { say("else{}", fall(w, c, reached)); }
  void legacy_catch(auto& w, Control& c, Op op, wasm::TagIdx, bool reached) {
    say("{}{}", wasm::info(op).text(), fall(w, c, reached));
  }
  int caught(auto&, Control&, std::uint32_t) { return make(); }
  void legacy_delegate(auto&, Control&, Control&) { say("delegate"); }
  void end(auto& w, Control& c, bool reached) {
    say("end{}{}", fall(w, c, reached), c.targeted ? "+target" : "");
  }
  int result(auto& w, Control&, std::uint32_t i) {
    say("result{}@{}={}", i, w.height(), next);
    return make();
  }
  void br(auto& w, Control& c) { say("br{}", top(w, c.label_types().size())); }
  void br_if(auto& w, Control& c, int cond) {
    say("br_if({}){}", cond, top(w, c.label_types().size()));
  }
  void br_table(auto&, std::span<const std::uint32_t> depths, int index) {
    say("br_table({})x{}", index, depths.size());
  }
  void return_(auto& w) { say("return{}", top(w, w.signature().results.size())); }
  void unreachable(auto&) { say("unreachable"); }
  int br_on_null(auto&, Control&, int value) { return say("br_on_null({})", value), make(); }
  void br_on_non_null(auto&, Control&) { say("br_on_non_null"); }
  void br_on_cast(auto&, Op, Control&, wasm::ValType, wasm::ValType) { say("br_on_cast"); }

  void call(auto&, Op op, wasm::FuncIdx f, const wasm::FuncType&, Operands args, Operands out) {
    many(fmt::format("{}:{}", wasm::info(op).text(), f.value), args, out);
  }
  void call_indirect(auto&, Op op, wasm::TypeIdx, wasm::TableIdx, int i, Operands args,
                     Operands out) {
    many(fmt::format("{}[{}]", wasm::info(op).text(), i), args, out);
  }
  void call_ref(auto&, Op op, wasm::TypeIdx, int f, Operands args, Operands out) {
    many(fmt::format("{}[{}]", wasm::info(op).text(), f), args, out);
  }
  void throw_(auto&, wasm::TagIdx, Operands args) { many("throw", args, {}); }
  void throw_ref(auto&, int e) { say("throw_ref({})", e); }
  void legacy_rethrow(auto&, Control&) { say("rethrow"); }

  int constant(auto&, Op, wasm::ValType, wasm::Bits bits) {
    say("{}={:x}", next, bits.lo);
    return make();
  }
  int numeric(auto&, Op op, int a) { return one(op, a); }
  int numeric(auto&, Op op, int a, int b) { return one(op, a, b); }
  int numeric(auto&, Op op, int a, int b, int c) { return one(op, a, b, c); }
  void numeric(auto&, Op op, Operands args, Operands out) {
    many(std::string(wasm::info(op).text()), args, out);
  }
  int lane(auto&, Op op, std::uint8_t, Operands args) { return one(op, args[0].value); }
  int shuffle(auto&, const wasm::Lanes&, int a, int b) { return one(Op::i8x16_shuffle, a, b); }
  int select(auto&, wasm::ValType, int a, int b, int c) { return one(Op::select, a, b, c); }
  void drop(auto&, wasm::ValType, int a) { say("drop({})", a); }
  int local_get(auto&, wasm::LocalIdx local, wasm::ValType) {
    say("{}=local{}", next, local.value);
    return make();
  }
  void local_set(auto&, wasm::LocalIdx local, wasm::ValType, int a) {
    say("local{}=({})", local.value, a);
  }
  int load(auto&, Op op, const wasm::MemArg&, int a) { return one(op, a); }
  void store(auto&, Op op, const wasm::MemArg&, int a, int b) {
    say("{}({},{})", wasm::info(op).text(), a, b);
  }
  int load_lane(auto&, Op op, const wasm::MemArg&, std::uint8_t, int a, int b) {
    return one(op, a, b);
  }
  void atomic_op(auto&, Op op, const wasm::MemArg&, Operands args, Operands out) {
    many(std::string(wasm::info(op).text()), args, out);
  }
  void memory_op(auto&, Op op, const wasm::Immediates&, Operands args, Operands out) {
    many(std::string(wasm::info(op).text()), args, out);
  }
  void table_op(auto&, Op op, const wasm::Immediates&, Operands args, Operands out) {
    many(std::string(wasm::info(op).text()), args, out);
  }
  void reference_op(auto&, Op op, const wasm::Immediates&, Operands args, Operands out) {
    many(std::string(wasm::info(op).text()), args, out);
  }
  void aggregate_op(auto&, Op op, const wasm::Immediates&, Operands args, Operands out) {
    many(std::string(wasm::info(op).text()), args, out);
  }

  template <class... Args>
  void say(fmt::format_string<Args...> text, Args&&... args) {
    trace += (trace.empty() ? "" : " ") + fmt::format(text, std::forward<Args>(args)...);
  }
  int make() { return next++; }
  template <class... Values>
  int one(Op op, Values... values) {
    std::string args;
    ((args += (args.empty() ? "" : ",") + std::to_string(values)), ...);
    say("{}={}({})", next, wasm::info(op).text(), args);
    return make();
  }
  void many(const std::string& name, Operands args, Operands out) {
    std::string made;
    for (Operand& operand : out) {
      operand.value = make();
      made += fmt::format("{}@{}", operand.value, operand.height);
    }
    say("{}={}{}", made, name, list(args));
  }
  static std::string list(Operands operands) {
    std::string result;
    for (const Operand& operand : operands)
      result += (result.empty() ? "" : ",") + std::to_string(operand.value);
    return "(" + result + ")";
  }
  static std::string top(auto& w, std::size_t count) { return list(w.operands(count)); }
  static std::string fall(auto& w, Control& c, bool reached) {
    return reached ? top(w, c.results().size()) : "!";
  }

  std::string trace;
  int next = 0;
};

/// What is heard of a function: of a validating walk, "!" and the message after an error; of a
/// trusted one.
inline std::string trace_checked(const wasm::ModuleData& module, wasm::FuncIdx func,
                                 const wasm::DecodeOptions& options) {
  Tracer tracer;
  wasm::Errors errors;
  Features used;
  wasm::FunctionWalker<Tracer, wasm::Trust::no> walker(tracer, options, used, errors);
  if (!walker.function(module, func)) return "!" + errors.first().message();
  return tracer.trace;
}
inline std::string trace_trusted(const wasm::ModuleData& module, wasm::FuncIdx func) {
  Tracer tracer;
  wasm::FunctionWalker<Tracer, wasm::Trust::yes>(tracer).function(module, func);
  return tracer.trace;
}

}  // namespace wrun::test
