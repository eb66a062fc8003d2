#pragma once

// Engines and configurations as C programs hold them.

#include <wasm.h>
#include <wrun/engine.hpp>

#include "lib/api/c/object.hpp"

struct wasm_config_t {
  wrun::Config config;
};

struct wasm_engine_t {
  wrun::Engine engine;
};

namespace wrun::inline v0::capi {

/// Null if the store is empty. Throws std::bad_alloc.
wasm_store_t* make_store(Store&& store);

}  // namespace wrun::inline v0::capi
