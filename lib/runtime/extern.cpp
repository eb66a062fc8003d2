#include "lib/runtime/extern.hpp"

#include "lib/runtime/memory.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/table.hpp"

namespace wrun::inline v0::runtime {

using wasm::ExternKind;

namespace {

// https://webassembly.github.io/spec/core/valid/matching.html#limits
bool matches(const wasm::SizeLimits& found, const wasm::SizeLimits& expected) {
  if (found.is_64 != expected.is_64 || found.min < expected.min) return false;
  return !expected.max || (found.max && *found.max <= *expected.max);
}

bool matches(const wasm::MemoryType& found, const wasm::MemoryType& expected) {
  return found.is_shared == expected.is_shared && found.page_size_log2 == expected.page_size_log2 &&
         matches(found.limits, expected.limits);
}

bool matches(const wasm::TypeRegistry& registry, const wasm::BasicGlobalType<wasm::TypeId>& found,
             const wasm::BasicGlobalType<wasm::TypeId>& expected) {
  if (found.is_mutable != expected.is_mutable) return false;
  if (found.type == expected.type) return true;
  return !expected.is_mutable && registry.is_subtype(found.type, expected.type);
}

}  // namespace

Cell* Extern::cell() const {
  if (!object_) return nullptr;
  switch (kind_) {
    case ExternKind::func:
      return owner(*function());
    case ExternKind::table:
      return table();
    case ExternKind::memory:
      return memory();
    case ExternKind::global:
      return global();
    case ExternKind::tag:
      return tag();
  }
  return nullptr;
}

ExternType type_of(const Extern& object) {
  ExternType type;
  type.kind = object.kind();
  switch (object.kind()) {
    case ExternKind::func:
      type.type = object.function()->type;
      break;
    case ExternKind::table:
      type.table = type_of(*object.table());
      break;
    case ExternKind::memory:
      type.memory = object.memory()->type;
      type.memory.limits.min = size_in_pages(*object.memory());
      break;
    case ExternKind::global:
      type.global = {object.global()->type, object.global()->is_mutable};
      break;
    case ExternKind::tag:
      type.type = object.tag()->type;
      break;
  }
  return type;
}

ExternType type_of(const wasm::ModuleData& module, ExternKind kind, std::uint32_t index) {
  ExternType type;
  type.kind = kind;
  switch (kind) {
    case ExternKind::func:
      type.type = module.id_of(module.functions[index].type);
      break;
    case ExternKind::table: {
      const wasm::TableType& table = module.tables[index].type;
      type.table = {module.canonical(table.element), table.limits};
      break;
    }
    case ExternKind::memory:
      type.memory = module.memories[index];
      break;
    case ExternKind::global: {
      const wasm::GlobalType& global = module.globals[index].type;
      type.global = {module.canonical(global.type), global.is_mutable};
      break;
    }
    case ExternKind::tag:
      type.type = module.id_of(module.tags[index].type);
      break;
  }
  return type;
}

bool matches(const wasm::TypeRegistry& registry, const ExternType& found,
             const ExternType& expected) {
  if (found.kind != expected.kind) return false;
  switch (expected.kind) {
    case ExternKind::func:
      return registry.is_subtype(found.type, expected.type);
    case ExternKind::table:
      return found.table.element == expected.table.element &&
             matches(found.table.limits, expected.table.limits);
    case ExternKind::memory:
      return matches(found.memory, expected.memory);
    case ExternKind::global:
      return matches(registry, found.global, expected.global);
    case ExternKind::tag:
      return found.type == expected.type;
  }
  return false;
}

Extern extern_at(const Instance& instance, ExternKind kind, std::uint32_t index) {
  switch (kind) {
    case ExternKind::func:
      return instance.function_refs[index];
    case ExternKind::table:
      return instance.table_cells[index];
    case ExternKind::memory:
      return instance.memory_cells[index];
    case ExternKind::global:
      return instance.global_cells[index];
    case ExternKind::tag:
      return instance.tag_cells[index];
  }
  return {};
}

Extern find_export(const Instance& instance, std::string_view name) {
  for (const wasm::Export& exported : instance.code->data->exports) {
    if (exported.name == name) return extern_at(instance, exported.kind, exported.index);
  }
  return {};
}

}  // namespace wrun::inline v0::runtime
