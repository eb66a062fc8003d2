#pragma once

#include <algorithm>

#include "lib/api/c/values.hpp"
#include "lib/api/held_types.hpp"
#include "lib/api/types.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0::capi {

template <class V, class Body>
struct Callback {
  wasm::CanonFuncType type;
  Body body;
  api::HeldTypes held;

  /// Deletes references when they end, whether or not they reached the callback.
  struct Values : Buffer<V, 8> {
    using Buffer<V, 8>::Buffer;
    bool is_owner = true;
    ~Values() {
      if (!is_owner) return;
      for (std::size_t i = 0; i < this->size(); ++i) remove(this->data()[i]);
    }
  };

  void operator()(runtime::CallContext* context, runtime::Slot* slots) const {
    api::StoreState& state = api::StoreState::of(*context->state);
    Use use(store_of(state));
    Values args(type.params.size());
    Values results(type.results.size());
    read_all<V>(use, type.params, slots, args.data());
    for (std::size_t i = 0; i < results.size(); ++i)
      set_default(use, type.results[i], results.data()[i]);
    // What a failing callback left there may be borrowed.
    results.is_owner = false;
    if (!body(use, context, std::span(args.data(), args.size()),
              std::span(results.data(), results.size())))
      return;
    results.is_owner = true;
    auto written = write_all<V>(use, type.results, std::span(results.data(), results.size()), slots,
                                "result of a host function");
    if (!written) detail::fail_call(context, std::move(written).error());
  }

  static void thunk(void* env, runtime::CallContext* context, runtime::Slot* slots) noexcept {
    try {
      (*static_cast<const Callback*>(env))(context, slots);
    } catch (...) {
      detail::fail_call(context, detail::error_of(std::current_exception()));
    }
  }
};

template <class V, class Body>
Result<detail::HostFunc> make_callback(const std::shared_ptr<wasm::TypeRegistry>& types,
                                       FuncType type, Body body) {
  using Made = Callback<V, Body>;
  api::HeldTypes held(types);
  auto canonical = held.add(type);
  if (!canonical) return api::module_type_error();
  detail::HostFunc made;
  made.type = std::move(type);
  made.call = &Made::thunk;
  made.env = detail::shared_of<void>(
      std::make_shared<Made>(Made{std::move(*canonical), std::move(body), std::move(held)}));
  return made;
}

}  // namespace wrun::inline v0::capi
