#pragma once

// A store: the instances, functions, memories, tables, globals and tags that are its cells, the
// heap of structures, arrays and host references, and the stack, the state and the account that
// their code runs on. One thread at a time; any thread may interrupt.
//
// A cell or object lives while a handle, a root scope, a frame or another living one reaches it.
// What is unreachable is freed by a collection, at safe points only: make() never collects, while
// allocate() may. Code of the host's runs in a collection only where the host could be called
// anyway: what waits for it, finalize() destroys.

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <wrun/result.hpp>

#include "lib/os/stack.hpp"
#include "lib/os/timer.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/handle_table.hpp"
#include "lib/runtime/heap.hpp"
#include "lib/runtime/host_functions.hpp"
#include "lib/runtime/limits.hpp"
#include "lib/runtime/mark_stack.hpp"
#include "lib/runtime/objects.hpp"
#include "lib/runtime/quick_calls.hpp"
#include "lib/runtime/time_meter.hpp"

namespace wrun::inline v0::runtime {

struct MemoryPool;

struct StoreConfig {
  std::shared_ptr<wasm::TypeRegistry> registry;  ///< the engine's
  std::shared_ptr<os::Timer> timer;              ///< the engine's; needed for deadlines only
  std::shared_ptr<MemoryPool> memories;          ///< the engine's; null: one of its own
  std::shared_ptr<Budget> budget;                ///< null: an account of its own
  bool gc_stress = false;                        ///< collect at every allocation in the heap
  std::size_t mark_stack_entries = unlimited;    ///< the most that marking remembers; for tests
  std::uint64_t host_id = 0;                     ///< what the layer above calls the store
  NativeEngine* native = nullptr;                ///< the engine's compiler, if it has one
  bool deterministic = false;                    ///< limits strike alike in every tier
  CallbackLock* callback_lock = nullptr;         ///< outlives the store
};

class Marker;
struct Activation;
struct ExceptionHold;

/// The least that cells must have taken before a collection is worth its while.
inline constexpr std::uint64_t least_cell_bytes = 8 * 1024 * 1024;

/// Cells that make up for what a collection costs where nothing lives.
inline constexpr std::size_t least_cheap_cells = 4;

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
  NativeEngine* native() const { return native_; }
  MemoryPool& memories() const { return *memories_; }

  // Handles

  /// The handle of a living object of this store; it keeps the object alive until it is released,
  /// or its owner is. Asking twice with the same owner gives the same handle.
  template <class T>
  Handle handle(T& object, Handle owner = {}) {
    using Mutable = std::remove_const_t<T>;
    static_assert(handle_kind<Mutable> != HandleKind::none);
    return handles_.intern(const_cast<Mutable*>(&object), handle_kind<Mutable>, owner);
  }
  /// Null if the handle is stale, of another store or of another kind.
  template <class T>
  T* resolve(Handle handle) const {
    static_assert(handle_kind<T> != HandleKind::none);
    return handle.kind == handle_kind<T> ? static_cast<T*>(handles_.find(handle)) : nullptr;
  }
  /// The same for who knows that the handle is of this store.
  template <class T>
  T* resolve(std::uint32_t index, std::uint32_t generation) const {
    static_assert(handle_kind<T> != HandleKind::none);
    return static_cast<T*>(handles_.find(index, generation, handle_kind<T>));
  }
  /// handle() for a reference that isn't null or a function's.
  Handle ref_handle(Ref ref) {
    return handles_.intern(reinterpret_cast<void*>(ref), HandleKind::reference, {});
  }
  /// null_ref if the handle is stale, of another store or of another kind.
  Ref resolve_ref(Handle handle) const {
    return reinterpret_cast<Ref>(resolve<CellHeader>(handle));
  }
  /// The functions that are entered by their handles alone.
  QuickCalls& quick_calls() { return quick_calls_; }
  /// Drops the host's hold, and those of the handles that it owns. A safe point. False if it was
  /// stale or foreign.
  bool release(Handle handle);
  /// The same at the next safe point. False without memory for it.
  bool release_later(Handle handle) noexcept;
  std::size_t handle_count() const { return handles_.size(); }
  /// Keeps an exception alive as long as there are copies of the result, which any thread may
  /// drop. Throws std::bad_alloc.
  std::shared_ptr<const ExceptionHold> hold(Exception& exception);

  // Cells

  /// A new cell, owned by the store; not yet rooted. Throws std::bad_alloc.
  template <class T, class... Args>
  T& make(Args&&... args) {
    make_room_for_cell();
    T* cell = new T(this, std::forward<Args>(args)...);
    cells_.push_back(cell);
    note_allocation(sizeof(T));
    return *cell;
  }
  /// Takes a cell over that has no store. Throws std::bad_alloc, and then doesn't.
  void adopt(Cell& cell) {
    make_room_for_cell();
    cell.store = this;
    cells_.push_back(&cell);
  }
  /// Tells the collector's schedule of memory that a cell holds elsewhere.
  void note_allocation(std::uint64_t bytes) {
    allocated_ += bytes;
    if (allocated_ > due_) state_.may_have_work = true;
  }
  /// What the layer above hangs on a cell, neither an exception nor a host reference: destroyed
  /// after it. Throws std::bad_alloc.
  std::shared_ptr<void>& attachment(const Cell& cell) { return attachments_[&cell]; }
  /// The same; null if there is none.
  void* find_attachment(const Cell& cell) const {
    const auto found = attachments_.find(&cell);
    return found == attachments_.end() ? nullptr : found->second.get();
  }
  /// Host references count as cells.
  std::size_t cell_count() const { return cells_.size() + heap_.host_refs(); }

