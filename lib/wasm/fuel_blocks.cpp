#include "lib/wasm/fuel_blocks.hpp"

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

/// Counts instructions into the open block; whatever splits blocks closes it. What follows an
/// instruction that ends a path is unreachable until an `else`, a `catch` or an `end` that is a
/// branch target, which close it too.
struct FuelClient : NullClient<> {
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
  void end(auto&, Control& control, bool) {
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
  void legacy_rethrow(auto&, Control&) { close(); }

  void close() { open = false; }

  std::vector<FuelBlock> blocks;
  bool open = false;
};

}  // namespace

std::vector<FuelBlock> fuel_blocks(const ModuleData& module, FuncIdx func) {
  FuelClient client;
  FunctionWalker<FuelClient, Trust::yes>(client).function(module, func);
  return std::move(client.blocks);
}

}  // namespace wrun::inline v0::wasm
