#pragma once

// What capabilities that a C program implements have in common.

#include <functional>
#include <memory>

#include <wrun/c/wasi_host.h>

#include "wasi/c/handles.hpp"

namespace wrun::inline v0::wasi {

inline Errno to_errno(wrun_wasi_errno_t error) {
  return error > static_cast<wrun_wasi_errno_t>(Errno::notcapable) ? Errno::io
                                                                   : static_cast<Errno>(error);
}

/// A table of a program's functions, and the pointer that each is called with.
template <class Methods>
class Implementation {
 public:
  Implementation(const Methods& methods, std::shared_ptr<capi::Environment> env)
      : methods_(methods), env_(std::move(env)) {}

  const Methods* operator->() const { return &methods_; }
  void* env() const { return env_->get(); }

  /// What a function answers; notsup if there's none.
  template <class... P, class... A>
  Errno ask(wrun_wasi_errno_t (*function)(void*, P...), A... args) const {
    return function ? to_errno(function(env(), args...)) : Errno::notsup;
  }
  /// The same of a function that counts bytes, `most` of them.
  template <class... P, class... A>
  Outcome<std::size_t> transfer(wrun_wasi_errno_t (*function)(void*, P...), std::size_t most,
                                A... args) const {
    std::size_t done = 0;
    const Errno error = ask(function, args..., &done);
    if (error != Errno::success) return error;
    return std::min(done, most);
  }

 private:
  Methods methods_;
  std::shared_ptr<capi::Environment> env_;
};

/// The program's table, of whichever version. The finalizer is called if there is an error.
template <class Methods>
Result<Implementation<Methods>> implementation(const Methods& methods, const Methods& defaults,
                                               void* env, void (*finalizer)(void*)) {
  auto kept = capi::share(env, finalizer);
  auto read = capi::read_options<Methods>(methods, defaults);
  if (!read) return std::move(read).error();
  return Implementation<Methods>(*read, std::move(kept));
}

/// A pollable that asks a program.
std::unique_ptr<Pollable> make_pollable(std::function<void(wrun_wasi_readiness_t&)> ask);

/// One that asks function(env, args..., readiness) of an implementation, which it keeps; one that
/// is always ready if there is none.
template <class Methods, class... P, class... A>
std::unique_ptr<Pollable> ask_readiness(const Implementation<Methods>& from,
                                        void (*function)(void*, P...), A... args) {
  if (!function) return always_ready();
  return make_pollable([from, function, args...](wrun_wasi_readiness_t& readiness) {
    function(from.env(), args..., &readiness);
  });
}

}  // namespace wrun::inline v0::wasi
