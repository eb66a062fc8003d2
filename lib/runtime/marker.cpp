#include "lib/runtime/marker.hpp"

#include <algorithm>

#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// Smaller words are no addresses.
constexpr std::uintptr_t lowest_address = 4096;
constexpr std::uint64_t references_at_once = 512;

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
    case CellKind::exception:
      return sizeof(Exception);
    default:
      return 0;  // not of C++
  }
}

std::uintptr_t address(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

/// An instance's functions lie outside it.
std::span<const FuncRef> functions_of(const Cell& cell) {
  if (cell.kind != CellKind::instance) return {};
  return static_cast<const Instance&>(cell).own_functions;
}

bool reaches(const Cell& cell, std::uintptr_t word) {
  const auto functions = functions_of(cell);
  return word - address(&cell) < size_of(cell) ||
         word - address(functions.data()) < functions.size_bytes();
}

}  // namespace

void Marker::mark(CellHeader* cell) {
  if (!cell || !Heap::mark(cell)) return;
  if (!cell->is_leaf) return pending_.push(cell);
  if (cell->kind == CellKind::host_ref || cell->kind == CellKind::host_function) return;
  heap_.types().find(static_cast<Object*>(cell)->type)->seen = true;
}

void Marker::mark(const FuncRef* function) {
  if (function) mark(owner(*function));
}

void Marker::mark_ref(Ref ref, bool is_function) {
  if (ref == null_ref || is_i31(ref)) return;
  if (is_function) {
    mark(FuncRef::from(ref));
  } else {
    mark(reinterpret_cast<CellHeader*>(ref));
  }
}

void Marker::mark_refs(std::span<const Ref> refs, bool are_functions) {
  for (const Ref ref : refs) mark_ref(ref, are_functions);
}

