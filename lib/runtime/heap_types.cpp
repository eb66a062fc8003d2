#include "lib/runtime/heap_types.hpp"

namespace wrun::inline v0::runtime {

using wasm::CompositeKind;

bool holds_functions(const wasm::TypeRegistry& registry, wasm::CanonType type) {
  const wasm::CanonHeap heap = type.heap();
  if (heap.is_concrete()) return registry.entry(heap.index()).type.kind == CompositeKind::func;
  return heap.abstract() == wasm::AbstractHeap::func ||
         heap.abstract() == wasm::AbstractHeap::nofunc;
}

namespace {

std::unique_ptr<HeapType> describe(const wasm::TypeRegistry& registry, wasm::TypeId id) {
  const wasm::CanonEntry& entry = registry.entry(id);
  auto type = std::make_unique<HeapType>();
  type->kind = entry.type.kind;
  type->depth = entry.depth;
  type->display = entry.display.data();
  const std::span<const wasm::CanonField> fields(entry.type.fields);
  const auto add = [&](const wasm::CanonField& field, std::uint32_t offset) {
    if (!field.storage.is_ref()) return;
    type->references.push_back(offset | (holds_functions(registry, field.storage) ? 1u : 0u));
  };
  if (type->kind == CompositeKind::struct_) {
    type->layout = layout_of(fields);
    for (std::size_t i = 0; i < fields.size(); ++i) add(fields[i], type->layout.offsets[i]);
  } else {
    type->element_width = width_of(fields[0].storage.kind());
    add(fields[0], first_element);
  }
  const bool is_struct = type->kind == CompositeKind::struct_;
  type->header.kind = is_struct ? CellKind::struct_ : CellKind::array;
  type->header.place = Place::block;
  type->header.is_leaf = type->references.empty();
  type->header.type = id.value;
  return type;
}

}  // namespace

HeapTypes::HeapTypes(std::shared_ptr<wasm::TypeRegistry> registry)
    : registry_(std::move(registry)) {}

HeapTypes::~HeapTypes() {
  for (HeapType* type : known_) forget(type);
}

HeapType& HeapTypes::get(wasm::TypeId id) {
  if (HeapType* known = find(id.value)) return *known;
  if (table_.size() <= id.value) {
    table_.resize(std::max<std::size_t>(std::size_t{id.value} + 1, table_.size() * 2));
  }
  auto type = describe(*registry_, id);
  known_.push_back(type.get());
  registry_->retain(id);
  table_[id.value] = type.release();
  return *table_[id.value];
}

void HeapTypes::begin_marking() {
  for (HeapType* type : known_) type->seen = false;
}

void HeapTypes::forget_unseen() {
  std::size_t kept = 0;
  for (HeapType* type : known_) {
    if (type->seen) {
      known_[kept++] = type;
    } else {
      forget(type);
    }
  }
  known_.resize(kept);
}

void HeapTypes::forget(HeapType* type) {
  const wasm::TypeId id(type->header.type);
  table_[id.value] = nullptr;
  delete type;
  registry_->release(id);
}

}  // namespace wrun::inline v0::runtime
