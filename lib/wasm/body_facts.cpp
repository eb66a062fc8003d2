// What is to be known of a body before it is translated or compiled: fuel_blocks.hpp,
// frame_cost.hpp and rethrow_depth.hpp, by one client, since each is a walk of 25 KB of machine
// code.

#include <algorithm>

#include "lib/wasm/frame_cost.hpp"
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

/// The walk counts the slots of operands for clients that have some value for them.
enum class Something : std::uint8_t {};

/// Counts instructions into the open block; whatever splits blocks closes it. What follows an
/// instruction that ends a path is unreachable until an `else`, a `catch` or an `end` that is a
/// branch target, which close it too.
struct FactsClient : NullClient<Something, TryLabel> {
  Value else_param(auto&, Control&, std::uint32_t) { return {}; }
  void begin(auto& w) {
    for (const auto& run : w.locals().runs())
      local_slots += std::uint64_t{run.end - run.begin} * slot_count(run.type);
  }
  void instruction(auto& w, Op op) {
    most_operands = std::max(most_operands, w.height());
    if (is_free(op)) return;
    if (!open) blocks.push_back({w.offset(), 0});
    open = true;
    ++blocks.back().cost;
  }

  void loop(auto&, Control&) { close(); }
  void if_(auto&, Control&, Value) { close(); }
  void else_(auto&, Control&, bool) { close(); }
  void legacy_catch(auto&, Control&, Op, TagIdx, bool) { close(); }
  void legacy_try(auto&, Control& control) {
    control.label.depth = ++open_tries;
    catches = true;
  }
  void try_table(auto&, Control&, std::span<const CatchClause> clauses) {
    catches |= !clauses.empty();
  }
  void end(auto&, Control& control, bool) {
    if (control.label.depth != 0) --open_tries;
    if (control.targeted && control.kind != ControlKind::loop) close();
  }
  void br_if(auto&, Control&, Value) { close(); }
  void br_table(auto&, std::span<const std::uint32_t>, Value) { close(); }
  Value br_on_null(auto&, Control&, Value) { return close(), Value{}; }
  void br_on_non_null(auto&, Control&) { close(); }
  void br_on_cast(auto&, Op, Control&, ValType, ValType) { close(); }
  void call(auto& w, Op op, FuncIdx callee, const FuncType&, Operands, Operands) {
    // The frame of a tail call is gone, unless the callee turns out to be the host's.
    calls |= op == Op::call || callee.value < w.module().imported_functions;
    close();
  }
  void call_indirect(auto&, Op, TypeIdx, TableIdx, Value, Operands, Operands) { call_any(); }
  void call_ref(auto&, Op, TypeIdx, Value, Operands, Operands) { call_any(); }
  void throw_(auto&, TagIdx, Operands) { close(); }
  void throw_ref(auto&, Value) { close(); }
  void legacy_rethrow(auto&, Control& target) {
    deepest_rethrow = std::max(deepest_rethrow, target.label.depth);
    close();
  }

  void call_any() {
    calls = true;
    close();
  }
  void close() { open = false; }

  std::vector<FuelBlock> blocks;
  bool open = false;
  std::uint32_t open_tries = 0;
  std::uint32_t deepest_rethrow = 0;
  std::uint64_t local_slots = 0;
  std::uint32_t most_operands = 0;
  bool calls = false;
  bool catches = false;
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

FrameCost frame_cost(const ModuleData& module, FuncIdx func) {
  constexpr std::uint64_t most = 0x7fff'ffff;
  const FactsClient found = facts(module, func);
  std::uint64_t results = 0;
  for (const ValType type : module.type_of(func).results) results += slot_count(type);
  const std::uint64_t slots = found.local_slots + found.deepest_rethrow +
                              std::max<std::uint64_t>(found.most_operands, results);
  return {static_cast<std::uint32_t>(std::min(8 * slots + fixed_frame_bytes, most)), found.calls,
          found.catches};
}

std::uint32_t rethrow_depth(const ModuleData& module, FuncIdx func) {
  if (!module.features_used.has(Feature::legacy_exceptions)) return 0;
  return facts(module, func).deepest_rethrow;
}

}  // namespace wrun::inline v0::wasm
