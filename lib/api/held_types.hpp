#pragma once

// A host's types in the terms of an engine's registry. A host names types that modules define by
// their ids, which are good for nothing once the modules are gone: each is looked up under the
// registry's lock, and held from then on.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <wrun/types.hpp>

#include "lib/wasm/canonical_types.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::api {

class HeldTypes {
 public:
  explicit HeldTypes(std::shared_ptr<wasm::TypeRegistry> registry)
      : registry_(std::move(registry)) {}
  ~HeldTypes();
  HeldTypes(HeldTypes&&) noexcept = default;
  HeldTypes& operator=(HeldTypes&&) = delete;

  // Nothing if a type is named that isn't there. All throw std::bad_alloc.

  std::optional<wasm::CanonType> add(const ValType& type);
  std::optional<wasm::CanonFuncType> add(const FuncType& type);
  /// The id of a function type; the caller holds one reference besides.
  std::optional<wasm::TypeId> intern(const FuncType& type);

 private:
  bool hold(wasm::TypeId id);
  bool add_all(const std::vector<ValType>& types, std::vector<wasm::CanonType>& list);

  std::shared_ptr<wasm::TypeRegistry> registry_;
  std::vector<wasm::TypeId> held_;
};

}  // namespace wrun::inline v0::api
