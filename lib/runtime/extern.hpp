#pragma once

// What modules import and export, and its type.
//
// https://webassembly.github.io/spec/core/valid/matching.html#external-types

#include <cstdint>
#include <string>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// A function, table, memory, global or tag; or nothing, for an import that nobody defined.
class Extern {
 public:
  Extern() = default;
  Extern(const FuncRef* function) : kind_(wasm::ExternKind::func), object_(function) {}
  Extern(Table* table) : kind_(wasm::ExternKind::table), object_(table) {}
  Extern(Memory* memory) : kind_(wasm::ExternKind::memory), object_(memory) {}
  Extern(Global* global) : kind_(wasm::ExternKind::global), object_(global) {}
  Extern(Tag* tag) : kind_(wasm::ExternKind::tag), object_(tag) {}

  explicit operator bool() const { return object_ != nullptr; }
  wasm::ExternKind kind() const { return kind_; }
  // Null if it is of another kind.
  const FuncRef* function() const { return as<const FuncRef>(wasm::ExternKind::func); }
  Table* table() const { return as<Table>(wasm::ExternKind::table); }
  Memory* memory() const { return as<Memory>(wasm::ExternKind::memory); }
  Global* global() const { return as<Global>(wasm::ExternKind::global); }
  Tag* tag() const { return as<Tag>(wasm::ExternKind::tag); }
  /// The cell that it keeps alive; null if it is nothing.
  Cell* cell() const;

 private:
  template <class T>
  T* as(wasm::ExternKind kind) const {
    return kind_ == kind ? static_cast<T*>(const_cast<void*>(object_)) : nullptr;
  }

  wasm::ExternKind kind_ = wasm::ExternKind::func;
  const void* object_ = nullptr;
};

/// The type of one, in terms of a registry. The member of its kind is in use; limits' minimum is
/// the present size.
struct ExternType {
  wasm::ExternKind kind = wasm::ExternKind::func;
  wasm::TypeId type;  ///< functions and tags
  wasm::BasicTableType<wasm::TypeId> table;
  wasm::MemoryType memory;
  wasm::BasicGlobalType<wasm::TypeId> global;
};

ExternType type_of(const Extern& object);
/// What a module says of its import or export.
ExternType type_of(const wasm::ModuleData& module, wasm::ExternKind kind, std::uint32_t index);

/// Whether `found` may stand where `expected` is imported.
bool matches(const wasm::TypeRegistry& registry, const ExternType& found,
             const ExternType& expected);

/// The export of that index.
Extern extern_at(const Instance& instance, wasm::ExternKind kind, std::uint32_t index);
/// The export of that name, or nothing.
Extern find_export(const Instance& instance, std::string_view name);

// Types as the text format writes them, for messages.
std::string describe(const wasm::TypeRegistry& registry, wasm::CanonType type);
std::string describe(const wasm::TypeRegistry& registry, const wasm::CanonFuncType& type);
std::string describe(const wasm::TypeRegistry& registry, const ExternType& type);

}  // namespace wrun::inline v0::runtime
