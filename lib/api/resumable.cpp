#include <wrun/resumable.hpp>

#include <algorithm>

#include "lib/api/boundary.hpp"
#include "lib/api/calls.hpp"
#include "lib/api/types.hpp"
#include "lib/interp/interp.hpp"
#include "lib/runtime/frame_layout.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0 {

namespace {

using api::Session;
using api::StoreState;
using detail::CallFailure;
using detail::Progress;
using runtime::Activation;
using runtime::FuncRef;

const wasm::CanonFuncType& type_of(const StoreState& state, wasm::TypeId type) {
  return state.store.types().entry(type).type.func;
}

std::uint32_t slots_of(const std::vector<wasm::CanonType>& types) {
  return runtime::slot_count<wasm::TypeId>(types);
}

Progress refuse(CallFailure& failure, Error error) {
  failure.error.emplace(std::move(error));
  return Progress::refused;
}

/// Runs body(), which enters the activation, and says what came of it. One that has ended is let go
/// of.
template <class Body>
Progress run(StoreState& state, detail::Shared<Activation>& activation, CallFailure& failure,
             const Body& body) {
  interp::Progress progress;
  {
    const api::Running running(state);
    progress = body(state.store.state());
  }
  if (progress == interp::Progress::paused) return Progress::paused;
  {
    const detail::Shared<Activation> ended = std::exchange(activation, nullptr);
    state.store.end_activation(*ended);
  }
  if (progress == interp::Progress::finished) return Progress::finished;
  api::take_failure(state, failure);
  return Progress::failed;
}

/// A session with the store of a paused call; says why there is none.
class PausedSession {
 public:
  PausedSession(std::uint64_t store, const detail::Shared<Activation>& activation,
                CallFailure& failure)
      : session_(store) {
    if (!session_) {
      failure.error = session_.error();
    } else if (!activation || !activation->is_paused()) {
      failure.error = api::usage_error("the call isn't paused");
    } else {
      is_good_ = true;
    }
  }
  explicit operator bool() const { return is_good_; }
  StoreState& state() const { return *session_; }

 private:
  Session session_;
  bool is_good_ = false;
};

Error wrong_values(std::string_view wanted) {
  return Error(ErrorKind::usage,
               compose("the call waits for the results of a function of type {}", wanted));
}

}  // namespace

Error detail::not_paused(Progress progress) noexcept {
  if (progress == Progress::refused) return api::empty_object("Resumable");
  return api::usage_error("the call isn't paused");
}

Error detail::no_result(Progress progress) noexcept {
  switch (progress) {
    case Progress::refused:
      return api::empty_object("Resumable");
    case Progress::failed:
      return api::usage_error("the call failed: it has no result");
    case Progress::taken:
      return api::usage_error("the call's result was taken before");
    default:
      return api::usage_error("the call hasn't finished");
  }
}

Progress detail::Started::start(Handle function, Slot* slots, CallFailure& failure) noexcept {
  const Session session(function.store);
  const FuncRef* found = session ? api::resolve<FuncRef>(*session, function) : nullptr;
  if (!found) return refuse(failure, session ? api::stale_handle() : session.error());
  auto made = api::guarded([&] { return session->store.start_activation(*found); });
  if (!made) return refuse(failure, std::move(made).error());
  store_ = function.store;
  activation_ = shared_of(std::move(*made));
  return run(*session, activation_, failure, [&](runtime::ExecState& exec) {
    return interp::start(exec, *activation_, reinterpret_cast<runtime::Slot*>(slots));
  });
}

Progress detail::Started::resume(std::span<const ValType> types, const Slot* values, Slot* results,
                                 CallFailure& failure) noexcept {
  const PausedSession session(store_, activation_, failure);
  if (!session) return Progress::refused;
  const wasm::CanonFuncType& awaited = type_of(session.state(), activation_->awaited);
  if (!api::equal(types, awaited.results)) {
    auto wrong = api::guarded(
        [&]() -> Result<void> { return wrong_values(to_string(api::to_public(awaited))); });
    return refuse(failure, std::move(wrong).error());
  }
  return run(session.state(), activation_, failure, [&](runtime::ExecState& exec) {
    return interp::resume(exec, *activation_, reinterpret_cast<const runtime::Slot*>(values),
                          reinterpret_cast<runtime::Slot*>(results));
  });
}

