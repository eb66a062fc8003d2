// Engines, configurations and stores.

#include "lib/api/c/engine.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/object.hpp"
#include "lib/api/c/trap.hpp"

using namespace wrun;

namespace {

std::uint64_t id_of(const Store& store) {
  return StoreAccess::id(store);
}

}  // namespace

wasm_store_t::wasm_store_t(Store&& store) : owned(std::move(store)), id(id_of(*owned)) {
  make_spare();
  // The program owns this; the store must know it, not keep it.
  StoreAccess::state(*owned)->c_store = {std::shared_ptr<void>(), this};
}

wasm_store_t::wasm_store_t(api::StoreState& state) : id(state.id) {
  make_spare();
}

void wasm_store_t::make_spare() {
  spare = new wasm_trap_t(*this, Error(ErrorKind::limit, "out of memory"));
  spare->owners = 0;
  spare->inner = 1;
}

wasm_store_t::~wasm_store_t() {
  // What WebAssembly holds of the program's looks at what is above while it goes.
  owned.reset();
  delete spare;
  delete thrown;
}

void wasm_store_t::forget_thrown() noexcept {
  if (wasm_trap_t* trap = std::exchange(thrown, nullptr)) capi::drop_inside(*trap);
}

void wasm_store_t::release() noexcept {
  if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

wasm_store_t& capi::store_of(api::StoreState& state) {
  if (!state.c_store) {
    state.c_store = std::shared_ptr<wasm_store_t>(new wasm_store_t(state), [](wasm_store_t* view) {
      view->forget_thrown();
      view->release();
    });
  }
  return *static_cast<wasm_store_t*>(state.c_store.get());
}

extern "C" {

wasm_config_t* wasm_config_new() {
  return new (std::nothrow) wasm_config_t;
}

void wasm_config_delete(wasm_config_t* config) {
  delete config;
}

wasm_engine_t* wasm_engine_new() {
  return wasm_engine_new_with_config(nullptr);
}

wasm_engine_t* wasm_engine_new_with_config(wasm_config_t* config) {
  const std::unique_ptr<wasm_config_t> taken(config);
  Engine engine(taken ? taken->config : Config());
  if (!EngineAccess::state(engine)) return nullptr;
  return new (std::nothrow) wasm_engine_t{std::move(engine)};
}

void wasm_engine_delete(wasm_engine_t* engine) {
  delete engine;
}

wasm_store_t* wasm_store_new(wasm_engine_t* engine) {
  return capi::guarded<wasm_store_t*>(nullptr, [&]() -> wasm_store_t* {
    if (!engine) return nullptr;
    return capi::make_store(Store(engine->engine));
  });
}

void wasm_store_delete(wasm_store_t* store) {
  if (!store) return;
  store->forget_thrown();
  store->release();
}

}  // extern "C"

wasm_store_t* capi::make_store(Store&& store) {
  return id_of(store) == 0 ? nullptr : new wasm_store_t(std::move(store));
}
