// What is to be known of a body before it is translated or compiled: fuel_blocks.hpp and
// rethrow_depth.hpp, by one client, since each is a walk of 25 KB of machine code.

#include <algorithm>

#include "lib/wasm/fuel_blocks.hpp"
#include "lib/wasm/rethrow_depth.hpp"
#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

namespace {

constexpr bool is_free(Op op) {
  switch (op) {
    case Op::block:
    case Op::loop:
    case Op::else_:
    case Op::end:
    case Op::nop:
    case Op::catch_:
    case Op::catch_all:
    case Op::delegate:
      return true;
    default:
      return false;
  }
}

struct TryLabel {
  std::uint32_t depth = 0;  ///< of a try: 1 for the outermost
};

/// Counts instructions into the open block; whatever splits blocks closes it. What follows an
/// instruction that ends a path is unreachable until an `else`, a `catch` or an `end` that is a
/// branch target, which close it too.
struct FactsClient : NullClient<Empty, TryLabel> {
  void instruction(auto& w, Op op) {
    if (is_free(op)) return;
    if (!open) blocks.push_back({w.offset(), 0});
    open = true;
    ++blocks.back().cost;
  }

  void loop(auto&, Control&) { close(); }
  void if_(auto&, Control&, Value) { close(); }
  void else_(auto&, Control&, bool) { close(); }
  void legacy_catch(auto&, Control&, Op, TagIdx, bool) { close(); }
  void legacy_try(auto&, Control& control) { control.label.depth = ++open_tries; }
  void end(auto&, Control& control, bool) {
    if (control.label.depth != 0) --open_tries;
    if (control.targeted && control.kind != ControlKind::loop) close();
  }
  void br_if(auto&, Control&, Value) { close(); }
  void br_table(auto&, std::span<const std::uint32_t>, Value) { close(); }
  Value br_on_null(auto&, Control&, Value) { return close(), Value{}; }
  void br_on_non_null(auto&, Control&) { close(); }
  void br_on_cast(auto&, Op, Control&, ValType, ValType) { close(); }
  void call(auto&, Op, FuncIdx, const FuncType&, Operands, Operands) { close(); }
  void call_indirect(auto&, Op, TypeIdx, TableIdx, Value, Operands, Operands) { close(); }
  void call_ref(auto&, Op, TypeIdx, Value, Operands, Operands) { close(); }
  void throw_(auto&, TagIdx, Operands) { close(); }
  void throw_ref(auto&, Value) { close(); }
  void legacy_rethrow(auto&, Control& target) {
    deepest_rethrow = std::max(deepest_rethrow, target.label.depth);
    close();
  }

  void close() { open = false; }

  std::vector<FuelBlock> blocks;
  bool open = false;
  std::uint32_t open_tries = 0;
  std::uint32_t deepest_rethrow = 0;
};

FactsClient facts(const ModuleData& module, FuncIdx func) {
  FactsClient client;
  FunctionWalker<FactsClient, Trust::yes>(client).function(module, func);
  return client;
}

}  // namespace

std::vector<FuelBlock> fuel_blocks(const ModuleData& module, FuncIdx func) {
  return facts(module, func).blocks;
}

std::uint32_t rethrow_depth(const ModuleData& module, FuncIdx func) {
  if (!module.features_used.has(Feature::legacy_exceptions)) return 0;
  return facts(module, func).deepest_rethrow;
}

}  // namespace wrun::inline v0::wasm
