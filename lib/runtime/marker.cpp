#include "lib/runtime/marker.hpp"

#include <algorithm>

#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

namespace {

std::size_t size_of(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::instance:
      return sizeof(Instance);
    case CellKind::host_function:
      return sizeof(HostFunction);
    case CellKind::memory:
      return sizeof(Memory);
    case CellKind::table:
      return sizeof(Table);
    case CellKind::global:
      return sizeof(Global);
    case CellKind::tag:
      return sizeof(Tag);
    case CellKind::host_ref:
      return sizeof(HostRef);
    case CellKind::exception:
      return sizeof(Exception);
  }
  return 0;
}

std::uintptr_t address(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

}  // namespace

// A cell is pending once at most, so that this is room enough.
Marker::Marker(const wasm::TypeRegistry& registry, std::span<Cell* const> cells)
    : registry_(registry), cells_(cells) {
  pending_.reserve(cells.size());
}

void Marker::mark(Cell* cell) {
  if (!cell || cell->marked) return;
  cell->marked = true;
  pending_.push_back(cell);
}

void Marker::mark(const FuncRef* function) {
  if (function) mark(owner(*function));
}

void Marker::find_extents() {
  extents_.reserve(cells_.size() * 2);
  for (Cell* cell : cells_) {
    extents_.push_back({address(cell), address(cell) + size_of(*cell), cell});
    if (cell->kind != CellKind::instance) continue;
    const auto& functions = static_cast<const Instance*>(cell)->own_functions;
    if (functions.empty()) continue;
    extents_.push_back(
        {address(functions.data()), address(functions.data() + functions.size()), cell});
  }
  std::sort(extents_.begin(), extents_.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
}

void Marker::mark_words(std::span<const Slot> words) {
  if (extents_.empty()) find_extents();
  if (extents_.empty()) return;
  const std::uintptr_t lowest = extents_.front().begin;
  const std::uintptr_t highest = extents_.back().end;
  for (const Slot& slot : words) {
    const auto word = slot.get<std::uintptr_t>();
    if (word < lowest || word >= highest) continue;
    const auto after =
        std::upper_bound(extents_.begin(), extents_.end(), word,
                         [](std::uintptr_t w, const Extent& extent) { return w < extent.begin; });
    const Extent& extent = *(after - 1);
    if (word < extent.end) mark(extent.cell);
  }
}

void Marker::finish() {
  while (!pending_.empty()) {
    const Cell* cell = pending_.back();
    pending_.pop_back();
    trace(*cell);
  }
}

bool Marker::holds_functions(wasm::CanonType type) const {
  const wasm::CanonHeap heap = type.heap();
  if (heap.is_concrete()) {
    return registry_.entry(heap.index()).type.kind == wasm::CompositeKind::func;
  }
  return heap.abstract() == wasm::AbstractHeap::func ||
         heap.abstract() == wasm::AbstractHeap::nofunc;
}

void Marker::mark_ref(Ref ref, bool is_function) {
  if (ref == null_ref || (ref & 1) != 0) return;
  if (is_function) {
    mark(FuncRef::from(ref));
  } else {
    mark(reinterpret_cast<Cell*>(ref));
  }
}

void Marker::mark_refs(std::span<const Ref> refs, wasm::CanonType type) {
  const bool functions = holds_functions(type);
  for (const Ref ref : refs) mark_ref(ref, functions);
}

void Marker::trace(const Instance& instance) {
  for (const FuncRef* function : instance.function_refs) mark(function);
  for (Global* global : instance.global_cells) mark(global);
  for (Table* table : instance.table_cells) mark(table);
  for (Memory* memory : instance.memory_cells) mark(memory);
  for (Tag* tag : instance.tag_cells) mark(tag);
  const wasm::ModuleData& module = *instance.module->data;
  for (std::size_t i = 0; i < instance.element_values.size(); ++i) {
    mark_refs(instance.element_values[i], module.canonical(module.elements[i].type));
  }
}

void Marker::trace(const Exception& exception) {
  mark(exception.tag);
  const Slot* value = exception.values();
  for (const wasm::CanonType type : registry_.entry(exception.tag->type).type.func.params) {
    if (type.is_ref()) mark_ref(value->get<Ref>(), holds_functions(type));
    value += wasm::slot_count(type);
  }
}

void Marker::trace(const Cell& cell) {
  if (cell.kind == CellKind::instance) {
    trace(static_cast<const Instance&>(cell));
  } else if (cell.kind == CellKind::table) {
    const auto& table = static_cast<const Table&>(cell);
    mark_refs({table.elements, static_cast<std::size_t>(table.size)}, table.element);
  } else if (cell.kind == CellKind::global) {
    const auto& global = static_cast<const Global&>(cell);
    if (global.type.is_ref()) mark_ref(global.value[0].get<Ref>(), holds_functions(global.type));
  } else if (cell.kind == CellKind::exception) {
    trace(static_cast<const Exception&>(cell));
  }
}

}  // namespace wrun::inline v0::runtime
