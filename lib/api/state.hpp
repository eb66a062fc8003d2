#pragma once

// What is behind the public types.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <wrun/engine.hpp>
#include <wrun/extern.hpp>
#include <wrun/limits.hpp>
#include <wrun/linker.hpp>
#include <wrun/module.hpp>
#include <wrun/shared_memory.hpp>
#include <wrun/store.hpp>

#include "lib/api/cache.hpp"
#include "lib/api/registry.hpp"
#include "lib/os/timer.hpp"
#include "lib/runtime/initial_memory.hpp"
#include "lib/runtime/limits.hpp"
#include "lib/runtime/shared_memory.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/canonical_types.hpp"
#include "lib/wasm/decoder.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0::jit {
class Compiler;
}

namespace wrun::inline v0 {

namespace api {

struct EngineState {
  Config config;
  std::shared_ptr<wasm::TypeRegistry> types = std::make_shared<wasm::TypeRegistry>();
  std::shared_ptr<runtime::MemoryPool> memories = std::make_shared<runtime::MemoryPool>();
  std::shared_ptr<os::Timer> timer = std::make_shared<os::Timer>();
  bool tries_upper_halves = false;  // for tests: see api::engine_that_tries_upper_halves()
  std::shared_ptr<runtime::IdleBytes> idle_bytes = std::make_shared<runtime::IdleBytes>();

  /// Null where everything is interpreted. Made when it is first asked for. Throws std::bad_alloc.
  jit::Compiler* compiler();
  /// Why there is no compiler; empty if there is one, or nobody asked yet.
  std::string no_compiler;
  /// The same for memories with guard pages.
  std::string no_guards;

  /// Error{limit} if the configuration insists on guard pages, and compiled code would do without.
  /// Throws std::bad_alloc.
  Result<void> check_guards();

  wasm::DecodeOptions decode_options() const;
  /// Null if the configuration has none, or nothing is compiled.
  std::unique_ptr<CodeCache> cache;

 private:
  std::once_flag asked_;
  std::shared_ptr<jit::Compiler> compiler_;
};

/// Where a module has its machine code from.
enum class CodeFrom : std::uint8_t { compiler, image };

/// A module's code together with its engine; what instances share.
struct ModuleState : runtime::ModuleCode {
  std::shared_ptr<EngineState> engine;

  ModuleState(std::shared_ptr<const wasm::ModuleData> data, std::shared_ptr<EngineState> owner,
              CodeFrom from = CodeFrom::compiler);
};

/// How often a host function was called, in one store.
struct CallCounter {
  std::uint64_t calls = 0;
  std::uint64_t reported = 0;  ///< of them, to the store's budget
};
using CallCounters = std::map<std::string, std::shared_ptr<CallCounter>>;

struct BudgetState {
  std::shared_ptr<runtime::Budget> account = std::make_shared<runtime::Budget>();
  std::mutex mutex;
  std::map<std::string, std::uint64_t> calls_by_name = {};
};

/// A Store that owns nothing.
union Facade {
  Store store;
  explicit Facade(Store&& made) : store(std::move(made)) {}
  ~Facade() {}
};

/// The store's anchor, claimed before and returned after everything else.
struct AnchorHold {
  Anchor& anchor;
  explicit AnchorHold(StoreState* state) : anchor(claim_anchor(state)) {}
  ~AnchorHold() { return_anchor(anchor); }
  AnchorHold(const AnchorHold&) = delete;
  AnchorHold& operator=(const AnchorHold&) = delete;
};

/// Makes uses of a store fail, also the running thread's own, while a callback runs.
class AnchorLock final : public runtime::CallbackLock {
 public:
  explicit AnchorLock(Anchor& anchor) : anchor_(anchor) {}
  bool lock() noexcept override;
  void unlock() noexcept override;

 private:
  Anchor& anchor_;
};

/// A runtime::Store that knows what it is part of.
struct StoreHeap : runtime::Store {
  StoreState& owner;
  StoreHeap(runtime::StoreConfig config, StoreState& state)
      : Store(std::move(config)), owner(state) {}
};

struct StoreState : AnchorHold {
  std::uint64_t id;
  std::shared_ptr<EngineState> engine;
  std::shared_ptr<void> c_store;  ///< what C programs hold of this
  AnchorLock callback_lock;
  StoreHeap store;
  Facade facade;                             ///< what Caller::store() refers to
  std::shared_ptr<BudgetState> budget = {};  ///< one that other stores may draw on, too
  bool is_limited = false;                   ///< whether calls may be late when they start
  bool reports = false;                      ///< whether ends of calls are to be reported
  bool is_watched = false;                   ///< either, or their time is measured
  std::optional<HostWork> host_work;
  std::optional<CallCounters> calls_by_name;

