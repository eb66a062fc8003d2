#include "lib/wasm/rethrow_depth.hpp"

#include <algorithm>

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

namespace {

struct TryLabel {
  std::uint32_t depth = 0;  ///< of a try: 1 for the outermost
};

struct RethrowClient : NullClient<Empty, TryLabel> {
  void legacy_try(auto&, Control& control) { control.label.depth = ++open; }
  void end(auto&, Control& control, bool) {
    if (control.label.depth != 0) --open;
  }
  void legacy_rethrow(auto&, Control& target) { deepest = std::max(deepest, target.label.depth); }

  std::uint32_t open = 0;
  std::uint32_t deepest = 0;
};

}  // namespace

std::uint32_t rethrow_depth(const ModuleData& module, FuncIdx func) {
  if (!module.features_used.has(Feature::legacy_exceptions)) return 0;
  RethrowClient client;
  FunctionWalker<RethrowClient, Trust::yes>(client).function(module, func);
  return client.deepest;
}

}  // namespace wrun::inline v0::wasm
