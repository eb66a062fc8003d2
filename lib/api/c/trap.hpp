#pragma once

// Traps: errors of a store as C programs hold them.

#include <vector>

#include <wrun/detail/call.hpp>
#include <wrun/error.hpp>

#include "lib/api/c/object.hpp"

struct wasm_frame_t {
  wasm_instance_t* instance = nullptr;  ///< owned; null if it isn't known
  std::uint32_t func_index = 0;
  std::uint64_t func_offset = 0;
  std::uint64_t module_offset = 0;
};

struct wasm_trap_t : wasm_ref_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::trap;
  wrun::Error error;
  std::vector<wasm_frame_t> frames;

  wasm_trap_t(wasm_store_t& where, wrun::Error why)
      : wasm_ref_t(kind_of_ref, where), error(std::move(why)) {}
  ~wasm_trap_t();
};

namespace wrun::inline v0::capi {

/// A trap of an error, whose frames are those of calls that just ended. If there is no memory for
/// one, the store's spare.
wasm_trap_t* make_trap(Use& use, Error error) noexcept;
/// The same without a use of the store: no frames.
wasm_trap_t* make_plain_trap(wasm_store_t& store, Error error) noexcept;
/// A trap of a call that failed; the one that a callback returned if it comes from there.
wasm_trap_t* take_trap(Use& use, detail::CallFailure& failure) noexcept;
/// The error of a program, whose frames may be of instances that are gone. Throws std::bad_alloc.
Error without_instances(const Error& error);
/// Has a failing callback's trap, which it takes, as the context's failure.
void fail_with_trap(Use& use, runtime::CallContext* context, wasm_trap_t* trap) noexcept;

}  // namespace wrun::inline v0::capi
