#pragma once

// The run-time objects whose layout code depends on: what a handler or compiled code reads with
// one load. They are cells of a store's heap (store.hpp) and stay where they are while reachable.
// How they are made, grown, linked and traced is in the file of each kind.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "lib/os/mapping.hpp"
#include "lib/runtime/instance_pool.hpp"
#include "lib/runtime/keeper.hpp"
#include "lib/runtime/slot.hpp"
#include "lib/wasm/module_data.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::runtime {

struct ExecState;
struct Instance;
struct HostFunction;
struct ModuleCode;
class NativeEngine;
struct NativeTier;
class InitialMemory;
class SharedMemory;
class Store;

/// What a collector needs to know of every cell.
enum class CellKind : std::uint8_t {
  instance,
  host_function,
  memory,
  table,
  global,
  tag,
  exception,
  host_ref,
  struct_,
  array
};

/// Where the memory of something traced is from: C++'s `new`, a block of the heap, or an
/// allocation of its own.
enum class Place : std::uint8_t { cpp, block, large };

/// What a non-null reference that isn't a function's points to begins with; heap_object.hpp has
/// those that WebAssembly allocates.
struct CellHeader {
  CellKind kind;
  bool marked = false;  ///< of what is in a block, the block knows
  Place place = Place::cpp;
  bool is_leaf = false;  ///< holds no references
};

struct Cell : CellHeader {
  union {
    Store* store = nullptr;  ///< the store whose heap this cell is in
    Cell* next_dead;         ///< of those that wait to be destroyed
  };

 protected:
  explicit Cell(CellKind k, Store* s) : CellHeader{k}, store(s) {}
};

/// The interpreter's form of a function; opaque here.
struct SlotCode;

/// Where calls find a function's code. One per function of a module, shared by its instances;
/// written by release store, read by acquire load, never written again but for a better tier.
struct CodeCell {
  std::atomic<const SlotCode*> slot_code{nullptr};
  /// What machine code calls: the function's own, or what brings the call to the interpreter. Null
  /// where there is no compiler.
  std::atomic<const void*> machine_code{nullptr};
};

/// What a function reference points to: embedded in its instance or its host function.
struct FuncRef {
  /// Of a host function only for machine code: its slot_code is null.
  const CodeCell* cell = nullptr;
  wasm::TypeId type;             ///< canonical
  std::uint32_t index = 0;       ///< in its instance's function index space
  Instance* instance = nullptr;  ///< whose code it is; null for host functions
  HostFunction* host = nullptr;  ///< null for WebAssembly functions

  Ref as_ref() const { return reinterpret_cast<Ref>(this); }
  static const FuncRef* from(Ref ref) { return reinterpret_cast<const FuncRef*>(ref); }
};

/// The context of one call into the host; what a failing host function leaves its failure in.
struct CallContext;

/// Host code in the form that the interpreter calls: parameters from args[0] on, one or two slots
/// each; results overwrite them from args[0] on. args has room for the larger of both. Failure is
/// a pending failure in the context.
using SlotThunk = void (*)(void* env, CallContext* context, Slot* args) noexcept;

struct HostFunction : Cell {
  FuncRef ref;
  SlotThunk call = nullptr;
  /// R (*)(void* env, CallContext*, Args...) noexcept, for compiled callers; may be null.
  void* typed = nullptr;
  void* env = nullptr;  ///< what both are called with
  std::uint32_t param_slots = 0;
  std::uint32_t result_slots = 0;
  std::shared_ptr<void> env_owner;  ///< frees env

  explicit HostFunction(Store* s) : Cell(CellKind::host_function, s) { is_leaf = true; }
};

struct Memory : Cell {
  std::uint8_t* base = nullptr;
  std::uint64_t size = 0;  ///< bytes; of a shared memory, as many as this store knows of
  wasm::MemoryType type;
  std::uint64_t max_pages = 0;  ///< declared, or what the address type allows
  std::uint64_t reserved = 0;   ///< bytes of address space at base
  os::Mapping mapping;          ///< what base points into, unless it is shared
  std::shared_ptr<SharedMemory> shared;
  std::shared_ptr<InitialMemory> initial;  ///< where the mapping is from and goes back to

