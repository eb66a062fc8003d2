#include "lib/api/untyped.hpp"

#include <memory>

#include "lib/api/held_types.hpp"
#include "lib/api/session.hpp"
#include "lib/api/types.hpp"
#include "lib/api/values.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0::api {

namespace {

struct Untyped {
  wasm::CanonFuncType type;
  UntypedFunc callable;
  HeldTypes held;
};

Result<void> call(const Untyped& function, runtime::CallContext* context, runtime::Slot* slots) {
  StoreState& state = StoreState::of(*context->state);
  std::vector<Val> args;
  args.reserve(function.type.params.size());
  const runtime::Slot* from = slots;
  for (const wasm::CanonType type : function.type.params) {
    args.push_back(from_slots(state, type, from));
    from += wasm::slot_count(type);
  }
  std::vector<Val> results;
  results.reserve(function.type.results.size());
  for (const wasm::CanonType type : function.type.results) results.push_back(default_value(type));
  Caller caller(context);
  auto done = function.callable(caller, args, results);
  if (!done) return done;
  if (CallerAccess::pauses(caller)) return detail::pause_call(context), Result<void>();
  runtime::Slot* to = slots;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const wasm::CanonType type = function.type.results[i];
    auto written =
        to_slots(state, results[i], type, to, compose("result {} of the host function", i + 1));
    if (!written) return written;
    to += wasm::slot_count(type);
  }
  return {};
}

void call_from_slots(void* env, runtime::CallContext* context, runtime::Slot* slots) noexcept {
  try {
    auto done = call(*static_cast<const Untyped*>(env), context, slots);
    if (!done) detail::fail_call(context, std::move(done).error());
  } catch (...) {
    detail::fail_call(context, std::current_exception());
  }
}

}  // namespace

Result<detail::HostFunc> make_untyped(const std::shared_ptr<wasm::TypeRegistry>& types,
                                      FuncType type, UntypedFunc callable) {
  if (!callable) return Error(ErrorKind::usage, "an empty host function");
  HeldTypes held(types);
  auto canonical = held.add(type);
  if (!canonical) return module_type_error();
  detail::HostFunc made;
  made.type = std::move(type);
  made.call = &call_from_slots;
  made.env = detail::shared_of<void>(std::make_shared<Untyped>(
      Untyped{std::move(*canonical), std::move(callable), std::move(held)}));
  return made;
}

}  // namespace wrun::inline v0::api
