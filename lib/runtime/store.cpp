#include "lib/runtime/store.hpp"

#include <algorithm>
#include <atomic>

#include "lib/runtime/activation.hpp"
#include "lib/runtime/cells.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/host_gate.hpp"
#include "lib/runtime/initial_memory.hpp"
#include "lib/runtime/marker.hpp"
#include "lib/runtime/memory.hpp"

namespace wrun::inline v0::runtime {

namespace {

std::uint32_t next_store_id() {
  static std::atomic<std::uint32_t> last{0};
  std::uint32_t id = 0;
  while (id == 0) id = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return id;
}

std::uint64_t size_with_contents(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::instance: {
      const auto& instance = static_cast<const Instance&>(cell);
      return sizeof(Instance) + instance.own_functions.size() * sizeof(FuncRef) +
             instance.function_refs.size() * sizeof(void*);
    }
    case CellKind::memory:
      // A shared memory isn't freed with its cell.
      if (static_cast<const Memory&>(cell).shared) return sizeof(Memory);
      return sizeof(Memory) + size_in_bytes(static_cast<const Memory&>(cell));
    case CellKind::table:
      return sizeof(Table) + static_cast<const Table&>(cell).capacity * sizeof(Ref);
    case CellKind::exception:
      return held_bytes(static_cast<const Exception&>(cell));
    default:
      return sizeof(HostFunction);
  }
}

/// Leaves it to its module's next instances. Where every mistake of the collector's is to show,
/// nothing is used again.
void free_instance(Instance* instance, bool is_stressed) {
  const std::shared_ptr<ModuleCode> module = std::move(instance->module);
  if (module && !is_stressed) {
    module->idle.give(instance);
  } else {
    delete instance;
  }
}

}  // namespace

Store::Store(StoreConfig config)
    : id_(next_store_id()),
      host_id_(config.host_id),
      registry_(std::move(config.registry)),
      timer_(std::move(config.timer)),
      memories_(config.memories ? std::move(config.memories) : std::make_shared<MemoryPool>()),
      account_(std::move(config.budget), config.callback_lock),
      native_(config.native),
      deterministic_(config.deterministic),
      handles_(id_),
      heap_(account_, registry_,
            config.deterministic ? Heap::Charges::all_there_was : Heap::Charges::what_is_there,
            config.gc_stress),
      mark_stack_(config.mark_stack_entries) {
  state_.store = this;
  state_.heap = &heap_;
  use_native_stack(state_, &native_stack_, nullptr);
  state_.native.gate = &state_.outermost.gate;
  make_gate(state_.outermost, state_, true);
  constexpr std::size_t few = 8;  // roots, where instances are made
  scoped_roots_.reserve(few);
  (void)set_fuel(std::nullopt);
  if (account_.wants_time()) (void)watch_time();
  bound_host_calls();
}

Store::~Store() {
  cancel_deadline();
  time_.reset();
  report_usage();
  return_fuel();
  while (!activations_.empty()) end_activation(*activations_.back());
  for (os::Stack& stack : spare_stacks_)
    memories_->stacks.give(std::move(stack), os::StackPool::Growth::up);
  memories_->stacks.give(std::move(stack_), os::StackPool::Growth::up);
  memories_->stacks.give(std::move(native_stack_), os::StackPool::Growth::down);
  finalize();
  for (Cell* cell : cells_) destroy(cell);
  kept_.end();
  while (auto functions = kept_.next_dead()) destroy(std::move(functions));
  // What is left hung on functions that a pool has now.
  if (!attachments_.empty()) attachments_.clear();
}

// What comes and goes soon is freed soon: its memory is still in the caches when it is used again.
bool Store::release(Handle handle) {
  if (!handles_.release(handle)) return false;
  quick_calls_.clear();
  if (is_due() || is_cheap()) collect();
  return true;
}