Progress detail::Started::fail(Error error, Slot* results, CallFailure& failure) noexcept {
  const PausedSession session(store_, activation_, failure);
  if (!session) return Progress::refused;
  return run(session.state(), activation_, failure, [&](runtime::ExecState& exec) {
    exec.failure.error = std::move(error);
    return interp::resume_failed(exec, *activation_, reinterpret_cast<runtime::Slot*>(results));
  });
}

namespace {

/// Steps with values whose types are known at run time: `step` takes slots. The function's type is
/// a copy, because the function may be gone afterwards.
template <class Step>
Progress run_untyped(StoreState& state, wasm::CanonFuncType type, std::uint32_t room,
                     std::vector<Val>& results, CallFailure& failure, const Step& step) {
  Progress progress = Progress::refused;
  auto done = api::guarded([&]() -> Result<void> {
    api::SlotBuffer slots(std::max(room, slots_of(type.results)));
    auto begun = step(slots.data());
    if (!begun) return std::move(begun).error();
    progress = *begun;
    if (progress == Progress::finished) results = api::read_results(state, type, slots.data());
    return {};
  });
  if (done) return progress;
  failure.error = std::move(done).error();
  return progress == Progress::finished ? Progress::failed : Progress::refused;
}

}  // namespace

Progress detail::Started::start(Handle function, std::span<const Val> args,
                                std::vector<Val>& results, CallFailure& failure) noexcept {
  const Session session(function.store);
  const FuncRef* found = session ? api::resolve<FuncRef>(*session, function) : nullptr;
  if (!found) return refuse(failure, session ? api::stale_handle() : session.error());
  const wasm::CanonFuncType& type = type_of(*session, found->type);
  return run_untyped(*session, type, slots_of(type.params), results, failure,
                     [&](runtime::Slot* slots) -> Result<Progress> {
                       auto written = api::write_args(*session, type, args, slots);
                       if (!written) return std::move(written).error();
                       return start(function, reinterpret_cast<Slot*>(slots), failure);
                     });
}

Progress detail::Started::resume(std::span<const Val> values, std::vector<Val>& results,
                                 CallFailure& failure) noexcept {
  const PausedSession session(store_, activation_, failure);
  if (!session) return Progress::refused;
  StoreState& state = session.state();
  // Written as the arguments of a function that takes what the other one would return.
  wasm::CanonFuncType awaited;
  const auto& awaited_results = type_of(state, activation_->awaited).results;
  return run_untyped(state, type_of(state, activation_->type), slots_of(awaited_results), results,
                     failure, [&](runtime::Slot* slots) -> Result<Progress> {
                       awaited.params = awaited_results;
                       auto written = api::write_args(state, awaited, values, slots);
                       if (!written) return std::move(written).error();
                       return run(state, activation_, failure, [&](runtime::ExecState& exec) {
                         return interp::resume(exec, *activation_, slots, slots);
                       });
                     });
}

Progress detail::Started::fail(Error error, std::vector<Val>& results,
                               CallFailure& failure) noexcept {
  const PausedSession session(store_, activation_, failure);
  if (!session) return Progress::refused;
  return run_untyped(session.state(), type_of(session.state(), activation_->type), 0, results,
                     failure, [&](runtime::Slot* slots) -> Result<Progress> {
                       return fail(std::move(error), reinterpret_cast<Slot*>(slots), failure);
                     });
}

namespace {

/// False if another thread is inside the store.
bool try_to_end(std::uint64_t store, Activation& activation) noexcept {
  const Session session(store);
  if (session && activation.is_paused()) session->store.end_activation(activation);
  return session || !session.is_busy();
}

}  // namespace

// Whoever is inside ends it when leaving. It may have left between the two attempts.
void detail::Started::drop() noexcept {
  if (try_to_end(store_, *activation_)) return;
  activation_->is_dropped.store(true);
  activation_->any_dropped->store(true);
  try_to_end(store_, *activation_);
}

}  // namespace wrun::inline v0
