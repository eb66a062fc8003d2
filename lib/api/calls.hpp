#pragma once

// From the host into WebAssembly.

#include <array>
#include <span>
#include <vector>

#include <wrun/detail/call.hpp>
#include <wrun/value.hpp>

#include "lib/api/session.hpp"
#include "lib/runtime/objects.hpp"
#include "lib/wasm/canonical_types.hpp"

namespace wrun::inline v0::api {

/// Calls a function of the store. False when it failed, with `failure` filled in.
bool enter(StoreState& state, const runtime::FuncRef& function, runtime::Slot* slots,
           detail::CallFailure& failure) noexcept;

// What all ways to enter have in common.

/// Moves the failure that running code left to whoever called it.
void take_failure(StoreState& state, detail::CallFailure& failure) noexcept;

/// A call for as long as it runs: for those who watch the store's calls. The call itself asks
/// whether it is to stop; that it is late is found here.
class Running {
 public:
  explicit Running(StoreState& state) : state_(state) {
    if (state_.is_watched) [[unlikely]]
      begin(state_);
  }
  // Somebody may have begun to watch meanwhile.
  ~Running() {
    if (state_.is_watched) [[unlikely]]
      end(state_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Of a store that is watched.

  static void begin(StoreState& state) noexcept;
  static void end(StoreState& state) noexcept;

 private:
  StoreState& state_;
};

/// Whether the types are those, seen from outside.
bool equal(std::span<const ValType> wanted, const std::vector<wasm::CanonType>& found);
/// Errors: usage (the wrong number or types).
Result<void> write_args(StoreState& state, const wasm::CanonFuncType& type,
                        std::span<const Val> args, runtime::Slot* at);
std::vector<Val> read_results(StoreState& state, const wasm::CanonFuncType& type,
                              const runtime::Slot* at);

/// Room for a call's slots: on the native stack unless there are many.
class SlotBuffer {
 public:
  explicit SlotBuffer(std::size_t slots)
      : many_(slots > few_.size() ? slots : 0), at_(many_.empty() ? few_.data() : many_.data()) {}
  runtime::Slot* data() { return at_; }

 private:
  std::array<runtime::Slot, 32> few_;
  std::vector<runtime::Slot> many_;
  runtime::Slot* at_;
};

}  // namespace wrun::inline v0::api