bool Store::release_later(Handle handle) noexcept try {
  released_.push_back(handle);
  state_.may_have_work = true;
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

void Store::drop_released() {
  if (released_.empty()) return;
  for (const Handle handle : released_) handles_.release(handle);
  released_.clear();
  quick_calls_.clear();
}

void Store::collect() {
  drop_released();
  mark_and_sweep();
  finalize();
}

void Store::mark_and_sweep() noexcept {
  heap_.begin_marking();
  Marker marker(*registry_, heap_, cells_, kept_, mark_stack_);
  mark_roots(marker);
  mark_frames(marker);
  marker.finish();
  heap_.sweep();
  sweep();
  has_work();
}

// What the host left in a cell or host reference may use the store when it is destroyed, also to
// collect: each is taken off its list before.
void Store::finalize() {
  drop_released();
  if (any_dropped_ && any_dropped_->load()) end_dropped();
  while (Cell* cell = dead_) {
    dead_ = cell->next_dead;
    destroy(cell);
  }
  while (auto functions = kept_.next_dead()) destroy(std::move(functions));
  while (heap_.has_doomed()) heap_.next_doomed();
  has_work();
}

bool Store::has_work() noexcept {
  const bool has = is_due() || find_garbage();
  // Activations may be dropped at any time; and who has failed may collect on its way back.
  state_.may_have_work = has || any_dropped_ != nullptr || state_.failure;
  return has;
}

void Store::mark_roots(Marker& marker) {
  handles_.each([&](HandleKind kind, void* object) {
    if (kind == HandleKind::func) {
      marker.mark(owner(*static_cast<const FuncRef*>(object)));
    } else if (kind == HandleKind::reference) {
      marker.mark_ref(reinterpret_cast<Ref>(object), false);
    } else {
      marker.mark(static_cast<Cell*>(object));
    }
  });
  for (Cell* cell : scoped_roots_) marker.mark(cell);
  marker.mark(running_);
  mark_holds(marker);
  marker.mark_words(scratch_);
}

void Store::mark_holds(Marker& marker) {
  // What only this list holds nobody can copy any more.
  std::erase_if(holds_, [](const auto& held) { return held.use_count() == 1; });
  for (const auto& held : holds_) marker.mark(held->exception);
}

std::shared_ptr<const ExceptionHold> Store::hold(Exception& exception) {
  auto held = std::make_shared<ExceptionHold>(ExceptionHold{id_, host_id_, &exception});
  holds_.push_back(held);
  note_allocation(2 * sizeof(ExceptionHold));
  return held;
}

Cell* owner(const FuncRef& function) {
  if (function.host) return function.host;
  return function.instance;
}

void Store::sweep() {
  alive_ = 0;
  std::uint64_t marked_bytes = heap_.live_bytes();
  std::size_t kept = 0;
  for (Cell* cell : cells_) {
    if (cell->marked) {
      cell->marked = false;
      const std::uint64_t bytes = size_with_contents(*cell);
      alive_ += bytes;
      if (cell->kind != CellKind::memory) marked_bytes += bytes;
      cells_[kept++] = cell;
    } else if (cell->kind == CellKind::exception) {
      destroy(cell);  // nothing of the host's; loops that throw make many
    } else {
      cell->next_dead = dead_;
      dead_ = cell;
    }
  }
  cells_.resize(kept);
  const std::size_t functions = kept_.sweep();
  alive_ += functions * sizeof(HostFunction);
  marked_bytes += functions * sizeof(HostFunction);
  allocated_ = 0;
  due_ = std::max(alive_, least_cell_bytes);
  constexpr std::uint64_t marked_per_cell = 256;
  cheap_from_ = 2 * kept + functions + least_cheap_cells + marked_bytes / marked_per_cell;
}

std::shared_ptr<void> Store::detach(const Cell& cell) {
  if (attachments_.empty()) return nullptr;
  auto node = attachments_.extract(&cell);
  return node ? std::move(node.mapped()) : nullptr;
}

void Store::destroy(std::unique_ptr<HostFunctions> functions) {
  for (HostFunction& cell : functions->cells()) {
    const std::shared_ptr<void> attached = detach(cell);
    cell.env = nullptr;
    cell.env_owner.reset();
  }
}

void Store::destroy(Cell* cell) {
  const std::shared_ptr<void> attached = detach(*cell);
  switch (cell->kind) {
    case CellKind::instance:
      // One that was never complete wasn't counted.
      if (static_cast<Instance*>(cell)->module) account_.give(Resource::instances, 1);
      free_instance(static_cast<Instance*>(cell), heap_.is_stressed());
      return;
    case CellKind::host_function: {
      auto* function = static_cast<HostFunction*>(cell);
      registry_->release(function->ref.type);
      delete function;
      return;
    }
    case CellKind::memory: {
      auto* memory = static_cast<Memory*>(cell);
      if (memory->shared) {
        account_.give_shared(memory->size);
      } else {
        account_.give(Resource::memory_bytes, memory->size);
        give_slot_back(*memory, *memories_);
        give_back(*memory);
      }
      delete memory;
      return;
    }
    case CellKind::table: {
      auto* table = static_cast<Table*>(cell);
      account_.give(Resource::table_elements, table->size);
      runtime::release(*registry_, table->element);
      delete table;
      return;
    }
    case CellKind::global: {
      auto* global = static_cast<Global*>(cell);
      runtime::release(*registry_, global->type);
      delete global;
      return;
    }
    case CellKind::tag: {
      auto* tag = static_cast<Tag*>(cell);
      registry_->release(tag->type);
      delete tag;
      return;
    }
    case CellKind::exception: {
      auto* exception = static_cast<Exception*>(cell);
      if (!deterministic_) account_.give(Resource::heap_bytes, held_bytes(*exception));
      delete exception;
      return;
    }
    case CellKind::host_ref:
    case CellKind::struct_:
    case CellKind::array:
      return;  // the heap's
  }
}

}  // namespace wrun::inline v0::runtime