  /// Host functions that live longer than what reaches them.
  KeptFunctions& kept() { return kept_; }

  // The heap

  Heap& heap() { return heap_; }
  /// Makes room for an object of that type and size, and the type known to the heap. A safe point,
  /// inside WebAssembly too: `top` is the first slot above what its frames use, `running` the
  /// instance that runs. False if a limit or the system refuses.
  bool make_room(wasm::TypeId type, std::uint64_t bytes, Slot* top,
                 Instance* running = nullptr) noexcept;
  /// A zeroed structure or array (whose length is set), not yet rooted. A safe point. Null if a
  /// limit or the system refuses.
  Object* allocate_struct(wasm::TypeId type) noexcept;
  Array* allocate_array(wasm::TypeId type, std::uint32_t length) noexcept;
  /// A cell for a host reference. Throws std::bad_alloc.
  HostRef& make_host_ref() {
    auto* ref = new (heap_.take_host_ref()) HostRef(this);
    if (heap_.is_due()) state_.may_have_work = true;
    return *ref;
  }

  // Collection

  /// Frees what is unreachable. A safe point: no C++ code on the way here may hold an unrooted
  /// cell that it will use again.
  void collect();
  /// collect(), if as much was allocated since the last one as was alive then. A safe point.
  void collect_if_due() {
    if (is_due()) [[unlikely]]
      collect();
  }
  /// Collects in the middle of the code of `running`, where `top` is the first slot above what its
  /// frames use: what died is left to finalize().
  void collect_inside(Slot* top, Instance* running) noexcept;
  bool is_due() const { return allocated_ > due_ || heap_.is_due(); }
  /// Destroys what collections inside WebAssembly left for the host's destructors. A safe point.
  void finalize();
  bool has_garbage() const { return state_.may_have_work && find_garbage(); }
  /// Whether a collection is due or garbage waits; notes in ExecState::may_have_work whether to ask
  /// again.
  bool has_work() noexcept;

  // Running

  /// Creates the stack for frames and sets the state's limits to it, the first time.
  Result<void> ensure_stack();
  const os::Stack& stack() const { return stack_; }
  /// The same for machine code's frames; false if there is no address space for it.
  bool ensure_native_stack() noexcept;
  bool is_deterministic() const { return deterministic_; }

  /// A call that may be paused, with a stack for it. Throws std::bad_alloc.
  Result<std::shared_ptr<Activation>> start_activation(const FuncRef& function);
  /// It has run to its end, or a paused one is let go of.
  void end_activation(Activation& activation) noexcept;
  std::size_t activation_count() const { return activations_.size(); }

  /// Replaces the limits. What is left of the fuel goes back, and the new amount is granted; the
  /// deadline is set anew or cleared. The stack's size counts until the first entry.
  Result<void> set_limits(Limits limits);
  /// What is left of the fuel goes back, and so much is granted; nothing: as much as is wanted.
  Result<void> set_fuel(std::optional<std::uint64_t> fuel);
  std::uint64_t fuel_granted() const { return fuel_granted_; }
  std::uint64_t fuel_left() const;
  std::uint64_t fuel_used() const { return fuel_granted_ - fuel_left(); }
  /// Adds what was used since the last time to the budget's sums.
  void report_usage();

  /// The outermost call from the host begins and ends.
  void begin_call() noexcept {
    if (time_) time_->begin();
  }
  void end_call() noexcept {
    if (time_) time_->end();
  }
  /// Charges the time of the running call until now.
  void settle_time() noexcept {
    if (time_) time_->settle();
  }
  bool measures_time() const { return time_ != nullptr; }
  /// Counts a call into the host; false, with the failure set, if there may be no more.
  bool count_host_call() noexcept {
    return ++state_.host_calls <= host_calls_due_ || count_bounded_host_call();
  }
  /// What ExecState::host_calls may be without a closer look.
  const std::uint64_t& host_calls_due() const { return host_calls_due_; }
  /// What host functions say that they did.
  void report_host_bytes(std::uint64_t in, std::uint64_t out) noexcept;
  void report_host_time(std::chrono::nanoseconds time) noexcept;

  /// Asks running code to stop because something is used up. Any thread.
  void stop_late(Resource resource, Account::UsedUp whose) noexcept;
  /// Asks it again if something that would stop it is used up or the deadline has passed.
  void stop_if_late() noexcept;
  /// The same of its deadline.
  void stop_if_overdue() noexcept;
  /// Takes back what stop_late() and the deadline asked.
  void forget_late() noexcept;
  /// What a call fails with that was stopped for that.
  Error late_error() const noexcept;

