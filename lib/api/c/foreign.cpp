#include "lib/api/c/foreign.hpp"

#include <memory>

#include "lib/api/c/guard.hpp"
#include "lib/runtime/cells.hpp"

namespace wrun::inline v0::capi {

namespace {

runtime::HostRef& make_host_ref(Use& use, std::shared_ptr<HostObject> object) {
  return runtime::create_host_ref(use.heap(), std::move(object));
}

}  // namespace

runtime::HostRef* resolve_foreign(Use& use, const wasm_ref_t& ref) {
  return api::as_host_ref(api::resolve_ref(use.state(), ref.handle));
}

runtime::Ref to_externref(Use& use, wasm_ref_t& ref) {
  auto object = std::make_shared<HostObject>();
  hold_inside(ref);
  object->held = &ref;
  return runtime::as_ref(make_host_ref(use, std::move(object)));
}

}  // namespace wrun::inline v0::capi

using namespace wrun;

extern "C" wasm_foreign_t* wasm_foreign_new(wasm_store_t* store) {
  return capi::guarded<wasm_foreign_t*>(nullptr, [&]() -> wasm_foreign_t* {
    capi::Use use(*store);
    if (!use) return nullptr;
    auto& made = capi::make_host_ref(use, std::make_shared<capi::HostObject>());
    return capi::own_handle<wasm_foreign_t>(use, use.heap().ref_handle(runtime::as_ref(made)));
  });
}
