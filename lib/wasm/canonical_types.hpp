#pragma once

// Canonical types: recursive groups interned once, so that type equality is one compare and a
// subtype test is one look-up in a display, whichever modules the types came from.
//
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling

#include <memory>
#include <span>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

/// Longest chain of supertypes that validates, as in the JS embedding API.
inline constexpr std::uint32_t max_subtype_depth = 63;

/// What the registry knows of a canonical type. Immutable; stays where it is while referenced.
struct CanonEntry {
  CanonSubType type;
  std::uint32_t depth = 0;      ///< number of supertypes
  std::vector<TypeId> display;  ///< its supertypes from the root, then itself: depth + 1 ids
};

/// Interns recursive groups and counts references to them. Thread-safe. One per engine.
class TypeRegistry {
 public:
  TypeRegistry();
  ~TypeRegistry();
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;

  /// Interns one group. Within `group`, an index >= group_start refers to the group itself
  /// (index - group_start); smaller ones are looked up in `known`, the ids of the module's types
  /// so far. Appends the group's ids to `ids`, one reference to the group held by the caller.
  void intern(std::span<const SubType> group, std::uint32_t group_start,
              std::span<const TypeId> known, std::vector<TypeId>& ids);

  /// The id of a final function type without supertypes, alone in its group: what a host
  /// function's signature becomes. The caller holds one reference.
  TypeId intern(const CanonFuncType& type);

  /// One more reference to the group of `id`. Throws std::out_of_range if there's no such type.
  void retain(TypeId id);
  /// One reference less; the group (and what only it held) is forgotten with the last.
  void release(TypeId id);

  /// Valid while the caller holds a reference.
  const CanonEntry& entry(TypeId id) const;

  /// Declared subtyping of defined types, reflexive. O(1).
  bool is_subtype(TypeId sub, TypeId super) const;
  bool is_subtype(CanonHeap sub, CanonHeap super) const;
  bool is_subtype(CanonType sub, CanonType super) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wrun::inline v0::wasm
