#pragma once

// The marking half of a collection: what is reachable gets its mark, by an explicit stack.

#include <cstdint>
#include <span>
#include <vector>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

struct Exception;

class Marker {
 public:
  /// `cells` are all of the store's, none of them marked. Throws std::bad_alloc; once it is made,
  /// only mark_words does.
  Marker(const wasm::TypeRegistry& registry, std::span<Cell* const> cells);

  void mark(Cell* cell);
  void mark(const FuncRef* function);
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
  bool holds_functions(wasm::CanonType type) const;
  void mark_ref(Ref ref, bool is_function);
  void mark_refs(std::span<const Ref> refs, wasm::CanonType type);
  void trace(const Cell& cell);
  void trace(const Instance& instance);
  void trace(const Exception& exception);

  const wasm::TypeRegistry& registry_;
  std::span<Cell* const> cells_;
  std::vector<Cell*> pending_;
  std::vector<Extent> extents_;  // by begin
};

}  // namespace wrun::inline v0::runtime
