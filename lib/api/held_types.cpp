#include "lib/api/held_types.hpp"

#include <stdexcept>

#include "lib/api/types.hpp"

namespace wrun::inline v0::api {

HeldTypes::~HeldTypes() {
  for (const wasm::TypeId id : held_) registry_->release(id);
}

bool HeldTypes::hold(wasm::TypeId id) {
  held_.reserve(held_.size() + 1);
  try {
    registry_->retain(id);
  } catch (const std::out_of_range&) {
    return false;
  }
  held_.push_back(id);
  return true;
}

std::optional<wasm::CanonType> HeldTypes::add(const ValType& type) {
  if (!type.is_ref() || type.heap() != HeapKind::defined) return to_canonical(type);
  const wasm::TypeId id(type.defined_id());
  if (!hold(id)) return std::nullopt;
  return wasm::CanonType::ref(wasm::CanonHeap(id), type.is_nullable());
}

bool HeldTypes::add_all(const std::vector<ValType>& types, std::vector<wasm::CanonType>& list) {
  for (const ValType& type : types) {
    const auto canonical = add(type);
    if (!canonical) return false;
    list.push_back(*canonical);
  }
  return true;
}

std::optional<wasm::CanonFuncType> HeldTypes::add(const FuncType& type) {
  wasm::CanonFuncType canonical;
  if (!add_all(type.params, canonical.params)) return std::nullopt;
  if (!add_all(type.results, canonical.results)) return std::nullopt;
  if (!type.defined_id) return canonical;
  // The id may be another type's by now.
  const wasm::TypeId id(*type.defined_id);
  if (!hold(id)) return std::nullopt;
  const wasm::CanonSubType& defined = registry_->entry(id).type;
  if (defined.kind != wasm::CompositeKind::func || !(defined.func == canonical))
    return std::nullopt;
  return canonical;
}

std::optional<wasm::TypeId> HeldTypes::intern(const FuncType& type) {
  const auto canonical = add(type);
  if (!canonical) return std::nullopt;
  if (!type.defined_id) return registry_->intern(*canonical);
  registry_->retain(wasm::TypeId(*type.defined_id));
  return wasm::TypeId(*type.defined_id);
}

}  // namespace wrun::inline v0::api