  StoreState(std::shared_ptr<EngineState> owner, std::shared_ptr<BudgetState> account);
  ~StoreState();
  /// Sets is_watched, after what it depends on has changed.
  void note_watchers() noexcept {
    is_watched = is_limited || reports || store.measures_time();
    // Calls that are watched take the long way.
    store.quick_calls().clear();
  }
  /// Whether code of the store runs, or a host function that it called.
  bool is_running() { return store.state().records != nullptr; }
  /// Tells the budget what was used.
  void report() noexcept;

  static StoreState& of(const runtime::ExecState& state) {
    return static_cast<StoreHeap*>(state.store)->owner;
  }
};

struct SharedMemoryState {
  std::shared_ptr<EngineState> engine;
  std::shared_ptr<runtime::SharedMemory> memory;
};

/// A host function without a store, as linkers define it. It has a cell in each store in which
/// something that imports it is instantiated.
class HostDefinition {
 public:
  detail::HostFunc function;

  HostDefinition(EngineState& engine, detail::HostFunc&& host);
  ~HostDefinition();
  HostDefinition(const HostDefinition&) = delete;
  HostDefinition& operator=(const HostDefinition&) = delete;

  /// Of its type; interned when it is first asked for, since most of what a linker offers isn't
  /// imported. Any thread may. Throws std::bad_alloc.
  wasm::TypeId type() const;

 private:
  static constexpr std::uint32_t unknown = 0xffff'ffff;

  std::shared_ptr<wasm::TypeRegistry> types_;
  mutable std::atomic<std::uint32_t> type_{unknown};
};

using HostDefinitionPtr = std::shared_ptr<const HostDefinition>;
using Definition = std::variant<HostDefinitionPtr, Extern, SharedMemory>;

struct LinkerState {
  using Names = std::map<std::string, Definition, std::less<>>;
  std::shared_ptr<EngineState> engine;
  std::map<std::string, Names, std::less<>> modules;
  std::optional<Error> mistake;  ///< the first

  const Definition* find(std::string_view module, std::string_view name) const;
};

struct PreparedState : std::enable_shared_from_this<PreparedState> {
  std::shared_ptr<const ModuleState> module;
  std::vector<Definition> imports;
  std::size_t host_imports = 0;                      ///< how many of them are host functions
  mutable runtime::HostFunctionPool host_functions;  ///< those, of stores that are gone

  explicit PreparedState(std::shared_ptr<const ModuleState> code)
      : module(std::move(code)), host_functions(module->engine->idle_bytes) {}
};

}  // namespace api

// How the library's own code gets at the states.

struct EngineAccess {
  static std::shared_ptr<api::EngineState> state(const Engine& engine) {
    return detail::pointer_of(engine.state_);
  }
  static Engine make(std::shared_ptr<api::EngineState> state) {
    return Engine(detail::shared_of(std::move(state)));
  }
};
struct ModuleAccess {
  static std::shared_ptr<const api::ModuleState> state(const Module& module) {
    return detail::pointer_of(module.state_);
  }
  static Module make(std::shared_ptr<const api::ModuleState> state) {
    return Module(detail::shared_of(std::move(state)));
  }
};
struct LinkerAccess {
  static api::LinkerState* state(Linker& linker) { return linker.state_; }
  static Linker& add(Linker& linker, std::string_view module, std::string_view name,
                     detail::HostFunc&& function) {
    return linker.add(module, name, std::move(function));
  }
};
struct BudgetAccess {
  static std::shared_ptr<api::BudgetState> state(const Budget& budget) {
    return detail::pointer_of(budget.state_);
  }
};
struct PreparedAccess {
  static std::shared_ptr<const api::PreparedState> state(const Prepared& prepared) {
    return detail::pointer_of(prepared.state_);
  }
};
struct CallerAccess {
  static bool pauses(const Caller& caller) { return caller.pauses_; }
};
struct SharedMemoryAccess {
  static const api::SharedMemoryState* state(const SharedMemory& memory) {
    return memory.state_.get();
  }
  static SharedMemory make(std::shared_ptr<const api::SharedMemoryState> state) {
    return SharedMemory(detail::shared_of(std::move(state)));
  }
};
struct StoreAccess {
  static api::StoreState* state(const Store& store) { return store.state_; }
  static std::uint64_t id(const Store& store) { return store.id_; }
  static Store make(api::StoreState* state, std::uint64_t id) { return Store(state, id); }
};

}  // namespace wrun::inline v0
