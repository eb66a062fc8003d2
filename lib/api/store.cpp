#include <wrun/store.hpp>

#include <algorithm>

#include "jit/jit.hpp"
#include "lib/api/amounts.hpp"
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
                            std::shared_ptr<BudgetState> account)
    : AnchorHold(this),
      id(anchor.id.load(std::memory_order_relaxed)),
      engine(std::move(owner)),
      callback_lock(anchor),
      store({.registry = engine->types,
             .timer = engine->timer,
             .memories = engine->memories,
             .budget = account ? account->account : nullptr,
             .host_id = id,
             .native = engine->compiler(),
             .deterministic = engine->config.deterministic,
             .callback_lock = &callback_lock},
            *this),
      facade(StoreAccess::make(this, id)),
      budget(std::move(account)),
      is_limited(budget && store.account().limits_time()),
      reports(budget != nullptr) {
  if (budget && !engine->config.fuel) budget->account->misses_fuel.store(true);
  if (budget && budget->account->host_bytes.is_bounded()) is_limited = true;
  runtime::Limits limits;
  limits.stack_bytes = stack_bytes(engine->config.stack_bytes);
  // Refused only by a budget that limits fuel: there's none, then, until the host asks for some.
  (void)store.set_limits(std::move(limits));
  note_watchers();
}

api::StoreState::~StoreState() {
  if (reports) report();
}

void api::StoreState::report() noexcept {
  store.report_usage();
  if (!budget || !calls_by_name) return;
  try {
    const std::lock_guard lock(budget->mutex);
    for (auto& [name, counter] : *calls_by_name) {
      const std::uint64_t further = counter->calls - counter->reported;
      if (further == 0) continue;
      budget->calls_by_name[name] += further;
      counter->reported = counter->calls;
    }
  } catch (...) {
    return;  // what wasn't added is added the next time
  }
}

namespace {

using api::guarded;
using api::Session;

api::StoreState* make_state(const Engine& engine, const Budget* budget) noexcept try {
  const auto& state = EngineAccess::state(engine);
  std::shared_ptr<api::BudgetState> account;
  if (budget) {
    account = BudgetAccess::state(*budget);
    if (!account) return nullptr;
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
runtime::Limits to_runtime(const Limits& limits, const Config& config) {
  runtime::Limits made;
  made.memory_bytes = limits.memory_bytes.value_or(runtime::unlimited);
  made.table_elements = limits.table_elements.value_or(runtime::unlimited);
  made.instances = limits.instances.value_or(runtime::unlimited);
  made.heap_bytes = limits.heap_bytes.value_or(runtime::unlimited);
  made.stack_bytes = stack_bytes(limits.stack_bytes.value_or(config.stack_bytes));
  made.fuel = limits.fuel;
  made.deadline = limits.deadline;
  made.may_wait = limits.may_wait;
  made.wall_time = api::nanoseconds(limits.wall_time);
  made.cpu_time = api::nanoseconds(limits.cpu_time);
  made.host_calls = limits.host_calls.value_or(runtime::unlimited);
  made.host_bytes = limits.host_bytes.value_or(runtime::unlimited);
  made.measure_time = limits.measure_time;
  made.soft = api::to_runtime(limits.soft);
  made.may_grow = api::to_runtime(limits.may_grow);
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
  return guarded([&]() -> Result<void> {
    auto set = session->store.set_limits(to_runtime(limits, config));
    if (!set) return set;
    const runtime::Account& account = session->store.account();
    session->is_limited = limits.deadline || limits.host_bytes || account.limits_time() ||
                          account.budget().host_bytes.is_bounded();
    session->reports = session->budget || limits.soft.fuel;
    session->note_watchers();
    if (limits.count_calls_by_name && !session->calls_by_name) session->calls_by_name.emplace();
    return {};
  });
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
  return guarded([&] { return session->store.set_fuel(instructions); });
}

Result<Usage> Store::usage() const {
  const Session session(*this);
  if (!session) return session.error();
  return guarded([&]() -> Result<Usage> {
    runtime::Store& store = session->store;
    store.settle_time();
    const runtime::Account& account = store.account();
    const auto used = [&](runtime::Resource resource) -> const runtime::Meter& {
      return account.used(resource);
    };
    Usage usage = api::usage_of(used);
    if (session->engine->config.fuel) usage.instructions = store.fuel_used();
    usage.host_calls = store.state().host_calls;
    usage.waits = store.state().waits;
    usage.host_work = session->host_work;
    usage.memory_byte_seconds = account.memory_byte_seconds();
    usage.soft_limits_passed = account.passed();
    if (!store.measures_time()) usage.wall_time = usage.cpu_time = std::nullopt;
    if (!session->calls_by_name) return usage;
    auto& calls = usage.host_calls_by_name.emplace();
    for (const auto& [name, counter] : *session->calls_by_name)
      calls.emplace_back(name, counter->calls);
    return usage;
  });
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
