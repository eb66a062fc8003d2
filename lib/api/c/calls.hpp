#pragma once

// Calls from C into WebAssembly, and what functions are made of.

#include <algorithm>
#include <span>

#include <wrun/detail/call.hpp>

#include "lib/api/c/callback.hpp"
#include "lib/api/c/values.hpp"
#include "lib/api/calls.hpp"
#include "lib/runtime/frame_layout.hpp"

namespace wrun::inline v0::capi {

/// Calls a function. False, with `failure` filled in, if that failed; the results are written only
/// if it didn't. Throws std::bad_alloc.
template <class V>
bool call(Use& use, const wasm_func_t& callee, std::span<const V> args, std::span<V> results,
          detail::CallFailure& failure) {
  const auto fail = [&](Error error) { return failure.error.emplace(std::move(error)), false; };
  const auto* function = api::resolve<runtime::FuncRef>(use.state(), callee.handle);
  if (!function) return fail(api::stale_handle());
  const wasm::CanonFuncType& type = use.heap().types().entry(function->type).type.func;
  // The callee and its type may be gone when it returns.
  Buffer<wasm::CanonType, 8> kept(type.results.size());
  std::copy(type.results.begin(), type.results.end(), kept.data());
  const std::span<const wasm::CanonType> result_types(kept.data(), kept.size());
  Buffer<runtime::Slot, 16> slots(std::max(runtime::slot_count<wasm::TypeId>(type.params),
                                           runtime::slot_count<wasm::TypeId>(type.results)));
  auto written = write_all<V>(use, type.params, args, slots.data(), "argument");
  if (!written) return fail(std::move(written).error());
  if (!api::enter(use.state(), *function, slots.data(), failure)) return false;
  // Programs that know that the call fails give no room.
  if (results.size() < result_types.size())
    return fail(Error(ErrorKind::usage, "there is no room for all results"));
  read_all<V>(use, result_types, slots.data(), results.data());
  return true;
}

/// A function cell. Throws std::bad_alloc.
wasm_func_t* own_host_func(Use& use, detail::HostFunc&& function);

}  // namespace wrun::inline v0::capi
