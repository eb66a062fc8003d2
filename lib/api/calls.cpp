#include "lib/api/calls.hpp"

#include <new>

#include <wrun/detail/slot.hpp>
#include <wrun/func.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/types.hpp"
#include "lib/api/values.hpp"
#include "lib/interp/interp.hpp"
#include "lib/interp/quick_entry.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/frame_layout.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace api {

using runtime::ExecState;
using runtime::FuncRef;

void Running::begin(StoreState& state) noexcept {
  if (!state.is_running()) state.store.begin_call();
  if (state.is_limited) state.store.stop_if_late();
}

void Running::end(StoreState& state) noexcept {
  if (state.is_running()) return;
  state.store.end_call();
  if (state.reports) state.report();
}

void take_failure(StoreState& state, detail::CallFailure& failure) noexcept {
  ExecState& exec = state.store.state();
  if (exec.failure.error) failure.error.emplace(*std::move(exec.failure.error));
  failure.exception = std::move(exec.failure.exception);
  exec.failure = {};
  // A request to stop ends all calls that are running, and is forgotten with the outermost.
  if (state.is_running() || !failure.error) return;
  const auto trap = failure.error->trap();
  if (trap == TrapCode::interrupted) exec.rearm_after(ExecState::Stop::interrupted);
  // Whatever stays used up is found again before the next call.
  if (failure.error->kind() == ErrorKind::limit) state.store.forget_late();
}

Result<void> write_args(StoreState& state, const wasm::CanonFuncType& type,
                        std::span<const Val> args, runtime::Slot* at) {
  if (args.size() != type.params.size())
    return Error(ErrorKind::usage,
                 compose("the function takes {} arguments, not {}: {}", type.params.size(),
                         args.size(), to_string(to_public(type))));
  for (std::size_t i = 0; i < args.size(); ++i) {
    auto written = to_slots(state, args[i], type.params[i], at, compose("argument {}", i + 1));
    if (!written) return written;
    at += wasm::slot_count(type.params[i]);
  }
  return {};
}

std::vector<Val> read_results(StoreState& state, const wasm::CanonFuncType& type,
                              const runtime::Slot* at) {
  std::vector<Val> results;
  results.reserve(type.results.size());
  for (const wasm::CanonType each : type.results) {
    results.push_back(from_slots(state, each, at));
    at += wasm::slot_count(each);
  }
  return results;
}

bool equal(std::span<const ValType> wanted, const std::vector<wasm::CanonType>& found) {
  if (wanted.size() != found.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (to_public(found[i]) != wanted[i]) return false;
  }
  return true;
}

bool enter(StoreState& state, const FuncRef& function, runtime::Slot* slots,
           detail::CallFailure& failure) noexcept {
  {
    const Running running(state);
    if (interp::enter(state.store.state(), function, slots)) return true;
  }
  take_failure(state, failure);
  return false;
}

}  // namespace api

namespace {

using runtime::FuncRef;

const wasm::CanonFuncType& type_of(const api::StoreState& state, const FuncRef& function) {
  return state.store.types().entry(function.type).type.func;
}

FuncType make_type(std::span<const ValType> params, std::span<const ValType> results) {
  return {{params.begin(), params.end()}, {results.begin(), results.end()}};
}

detail::CallFailure& make_failure(detail::FailureRoom& room) {
  return *::new (static_cast<void*>(&room.failure)) detail::CallFailure;
}

/// For want of a session, or of the function.
[[gnu::noinline]] bool refuse_call(api::Session::Refusal refusal, detail::FailureRoom& room) {
  const bool is_open = refusal == api::Session::Refusal::none;
  make_failure(room).error.emplace(is_open ? api::stale_handle() : api::Session::error_of(refusal));
  return false;
}

[[gnu::always_inline]] inline bool call_inside(api::StoreState& state, const FuncRef* found,
                                               runtime::Slot* args, detail::FailureRoom& room) {
  if (found == nullptr) return refuse_call(api::Session::Refusal::none, room);
  {
    const api::Running running(state);
    if (interp::enter(state.store.state(), *found, args)) return true;
  }
  api::take_failure(state, make_failure(room));
  return false;
}

/// A call inside of another use of the store, or without any.
[[gnu::noinline]] bool call_further(detail::Handle function, runtime::Slot* args,
                                    detail::FailureRoom& room) {
  const api::Session session(function.store);
  if (!session) return refuse_call(session.refusal(), room);
  return call_inside(*session, api::resolve<FuncRef>(*session, function), args, room);
}

/// After a call that failed, or that somebody watches by now. Ends the use of the store.
[[gnu::noinline]] bool end_slowly(api::Anchor& anchor, bool is_done, detail::FailureRoom& room) {
  api::StoreState& state = *anchor.state;
  if (state.is_watched) api::Running::end(state);
  if (!is_done) api::take_failure(state, make_failure(room));
  api::Session::leave(anchor);
  return is_done;
}

/// Enters machine code, after which the use of the store ends.
[[gnu::always_inline]] inline bool call_machine_code(api::Anchor& anchor,
                                                     const runtime::QuickCall& call,
                                                     runtime::Slot* args,
                                                     detail::FailureRoom& room) {
  api::StoreState& state = *anchor.state;
  const bool is_done = interp::enter_machine_code(state.store.state(), call, args);
  if (!is_done || state.is_watched) [[unlikely]]
    return end_slowly(anchor, is_done, room);
  api::Session::leave(anchor);
  return true;
}

/// A call of a function that isn't known to be entered straight away: the next one may be.
[[gnu::noinline]] bool call_unknown(api::Anchor& anchor, detail::Handle function,
                                    runtime::Slot* args, detail::FailureRoom& room) {
  runtime::Store& store = anchor.state->store;
  const FuncRef* found = store.resolve<FuncRef>(function.index, function.generation);
  const interp::NativeCode* code = found ? interp::find_machine_code(*found) : nullptr;
  if (code == nullptr || anchor.state->is_watched || !interp::can_enter(store.state())) {
    const bool is_done = call_inside(*anchor.state, found, args, room);
    api::Session::leave(anchor);
    return is_done;
  }
  const auto& call =
      store.quick_calls().keep(function.index, function.generation, found->instance, code->native);
  return call_machine_code(anchor, call, args, room);
}

/// False with a failure that is filled in.
Result<bool> call(api::StoreState& state, const FuncRef& function, std::span<const Val> args,
                  std::vector<Val>& results, detail::CallFailure& failure) {
  // The function may be gone when it returns: a host function can have released it.
  const wasm::CanonFuncType type = type_of(state, function);
  api::SlotBuffer slots(std::max(runtime::slot_count<wasm::TypeId>(type.params),
                                 runtime::slot_count<wasm::TypeId>(type.results)));
  auto written = api::write_args(state, type, args, slots.data());
  if (!written) return std::move(written).error();
  if (!api::enter(state, function, slots.data(), failure)) return false;
  results = api::read_results(state, type, slots.data());
  return true;
}

}  // namespace

