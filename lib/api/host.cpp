#include "lib/api/host.hpp"

#include <algorithm>

#include <wrun/caller.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/objects.hpp"
#include "lib/api/types.hpp"
#include "lib/api/untyped.hpp"
#include "lib/interp/interp.hpp"
#include "lib/runtime/activation.hpp"
#include "lib/runtime/cells.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/bad_result.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0 {

namespace {

/// Whether compiled code can call it with values as they are: references are for a collector to
/// find while they are passed.
bool is_plain(const FuncType& type) {
  const auto is_number = [](const ValType& each) { return !each.is_ref(); };
  return type.results.size() <= 1 && std::ranges::all_of(type.params, is_number) &&
         std::ranges::all_of(type.results, is_number);
}

/// A host function and the count of its calls.
struct Counted {
  detail::HostFunc function;
  std::shared_ptr<api::CallCounter> counter;

  static void call(void* env, runtime::CallContext* context, runtime::Slot* slots) noexcept {
    const auto& self = *static_cast<const Counted*>(env);
    ++self.counter->calls;
    self.function.call(self.function.env.get(), context, slots);
  }
};

}  // namespace

runtime::HostFunctionSpec api::counted_spec_of(CallCounters& counters, wasm::TypeId type,
                                               const detail::HostFunc& function,
                                               const std::string& name) {
  std::shared_ptr<CallCounter>& counter = counters[name];
  if (!counter) counter = std::make_shared<CallCounter>();
  detail::HostFunc counted;
  counted.call = &Counted::call;
  counted.env = detail::shared_of<void>(std::make_shared<Counted>(Counted{function, counter}));
  return spec_of(type, counted);
}

runtime::HostFunctionSpec api::spec_of(wasm::TypeId type, const detail::HostFunc& function) {
  runtime::HostFunctionSpec spec;
  spec.type = type;
  spec.call = function.call;
  if (is_plain(function.type)) spec.typed = reinterpret_cast<void*>(function.typed);
  spec.env = function.env.get();
  spec.env_owner = detail::pointer_of(function.env);
  return spec;
}

runtime::HostFunction& api::make_cell(StoreState& state, wasm::TypeId type,
                                      const detail::HostFunc& function) {
  return runtime::create_host_function(state.store, spec_of(type, function));
}

Result<Func> Func::make_host(Store& store, detail::HostFunc&& function) noexcept {
  const api::Session session(store);
  if (!session) return session.error();
  return api::guarded([&]() -> Result<Func> {
    const api::HostDefinition definition(*session->engine, std::move(function));
    return api::make_handle<Func>(
        *session, api::make_cell(*session, definition.type(), definition.function).ref);
  });
}

Result<Func> Func::make(Store& store, FuncType type, UntypedFunc callable) {
  const api::Session session(store);
  if (!session) return session.error();
  return api::guarded([&]() -> Result<Func> {
    auto made = api::make_untyped(session->engine->types, std::move(type), std::move(callable));
    if (!made) return std::move(made).error();
    return make_host(store, std::move(*made));
  });
}

void detail::fail_call(runtime::CallContext* context, Error error) noexcept {
  runtime::fail(*context->state, std::move(error));
}

namespace {

/// The WebAssembly exception that a host function throws on: as an Error, or by value() of a Result
/// that holds one.
std::optional<Error> thrown_on(const std::exception_ptr& exception) noexcept {
  const auto if_exception = [](const Error& error) {
    const bool is_one = error.kind() == ErrorKind::exception;
    return is_one ? std::optional(error) : std::nullopt;
  };
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return if_exception(error);
  } catch (const wasm::BadResult& bad) {
    return if_exception(bad.error);
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace

void detail::fail_call(runtime::CallContext* context, std::exception_ptr exception) noexcept {
  if (auto error = thrown_on(exception)) return fail_call(context, std::move(*error));
  runtime::fail(*context->state, std::move(exception));
}

void detail::pause_call(runtime::CallContext* context) noexcept {
  runtime::request_pause(*context->state);
}

std::uint64_t detail::store_of(runtime::CallContext* context) noexcept {
  return api::StoreState::of(*context->state).id;
}

namespace {

api::StoreState& state_of(runtime::CallContext* context) {
  return api::StoreState::of(*context->state);
}

Error no_caller() {
  return Error(ErrorKind::usage, "no instance called: the host called its own function");
}

}  // namespace

std::optional<Instance> Caller::instance() const {
  if (!context_->caller) return std::nullopt;
  try {
    return api::make_handle<Instance>(state_of(context_), *context_->caller);
  } catch (...) {
    return std::nullopt;
  }
}

Result<Extern> Caller::get(std::string_view name) const {
  return api::guarded([&]() -> Result<Extern> {
    if (!context_->caller) return no_caller();
    return api::find_export(state_of(context_), *context_->caller, name);
  });
}

Result<Func> Caller::func(std::string_view name) const {
  return api::narrow<Func>(get(name), name, "function");
}
Result<Memory> Caller::memory(std::string_view name) const {
  return api::narrow<Memory>(get(name), name, "memory");
}
Result<Table> Caller::table(std::string_view name) const {
  return api::narrow<Table>(get(name), name, "table");
}
Result<Global> Caller::global(std::string_view name) const {
  return api::narrow<Global>(get(name), name, "global");
}
Result<Tag> Caller::tag(std::string_view name) const {
  return api::narrow<Tag>(get(name), name, "tag");
}

Store& Caller::store() const {
  return state_of(context_).facade.store;
}

void Caller::report(const HostWork& work) const {
  api::StoreState& state = state_of(context_);
  std::optional<HostWork>& sum = state.host_work;
  if (!sum) sum.emplace();
  sum->bytes_in += work.bytes_in;
  sum->bytes_out += work.bytes_out;
  state.store.report_host_bytes(work.bytes_in, work.bytes_out);
  if (!work.time) return;
  sum->time = sum->time.value_or(std::chrono::nanoseconds(0)) + *work.time;
  state.store.report_host_time(*work.time);
}

bool Caller::can_pause() const noexcept {
  return runtime::current_activation(*context_->state) != nullptr;
}

std::vector<Frame> Caller::backtrace() const {
  return interp::backtrace(*context_->state);
}

}  // namespace wrun::inline v0
