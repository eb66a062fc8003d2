#pragma once

// Linkers as C programs hold them, with the objects that their definitions refer to.

#include <memory>
#include <vector>

#include <wrun/c/linker.h>
#include <wrun/linker.hpp>

#include "lib/api/c/object.hpp"

namespace wrun::inline v0::capi {

/// References that definitions need.
using KeptRefs = std::vector<std::shared_ptr<wasm_ref_t>>;

}  // namespace wrun::inline v0::capi

struct wrun_linker_t {
  wrun::Linker linker;
  wrun::capi::KeptRefs kept = {};
};

struct wrun_prepared_t {
  wrun::Prepared prepared;
  wrun::capi::KeptRefs kept;
};
