#include <wrun/store.hpp>

#include <algorithm>

#include "jit/jit.hpp"
#include "lib/api/boundary.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"

namespace wrun::inline v0 {

namespace {

std::uint64_t stack_bytes(std::uint64_t asked) {
  return std::max<std::uint64_t>(asked, 64 * 1024);
}

}  // namespace

api::StoreState::StoreState(std::shared_ptr<EngineState> owner,
                            std::shared_ptr<runtime::Budget> budget)
    : AnchorHold(this),
      id(anchor.id.load(std::memory_order_relaxed)),
      engine(std::move(owner)),
      store({.registry = engine->types,
             .timer = engine->timer,
             .memories = engine->memories,
             .budget = budget,
             .host_id = id,
             .native = engine->compiler()},
            *this),
      facade(StoreAccess::make(this, id)),
      has_budget(budget != nullptr) {
  runtime::Limits limits;
  limits.stack_bytes = stack_bytes(engine->config.stack_bytes);
  // Refused only by a budget that limits fuel: there's none, then, until the host asks for some.
  (void)store.set_limits(std::move(limits));
}

namespace {

using api::guarded;
using api::Session;

api::StoreState* make_state(const Engine& engine, const Budget* budget) noexcept try {
  const auto& state = EngineAccess::state(engine);
  std::shared_ptr<runtime::Budget> account;
  if (budget) {
    if (!BudgetAccess::state(*budget)) return nullptr;
    account = BudgetAccess::state(*budget)->account;
  }
  return state ? new api::StoreState(state, std::move(account)) : nullptr;
} catch (...) {
  return nullptr;
}

/// A store may not be taken away through the reference that Caller::store() gives.
bool is_facade(const Store& store) {
  const api::StoreState* state = StoreAccess::state(store);
  return state && &state->facade.store == &store;
}

Error no_fuel() {
  return Error(ErrorKind::usage,
               "the engine doesn't count fuel: set Config::fuel when making the engine");
}

/// What the limits are in the run-time's terms.
runtime::Limits to_runtime(const Limits& limits, api::StoreState& state) {
  runtime::Limits made;
  made.memory_bytes = limits.memory_bytes.value_or(runtime::unlimited);
  made.table_elements = limits.table_elements.value_or(runtime::unlimited);
  made.instances = limits.instances.value_or(runtime::unlimited);
  made.heap_bytes = limits.heap_bytes.value_or(runtime::unlimited);
  made.stack_bytes = stack_bytes(limits.stack_bytes.value_or(state.engine->config.stack_bytes));
  made.fuel = limits.fuel;
  made.deadline = limits.deadline;
  made.may_wait = limits.may_wait;
  if (!limits.may_grow) return made;
  made.may_grow = [ask = limits.may_grow, &state](const runtime::Growth& growth) {
    const api::Locked locked(state);
    return ask(Growth{static_cast<Growth::Kind>(growth.kind), growth.from, growth.to,
                      growth.declared_max});
  };
  return made;
}

}  // namespace

Store::Store(const Engine& engine) noexcept : state_(make_state(engine, nullptr)) {
  if (state_) id_ = state_->id;
}

Store::Store(const Engine& engine, const Budget& budget) noexcept
    : state_(make_state(engine, &budget)) {
  if (state_) id_ = state_->id;
}

Store::Store(Store&& other) noexcept {
  if (is_facade(other)) return;
  state_ = std::exchange(other.state_, nullptr);
  id_ = std::exchange(other.id_, 0);
}

Store& Store::operator=(Store&& other) noexcept {
  if (is_facade(*this) || is_facade(other) || this == &other) return *this;
  Store old(std::move(*this));
  state_ = std::exchange(other.state_, nullptr);
  id_ = std::exchange(other.id_, 0);
  return *this;
}

Store::~Store() {
  if (state_) api::abandon(*state_);
}

Result<void> Store::limits(const Limits& limits) {
  const Session session(*this);
  if (!session) return session.error();
  const Config& config = session->engine->config;
  if (limits.fuel && !config.fuel) return no_fuel();
  if (limits.stack_bytes && *limits.stack_bytes > config.stack_bytes)
    return Error(ErrorKind::usage, "more stack than Config::stack_bytes");
  return guarded([&] { return session->store.set_limits(to_runtime(limits, *session)); });
}

void Store::interrupt() noexcept {
  if (state_) state_->store.state().request(runtime::ExecState::Stop::interrupted);
}

bool Store::interrupt_pending() const noexcept {
  return state_ && state_->store.state().stop.load() != runtime::ExecState::Stop::none;
}

int Store::interrupt_fd() noexcept {
  return state_ ? state_->store.state().wake.fd() : -1;
}

void Store::clear_interrupt() noexcept {
  const Session session(*this);
  if (!session) return;
  session->store.state().rearm_after(runtime::ExecState::Stop::interrupted);
}

Result<std::uint64_t> Store::fuel() const {
  const Session session(*this);
  if (!session) return session.error();
  if (!session->engine->config.fuel) return no_fuel();
  return session->store.fuel_left();
}

Result<void> Store::set_fuel(std::uint64_t instructions) {
  const Session session(*this);
  if (!session) return session.error();
  if (!session->engine->config.fuel) return no_fuel();
  return guarded([&] {
    runtime::Limits limits = session->store.account().limits();
    limits.fuel = instructions;
    return session->store.set_limits(std::move(limits));
  });
}

Result<Usage> Store::usage() const {
  const Session session(*this);
  if (!session) return session.error();
  runtime::Store& store = session->store;
  const runtime::Account& account = store.account();
  Usage usage;
  if (session->engine->config.fuel) usage.instructions = store.fuel_used();
  usage.host_calls = store.state().host_calls;
  usage.waits = store.state().waits;
  usage.host_work = session->host_work;
  usage.memory_bytes = account.used(runtime::Resource::memory_bytes).now();
  usage.memory_peak_bytes = account.used(runtime::Resource::memory_bytes).peak();
  usage.heap_bytes = account.used(runtime::Resource::heap_bytes).now();
  usage.heap_peak_bytes = account.used(runtime::Resource::heap_bytes).peak();
  usage.table_elements = account.used(runtime::Resource::table_elements).now();
  usage.instances = account.used(runtime::Resource::instances).now();
  return usage;
}

Result<void> Store::collect() {
  const Session session(*this);
  if (!session) return session.error();
  session->store.collect();
  return {};
}

Engine Store::engine() const {
  return EngineAccess::make(state_ ? state_->engine : nullptr);
}

}  // namespace wrun::inline v0
