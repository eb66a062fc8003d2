// Pools of instances.

#include <wrun/c/pool.h>
#include <wrun/pool.hpp>

#include "lib/api/c/engine.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/limits.hpp"
#include "lib/api/c/linker.hpp"
#include "lib/api/c/sized.hpp"

using namespace wrun;
using capi::Use;

struct wrun_pool_t {
  Pool pool;
  capi::KeptRefs kept;
};

namespace {

/// Runs body(); what host functions in C++ throw is an error, too.
template <class Body>
wrun_error_t* attempt_all(Body&& body) noexcept {
  return capi::attempt([&]() -> Result<void> {
    try {
      return body();
    } catch (...) {
      return detail::error_of(std::current_exception());
    }
  });
}

}  // namespace

extern "C" {

wrun_error_t* wrun_pool_new(const wrun_prepared_t* prepared, const wrun_pool_options_t* options,
                            wrun_pool_t** out) {
  return capi::attempt([&]() -> Result<void> {
    const wrun_pool_options_t defaults = WRUN_POOL_OPTIONS_INIT;
    auto read = capi::read_options(options ? *options : defaults, defaults);
    if (!read) return std::move(read).error();
    PoolOptions made;
    made.ready = read->ready;
    if (read->limits) {
      auto limits = capi::to_public(*read->limits);
      if (!limits) return std::move(limits).error();
      made.limits = std::move(*limits);
    }
    if (read->budget) made.budget = read->budget->budget;
    *out = new wrun_pool_t{Pool(prepared->prepared, made), prepared->kept};
    return {};
  });
}

wrun_pool_t* wrun_pool_copy(const wrun_pool_t* pool) {
  return capi::guarded<wrun_pool_t*>(nullptr, [&] { return new wrun_pool_t(*pool); });
}

void wrun_pool_delete(wrun_pool_t* pool) {
  delete pool;
}

wrun_error_t* wrun_pool_take(wrun_pool_t* pool, wasm_store_t** store, wasm_instance_t** instance) {
  return attempt_all([&]() -> Result<void> {
    auto lease = pool->pool.take();
    if (!lease) return std::move(lease).error();
    wasm_store_t* const made = capi::make_store(std::move(lease->store));
    try {
      Use use(*made);
      *instance = capi::own_handle<wasm_instance_t>(
          use, capi::to_runtime<runtime::Instance>(use, lease->instance));
    } catch (...) {
      wasm_store_delete(made);
      throw;
    }
    *store = made;
    return {};
  });
}

wrun_error_t* wrun_pool_fill(wrun_pool_t* pool) {
  return attempt_all([&] { return pool->pool.fill(); });
}

size_t wrun_pool_ready(const wrun_pool_t* pool) {
  return pool->pool.ready();
}

}  // extern "C"