  explicit Memory(Store* s) : Cell(CellKind::memory, s) {}
};

struct Table : Cell {
  Ref* elements = nullptr;
  std::uint64_t size = 0;  ///< elements
  std::uint64_t max = 0;
  wasm::CanonType element;
  wasm::SizeLimits limits;  ///< as declared
  std::uint64_t capacity = 0;

  explicit Table(Store* s) : Cell(CellKind::table, s) {}
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  ~Table();
};

struct Global : Cell {
  Slot value[2] = {};
  wasm::CanonType type;
  bool is_mutable = false;

  explicit Global(Store* s) : Cell(CellKind::global, s) {}
};

struct Tag : Cell {
  wasm::TypeId type;

  explicit Tag(Store* s) : Cell(CellKind::tag, s) {}
};

/// Something of the host's, as WebAssembly holds it: an externref points to one. In a block of the
/// heap.
struct HostRef : Cell {
  Keeper keeper;

  explicit HostRef(Store* s) : Cell(CellKind::host_ref, s) {}
};

/// An instantiated module. The arrays are of the module's index spaces, imports first; the first
/// members are the ones that running code reads.
struct Instance : Cell {
  ExecState* state = nullptr;
  Memory* memory0 = nullptr;        ///< null if the module has no memory
  const CodeCell* cells = nullptr;  ///< by function index minus imported_functions
  const FuncRef** functions = nullptr;
  Slot** globals = nullptr;  ///< to each global's value
  Table** tables = nullptr;
  Memory** memories = nullptr;
  const wasm::TypeId* type_ids = nullptr;  ///< by TypeIdx
  /// How often each function was called and its loops went round, imports not counted; only where
  /// there is a compiler. Zeros that take no memory until they are touched.
  std::uint32_t* heat = nullptr;
  std::uint32_t imported_functions = 0;

  ModuleCode* code = nullptr;
  std::uintptr_t handlers = 0;  ///< what its interpreted code counts from: see ModuleCode
  std::vector<bool> dropped_elements;
  std::vector<bool> dropped_data;

  // What the arrays above point into.
  std::shared_ptr<ModuleCode> module;
  std::vector<const FuncRef*> function_refs;
  std::vector<FuncRef> own_functions;
  std::vector<Slot*> global_slots;
  std::vector<Global*> global_cells;
  std::vector<Table*> table_cells;
  std::vector<Memory*> memory_cells;
  std::vector<Tag*> tag_cells;
  /// By ElemIdx: the values of segments that are made of expressions and weren't dropped.
  std::vector<std::vector<Ref>> element_values;
  std::unique_ptr<std::uint32_t[], void (*)(void*)> heat_storage{nullptr, std::free};
  /// Whether that is filled in which an InstancePool leaves as it is: own_functions, what
  /// function_refs has of them, and heat.
  bool has_functions = false;
  std::size_t idle_bytes = 0;  ///< while it waits in an InstancePool: what that counts it as

  explicit Instance(Store* s) : Cell(CellKind::instance, s) {}
};

/// A module's code in every tier, shared by its instances in all stores. Thread-safe.
struct ModuleCode {
  std::shared_ptr<const wasm::ModuleData> data;
  std::unique_ptr<CodeCell[]> cells;  ///< one for each function with a body
  std::shared_ptr<void> tier_data;    ///< what the tier needs for the module
  std::uintptr_t handlers = 0;        ///< the one that the interpreter counts others from
  std::shared_ptr<InitialMemory> initial_memory;  ///< null if its memory is made anew each time
  const NativeTier* native = nullptr;             ///< the compiler; null: everything is interpreted
  std::shared_ptr<void> native_data;              ///< what the compiler needs for the module
  InstancePool idle;                              ///< former instances, for the next ones

  /// `idle_bytes`: the engine's.
  explicit ModuleCode(std::shared_ptr<const wasm::ModuleData> module,
                      std::shared_ptr<IdleBytes> idle_bytes = std::make_shared<IdleBytes>());
  ModuleCode(const ModuleCode&) = delete;
  ModuleCode& operator=(const ModuleCode&) = delete;
};

}  // namespace wrun::inline v0::runtime
