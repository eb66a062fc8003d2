#pragma once

// What a heap knows of each canonical type that its objects have: where references are, and the
// supertypes, for casts. Known from the first object of a type until a collection finds none.

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/runtime/heap_object.hpp"
#include "lib/wasm/canonical_types.hpp"

namespace wrun::inline v0::runtime {

struct HeapType {
  Object header{};  ///< of its objects in blocks
  wasm::CompositeKind kind = wasm::CompositeKind::struct_;
  bool seen = false;  ///< by the collection that runs
  std::uint32_t depth = 0;
  const wasm::TypeId* display = nullptr;  ///< depth + 1 ids, its own last
  StructLayout layout;                    ///< structures
  std::uint32_t element_width = 0;        ///< arrays
  /// Structures: offsets of references; arrays: one entry if the elements are. The low bit is set
  /// for references to functions.
  std::vector<std::uint32_t> references;
};

class HeapTypes {
 public:
  explicit HeapTypes(std::shared_ptr<wasm::TypeRegistry> registry);
  ~HeapTypes();
  HeapTypes(const HeapTypes&) = delete;
  HeapTypes& operator=(const HeapTypes&) = delete;

  /// Null if it isn't known.
  HeapType* find(std::uint32_t id) const { return id < table_.size() ? table_[id] : nullptr; }
  /// Makes it known; it must be a structure's or an array's, and referenced. Throws std::bad_alloc.
  HeapType& get(wasm::TypeId id);
  std::size_t size() const { return known_.size(); }

  void begin_marking();
  /// Forgets the types that no marked object has.
  void forget_unseen();

 private:
  void forget(HeapType* type);

  std::shared_ptr<wasm::TypeRegistry> registry_;
  std::vector<HeapType*> table_;  // by id
  std::vector<HeapType*> known_;
};

/// Whether an object of type `type` is one of type `super`, whose depth is known.
inline bool is_instance(const HeapType& type, wasm::TypeId super, std::uint32_t depth) {
  return depth <= type.depth && type.display[depth] == super;
}

/// Whether references of that type are to functions, which are no cells.
bool holds_functions(const wasm::TypeRegistry& registry, wasm::CanonType type);

}  // namespace wrun::inline v0::runtime