 private:
  friend class RootScope;
  friend class ScratchValues;

  void make_room_for_cell() {
    if (cells_.size() == cells_.capacity()) cells_.reserve(cells_.size() * 2 + 16);
  }
  void mark_roots(Marker& marker);
  void mark_frames(Marker& marker);
  void mark_holds(Marker& marker);
  void end_dropped() noexcept;
  void mark_and_sweep() noexcept;
  void sweep();
  /// Whether a collection costs little more than has been done for the cells that it may free.
  bool is_cheap() const {
    return cells_.size() >= cheap_from_ && state_.records == nullptr && activations_.empty();
  }
  void destroy(Cell* cell);
  void destroy(std::unique_ptr<HostFunctions> functions);
  bool find_garbage() const {
    return !released_.empty() || dead_ != nullptr || kept_.has_dead() || heap_.has_doomed() ||
           (any_dropped_ && any_dropped_->load());
  }
  void drop_released();
  std::shared_ptr<void> detach(const Cell& cell);
  Object* allocate(wasm::TypeId type, std::uint64_t bytes) noexcept;
  void return_fuel();
  Result<void> set_deadline(std::optional<os::TimePoint> deadline);
  void cancel_deadline();
  Result<void> watch_time();
  void bound_host_calls();
  bool count_bounded_host_call() noexcept;
  Result<os::Stack> take_stack();
  std::int64_t stack_allowance();
  std::uint64_t slot_stack_bytes() const;
  std::uint64_t native_stack_bytes() const;
  /// What a stack for machine code is charged as: in deterministic stores all that calls may take
  /// is charged with the other one, so that limits don't depend on the tier.
  std::uint64_t native_charge(const os::Stack& stack) const {
    return deterministic_ ? 0 : stack.size();
  }

  std::uint32_t id_;
  std::uint64_t host_id_;
  std::shared_ptr<wasm::TypeRegistry> registry_;
  std::shared_ptr<os::Timer> timer_;
  std::shared_ptr<MemoryPool> memories_;
  Account account_;
  NativeEngine* native_;
  const bool deterministic_;
  ExecState state_;
  os::Stack stack_;
  os::Stack native_stack_;  // machine code's, which grows down
  HandleTable handles_;
  QuickCalls quick_calls_;  // of what is in handles_
  std::vector<Cell*> cells_;
  std::unordered_map<const Cell*, std::shared_ptr<void>> attachments_;
  std::vector<Cell*> scoped_roots_;
  std::vector<std::shared_ptr<const ExceptionHold>> holds_;
  KeptFunctions kept_;
  std::vector<std::shared_ptr<Activation>> activations_;
  std::vector<os::Stack> spare_stacks_;
  std::uint64_t most_allowed_ = 0;  // of all stacks that were made: limits may be lowered
  std::shared_ptr<std::atomic<bool>> any_dropped_;  // null before the first activation
  std::vector<Slot> scratch_;  // values that C++ code works on, taken for roots
  Heap heap_;
  MarkStack mark_stack_;
  Instance* running_ = nullptr;   // in whose code a collection runs: no frame needs to name it
  std::vector<Handle> released_;  // in the middle of something, and not yet dropped
  Cell* dead_ = nullptr;          // unreachable, not yet destroyed
  std::uint64_t allocated_ = 0;   // bytes since the last collection
  std::uint64_t alive_ = 0;       // bytes after it
  std::uint64_t due_ = least_cell_bytes;
  std::size_t cheap_from_ = least_cheap_cells;
  std::uint64_t fuel_granted_ = 0;
  bool fuel_is_charged_ = false;  // what is left was taken from the budget
  std::uint64_t fuel_reported_ = 0;
  std::uint64_t host_calls_reported_ = 0;
  std::uint64_t waits_reported_ = 0;
  std::optional<os::Timer::Id> deadline_;
  std::unique_ptr<TimeMeter> time_;  // null where nobody wants to know
  std::uint64_t host_calls_due_ = unlimited;
  std::uint64_t host_calls_start_ = 0;  // what it was when the limits were set
  std::atomic<std::uint32_t> late_{0};  // what stop_late() was told, and 1; or 0
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

/// A stack of values that are roots, for code that allocates while it has some. Scopes nest.
class ScratchValues {
 public:
  explicit ScratchValues(Store& store) : values_(store.scratch_), base_(values_.size()) {}
  ~ScratchValues() { values_.resize(base_); }
  ScratchValues(const ScratchValues&) = delete;
  ScratchValues& operator=(const ScratchValues&) = delete;

  void push(Slot value) { values_.push_back(value); }
  Slot pop() {
    const Slot value = values_.back();
    values_.pop_back();
    return value;
  }
  /// The topmost `count`.
  std::span<const Slot> top(std::size_t count) const { return std::span(values_).last(count); }
  void drop(std::size_t count) { values_.resize(values_.size() - count); }

 private:
  std::vector<Slot>& values_;
  std::size_t base_;
};

/// The cell that a function reference keeps alive.
Cell* owner(const FuncRef& function);

}  // namespace wrun::inline v0::runtime
