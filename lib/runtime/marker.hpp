#pragma once

// The marking half of a collection: what is reachable gets its mark, by an explicit stack. Cells
// of C++ and the heap's objects are one graph.

#include <cstdint>
#include <span>
#include <vector>

#include "lib/runtime/heap.hpp"
#include "lib/runtime/host_functions.hpp"
#include "lib/runtime/mark_stack.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

struct Exception;

class Marker {
 public:
  /// `cells` and `kept` are all of the store's, none of them marked; the heap has begun marking.
  /// Nothing here throws, or fails for want of memory.
  Marker(const wasm::TypeRegistry& registry, Heap& heap, std::span<Cell* const> cells,
         const KeptFunctions& kept, MarkStack& pending)
      : registry_(registry), heap_(heap), cells_(cells), kept_(kept), pending_(pending) {}

  void mark(CellHeader* cell);
  void mark(const FuncRef* function);
  /// What a reference refers to, which may be null or an i31.
  void mark_ref(Ref ref, bool is_function);
  /// Whatever a word points to, or into.
  void mark_words(std::span<const Slot> words);
  /// Marks what the marked ones reach.
  void finish();

 private:
  /// Addresses that mean a cell.
  struct Extent {
    std::uintptr_t begin;
    std::uintptr_t end;
    Cell* cell;
  };

  void find_extents();
  Cell* find_cell(std::uintptr_t word) const;
  Cell* find_kept(std::uintptr_t word) const;
  void drain();
  void trace_all_marked();
  std::size_t references_before(CellHeader* cell, std::uint64_t from, std::uint64_t count);
  void trace(MarkStack::Entry entry);
  void trace_object(const Object& object, std::uint64_t from);
  void trace_table(Table& table, std::uint64_t from);
  void trace_instance(const Instance& instance);
  void trace_exception(const Exception& exception);
  void mark_refs(std::span<const Ref> refs, bool are_functions);

  const wasm::TypeRegistry& registry_;
  Heap& heap_;
  std::span<Cell* const> cells_;
  const KeptFunctions& kept_;
  MarkStack& pending_;
  std::vector<Extent> extents_;  // by begin
  enum class Extents : std::uint8_t { unknown, sorted, unaffordable };
  Extents known_ = Extents::unknown;
};

}  // namespace wrun::inline v0::runtime