// As few steps as can be for the store's outermost use that calls machine code.
bool detail::call_slots(Handle function, Slot* slots, FailureRoom& room) noexcept {
  auto* const args = reinterpret_cast<runtime::Slot*>(slots);
  api::Anchor* const anchor = api::find_anchor(function.store);
  if (anchor == nullptr || !api::Session::enter_first(*anchor, function.store)) [[unlikely]]
    return call_further(function, args, room);
  runtime::Store& store = anchor->state->store;
  const runtime::QuickCall& call = store.quick_calls().at(function.index);
  const bool is_known = runtime::QuickCalls::is_of(call, function.index, function.generation);
  if (!is_known || !interp::can_enter(store.state())) [[unlikely]]
    return call_unknown(*anchor, function, args, room);
  return call_machine_code(*anchor, call, args, room);
}

bool detail::call_values(Handle function, const Val* args, std::size_t count,
                         std::vector<Val>& results, CallFailure& failure) noexcept {
  const api::Session session(function.store);
  const FuncRef* found = session ? api::resolve<FuncRef>(*session, function) : nullptr;
  auto called = api::guarded([&]() -> Result<bool> {
    if (!found) return session ? api::stale_handle() : session.error();
    return call(*session, *found, std::span(args, count), results, failure);
  });
  if (called) return *called;
  failure.error = std::move(called).error();
  return false;
}

std::optional<Error> detail::check_signature(Handle function, std::span<const ValType> params,
                                             std::span<const ValType> results) noexcept {
  const api::Session session(function.store);
  auto checked = api::guarded([&]() -> Result<void> {
    if (!session) return session.error();
    const FuncRef* found = api::resolve<FuncRef>(*session, function);
    if (!found) return api::stale_handle();
    const wasm::CanonFuncType& type = type_of(*session, *found);
    if (api::equal(params, type.params) && api::equal(results, type.results)) return {};
    return Error(ErrorKind::usage,
                 compose("the function's type is {}, not {}", to_string(api::to_public(type)),
                         to_string(make_type(params, results))));
  });
  if (checked) return std::nullopt;
  return std::move(checked).error();
}

Error detail::error_of(const std::exception_ptr& exception) noexcept {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& thrown) {
    try {
      return Error(ErrorKind::host, compose("a host function threw: {}", thrown.what()));
    } catch (...) {
      return api::out_of_memory();
    }
  } catch (...) {
    return Error(ErrorKind::host, "host exception");
  }
}

Error detail::foreign_handle_error() noexcept {
  return api::stale_handle();
}

detail::StoreUse::StoreUse(std::uint64_t store) noexcept {
  static_assert(sizeof(api::Session) <= sizeof(session_) && alignof(api::Session) <= 8);
  new (session_) api::Session(store);
}

detail::StoreUse::~StoreUse() {
  std::launder(reinterpret_cast<api::Session*>(session_))->~Session();
}

detail::Handle detail::handle_from_ref(std::uint64_t store, std::uintptr_t ref,
                                       HeapKind heap) noexcept {
  const api::Session session(store);
  if (!session) return {};
  try {
    if (heap == HeapKind::func) return Access::get(api::func_handle(*session, *FuncRef::from(ref)));
    if (heap == HeapKind::exn)
      return Access::get(api::make_handle<Exception>(*session, *runtime::exception_from(ref)));
    return Access::get(api::make_ref_handle<ExternRef>(*session, ref));
  } catch (...) {
    return {};
  }
}

std::uintptr_t detail::ref_from_handle(std::uint64_t store, Handle handle, HeapKind heap) noexcept {
  const api::Session session(store);
  if (!session) return 0;
  if (heap == HeapKind::func) {
    const FuncRef* function = api::resolve<FuncRef>(*session, handle);
    return function ? function->as_ref() : 0;
  }
  if (heap == HeapKind::exn) {
    auto* exception = api::resolve<runtime::Exception>(*session, handle);
    return exception ? runtime::as_ref(*exception) : 0;
  }
  return api::resolve_ref(*session, handle);
}

}  // namespace wrun::inline v0
