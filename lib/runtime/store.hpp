#pragma once

// A store: the heap of instances, functions, memories, tables, globals, tags and host references,
// which are its cells, with the stack, the state and the account that their code runs on. One
// thread at a time; any thread may interrupt.
//
// A cell lives while a handle, a root scope, a frame or another living cell reaches it. What is
// unreachable is freed by collect(), which runs at safe points only: allocating never collects.

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <wrun/result.hpp>

#include "lib/os/stack.hpp"
#include "lib/os/timer.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/handle_table.hpp"
#include "lib/runtime/limits.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

struct StoreConfig {
  std::shared_ptr<wasm::TypeRegistry> registry;  ///< the engine's
  std::shared_ptr<os::Timer> timer;              ///< the engine's; needed for deadlines only
  std::shared_ptr<Budget> budget;                ///< null: an account of its own
  std::uint64_t host_id = 0;                     ///< what the layer above calls the store
};

class Marker;
struct ExceptionHold;

class Store {
 public:
  explicit Store(StoreConfig config);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Unique in the process; never 0.
  std::uint32_t id() const { return id_; }
  std::uint64_t host_id() const { return host_id_; }
  ExecState& state() { return state_; }
  wasm::TypeRegistry& types() const { return *registry_; }
  const std::shared_ptr<wasm::TypeRegistry>& registry() const { return registry_; }
  Account& account() { return account_; }

  // Handles

  /// The handle of a living object of this store; it keeps the object alive until it is released,
  /// or its owner is. Asking twice with the same owner gives the same handle.
  template <class T>
  Handle handle(T& object, Handle owner = {}) {
    using Object = std::remove_const_t<T>;
    static_assert(handle_kind<Object> != HandleKind::none);
    return handles_.intern(const_cast<Object*>(&object), handle_kind<Object>, owner);
  }
  /// Null if the handle is stale, of another store or of another kind.
  template <class T>
  T* resolve(Handle handle) const {
    static_assert(handle_kind<T> != HandleKind::none);
    return handle.kind == handle_kind<T> ? static_cast<T*>(handles_.find(handle)) : nullptr;
  }
  /// Drops the host's hold, and those of the handles that it owns. A safe point. False if it was
  /// stale or foreign.
  bool release(Handle handle);
  std::size_t handle_count() const { return handles_.size(); }
  /// Keeps an exception alive as long as there are copies of the result, which any thread may
  /// drop. Throws std::bad_alloc.
  std::shared_ptr<const ExceptionHold> hold(Exception& exception);

  // Cells

  /// A new cell, owned by the store; not yet rooted. Throws std::bad_alloc.
  template <class T, class... Args>
  T& make(Args&&... args) {
    if (cells_.size() == cells_.capacity()) cells_.reserve(cells_.size() * 2 + 16);
    T* cell = new T(this, std::forward<Args>(args)...);
    cells_.push_back(cell);
    note_allocation(sizeof(T));
    return *cell;
  }
  /// Tells the collector's schedule of memory that a cell holds elsewhere.
  void note_allocation(std::uint64_t bytes) { allocated_ += bytes; }
  std::size_t cell_count() const { return cells_.size(); }

  // Collection

  /// Frees what is unreachable. A safe point: no C++ code on the way here may hold an unrooted
  /// cell that it will use again.
  void collect();
  /// collect(), if as much was allocated since the last one as was alive then. A safe point.
  void collect_if_due();

  // Running

  /// Creates the stack for frames and sets the state's limits to it, the first time.
  Result<void> ensure_stack();
  const os::Stack& stack() const { return stack_; }

  /// Replaces the limits. What is left of the fuel goes back, and the new amount is granted; the
  /// deadline is set anew or cleared. The stack's size counts until the first entry.
  Result<void> set_limits(Limits limits);
  std::uint64_t fuel_granted() const { return fuel_granted_; }
  std::uint64_t fuel_left() const;
  std::uint64_t fuel_used() const { return fuel_granted_ - fuel_left(); }
  /// Adds what was used since the last time to the budget's sums.
  void report_usage();

 private:
  friend class RootScope;

  void mark_roots(Marker& marker);
  void mark_frames(Marker& marker);
  void mark_holds(Marker& marker);
  void sweep(std::vector<Cell*>& dead);
  void destroy(Cell* cell);
  Result<void> set_fuel(std::optional<std::uint64_t> fuel);
  void return_fuel();
  Result<void> set_deadline(std::optional<os::TimePoint> deadline);
  void cancel_deadline();

  std::uint32_t id_;
  std::uint64_t host_id_;
  std::shared_ptr<wasm::TypeRegistry> registry_;
  std::shared_ptr<os::Timer> timer_;
  Account account_;
  ExecState state_;
  os::Stack stack_;
  HandleTable handles_;
  std::vector<Cell*> cells_;
  std::vector<Cell*> scoped_roots_;
  std::vector<std::shared_ptr<const ExceptionHold>> holds_;
  std::uint64_t allocated_ = 0;  // bytes since the last collection
  std::uint64_t alive_ = 0;      // bytes after it
  std::uint64_t fuel_granted_ = 0;
  bool fuel_is_charged_ = false;  // what is left was taken from the budget
  std::uint64_t fuel_reported_ = 0;
  std::uint64_t host_calls_reported_ = 0;
  std::uint64_t waits_reported_ = 0;
  std::optional<os::Timer::Id> deadline_;
};

/// Keeps cells alive while C++ code holds them over a safe point. Scopes nest.
class RootScope {
 public:
  explicit RootScope(Store& store) : store_(store), base_(store.scoped_roots_.size()) {}
  ~RootScope() { store_.scoped_roots_.resize(base_); }
  RootScope(const RootScope&) = delete;
  RootScope& operator=(const RootScope&) = delete;

  void add(Cell& cell) { store_.scoped_roots_.push_back(&cell); }

 private:
  Store& store_;
  std::size_t base_;
};

/// The cell that a function reference keeps alive.
Cell* owner(const FuncRef& function);

}  // namespace wrun::inline v0::runtime
