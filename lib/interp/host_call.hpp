#pragma once

// From WebAssembly into the host.

#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

/// Where a host function was called from: the instruction after the call.
struct CallSite {
  const Word* next = nullptr;
  Slot* fp = nullptr;
  Instance* inst = nullptr;
};

/// What handlers expect after a call: the first result in the accumulators, too.
inline void set_accumulators(Regs& r, const Slot& result) {
  r.i = result.get<std::uint64_t>();
  r.f = result.get<float>();
  r.d = result.get<double>();
}

/// Calls a host function with its parameters at `args`, where its results are left. False: it
/// failed, or there was no room; state.failure says why.
bool call_host(runtime::ExecState& state, const runtime::HostFunction& host, Slot* args,
               const CallSite& site) noexcept;

/// The same after machine code has called it by itself, with the results at `args`.
bool finish_host_call(runtime::ExecState& state, const runtime::HostFunction& host, Slot* args,
                      const CallSite& site) noexcept;

}  // namespace wrun::inline v0::interp
