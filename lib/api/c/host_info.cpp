#include "lib/api/c/host_info.hpp"

#include <map>

#include "lib/api/c/foreign.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/runtime/extern.hpp"

namespace wrun::inline v0::capi {

namespace {

/// What hangs on a cell: its own, and those of the functions of an instance.
using Attached = std::map<const void*, HostInfo>;

/// An object and the cell that it dies with.
struct Target {
  const void* object = nullptr;
  const runtime::Cell* cell = nullptr;
};

template <class T>
Target target_as(Use& use, const wasm_ref_t& ref) {
  const T* object = api::resolve<T>(use.state(), ref.handle);
  return {object, object};
}

/// Nothing for what isn't a cell.
Target target_of(Use& use, const wasm_ref_t& ref) {
  switch (ref.kind) {
    case RefKind::func: {
      const auto* function = api::resolve<runtime::FuncRef>(use.state(), ref.handle);
      return {function, function ? runtime::owner(*function) : nullptr};
    }
    case RefKind::global:
      return target_as<runtime::Global>(use, ref);
    case RefKind::table:
      return target_as<runtime::Table>(use, ref);
    case RefKind::memory:
      return target_as<runtime::Memory>(use, ref);
    case RefKind::tag:
      return target_as<runtime::Tag>(use, ref);
    case RefKind::instance:
      return target_as<runtime::Instance>(use, ref);
    default:
      return {};
  }
}

bool is_cell(RefKind kind) {
  return kind <= RefKind::instance;
}

HostInfo* find(Use& use, const wasm_ref_t& ref) {
  if (ref.kind == RefKind::foreign) {
    const runtime::HostRef* found = resolve_foreign(use, ref);
    return found ? &host_object(*found).info : nullptr;
  }
  const Target target = target_of(use, ref);
  if (!target.cell) return nullptr;
  auto* attached = static_cast<Attached*>(use.heap().find_attachment(*target.cell));
  if (!attached) return nullptr;
  const auto found = attached->find(target.object);
  return found == attached->end() ? nullptr : &found->second;
}

/// Null if the object is gone. Throws std::bad_alloc.
HostInfo* find_or_make(Use& use, const wasm_ref_t& ref) {
  if (HostInfo* found = find(use, ref)) return found;
  const Target target = target_of(use, ref);
  if (!target.cell) return nullptr;
  std::shared_ptr<void>& attached = use.heap().attachment(*target.cell);
  if (!attached) attached = std::make_shared<Attached>();
  return &(*static_cast<Attached*>(attached.get()))[target.object];
}

}  // namespace

void* get_host_info(const wasm_ref_t& ref) noexcept {
  if (!is_cell(ref.kind) && ref.kind != RefKind::foreign) return ref.info.data();
  return guarded<void*>(nullptr, [&]() -> void* {
    Use use(ref.store);
    const HostInfo* found = use ? find(use, ref) : nullptr;
    return found ? found->data() : nullptr;
  });
}

void set_host_info(wasm_ref_t& ref, void* data, HostInfo::Finalizer finalizer) noexcept {
  HostInfo info(data, finalizer);
  if (!is_cell(ref.kind) && ref.kind != RefKind::foreign) {
    std::swap(ref.info, info);
    return;
  }
  guarded([&] {
    Use use(ref.store);
    HostInfo* place = use ? find_or_make(use, ref) : nullptr;
    if (place) std::swap(*place, info);
  });
}

}  // namespace wrun::inline v0::capi