void Marker::find_extents() try {
  known_ = Extents::unaffordable;
  std::size_t blocks = 0;
  kept_.each([&](const HostFunctions&) { ++blocks; });
  extents_.reserve(cells_.size() * 2 + blocks);
  kept_.each([&](HostFunctions& functions) {
    const std::span<HostFunction> cells = functions.cells();
    const std::uintptr_t begin = address(cells.data());
    extents_.push_back({begin, begin + cells.size_bytes(), cells.data()});
  });
  for (Cell* cell : cells_) {
    extents_.push_back({address(cell), address(cell) + size_of(*cell), cell});
    const auto functions = functions_of(*cell);
    if (functions.empty()) continue;
    const std::uintptr_t begin = address(functions.data());
    extents_.push_back({begin, begin + functions.size_bytes(), cell});
  }
  std::sort(extents_.begin(), extents_.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  known_ = Extents::sorted;
} catch (const std::bad_alloc&) {
  // Then each word is looked for among all cells.
}

/// The cell of C++ that a word points to or into, or null.
Cell* Marker::find_cell(std::uintptr_t word) const {
  if (known_ == Extents::unaffordable) {
    const auto found = std::find_if(cells_.begin(), cells_.end(),
                                    [word](const Cell* cell) { return reaches(*cell, word); });
    return found == cells_.end() ? find_kept(word) : *found;
  }
  if (extents_.empty() || word < extents_.front().begin) return nullptr;
  const auto after =
      std::upper_bound(extents_.begin(), extents_.end(), word,
                       [](std::uintptr_t w, const Extent& extent) { return w < extent.begin; });
  const Extent& extent = *(after - 1);
  return word < extent.end ? extent.cell : nullptr;
}

/// One of the host functions that live and die together.
Cell* Marker::find_kept(std::uintptr_t word) const {
  Cell* found = nullptr;
  kept_.each([&](HostFunctions& functions) {
    const std::span<HostFunction> cells = functions.cells();
    if (word - address(cells.data()) < cells.size_bytes()) found = cells.data();
  });
  return found;
}

void Marker::mark_words(std::span<const Slot> words) {
  if (words.empty()) return;
  if (known_ == Extents::unknown) find_extents();
  for (const Slot& slot : words) {
    const auto word = slot.get<std::uintptr_t>();
    if (word < lowest_address) continue;
    CellHeader* object = heap_.find(word);
    mark(object ? object : find_cell(word));
  }
}

void Marker::finish() {
  drain();
  while (pending_.take_overflow()) trace_all_marked();
}

void Marker::drain() {
  while (!pending_.empty()) trace(pending_.pop());
}

/// Finds again what there was no room to remember.
void Marker::trace_all_marked() {
  const auto trace_one = [this](CellHeader* cell) {
    if (cell->is_leaf) return;
    trace({cell, 0});
    drain();
  };
  for (Cell* cell : cells_) {
    if (cell->marked) trace_one(cell);
  }
  heap_.each_marked(trace_one);
}

void Marker::trace(MarkStack::Entry entry) {
  switch (entry.cell->kind) {
    case CellKind::struct_:
    case CellKind::array:
      return trace_object(static_cast<const Object&>(*entry.cell), entry.from);
    case CellKind::instance:
      return trace_instance(static_cast<const Instance&>(static_cast<Cell&>(*entry.cell)));
    case CellKind::table:
      return trace_table(static_cast<Table&>(static_cast<Cell&>(*entry.cell)), entry.from);
    case CellKind::global: {
      const auto& global = static_cast<const Global&>(static_cast<Cell&>(*entry.cell));
      if (!global.type.is_ref()) return;
      return mark_ref(global.value[0].get<Ref>(), holds_functions(registry_, global.type));
    }
    case CellKind::exception:
      return trace_exception(static_cast<const Exception&>(static_cast<Cell&>(*entry.cell)));
    default:
      return;
  }
}

/// How many references to trace now; what comes after them is put off, first, so that it finds
/// room where `cell` was.
std::size_t Marker::references_before(CellHeader* cell, std::uint64_t from, std::uint64_t count) {
  const std::uint64_t left = count - from;
  if (left <= references_at_once) return static_cast<std::size_t>(left);
  pending_.push(cell, from + references_at_once);
  return references_at_once;
}

void Marker::trace_object(const Object& object, std::uint64_t from) {
  HeapType& type = *heap_.types().find(object.type);
  type.seen = true;
  if (object.kind == CellKind::struct_) {
    for (const std::uint32_t reference : type.references) {
      mark_ref(load_at<Ref>(&object, reference & ~1u), (reference & 1) != 0);
    }
    return;
  }
  const auto& array = static_cast<const Array&>(object);
  const auto* elements = reinterpret_cast<const Ref*>(elements_of(&array));
  const std::size_t count = references_before(const_cast<Object*>(&object), from, array.length);
  mark_refs({elements + from, count}, (type.references.front() & 1) != 0);
}

void Marker::trace_table(Table& table, std::uint64_t from) {
  const std::size_t count = references_before(&table, from, table.size);
  mark_refs({table.elements + from, count}, holds_functions(registry_, table.element));
}

void Marker::trace_instance(const Instance& instance) {
  for (const FuncRef* function : instance.function_refs) mark(function);
  for (Global* global : instance.global_cells) mark(global);
  for (Table* table : instance.table_cells) mark(table);
  for (Memory* memory : instance.memory_cells) mark(memory);
  for (Tag* tag : instance.tag_cells) mark(tag);
  const wasm::ModuleData& module = *instance.module->data;
  for (std::size_t i = 0; i < instance.element_values.size(); ++i) {
    const wasm::CanonType type = module.canonical(module.elements[i].type);
    mark_refs(instance.element_values[i], holds_functions(registry_, type));
  }
}

void Marker::trace_exception(const Exception& exception) {
  mark(exception.tag);
  const Slot* value = exception.values();
  for (const wasm::CanonType type : registry_.entry(exception.tag->type).type.func.params) {
    if (type.is_ref()) mark_ref(value->get<Ref>(), holds_functions(registry_, type));
    value += wasm::slot_count(type);
  }
}

}  // namespace wrun::inline v0::runtime
