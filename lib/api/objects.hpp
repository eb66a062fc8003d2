#pragma once

// Handles to and from what the run-time calls externs.

#include <wrun/extern.hpp>
#include <wrun/result.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/session.hpp"
#include "lib/runtime/extern.hpp"

namespace wrun::inline v0::api {

/// Nothing if the handle is stale or of another store.
runtime::Extern to_runtime(StoreState& state, const Extern& object);
/// The handle, kept by `owner` if there is one. Throws std::bad_alloc.
Extern to_public(StoreState& state, const runtime::Extern& object, runtime::Handle owner = {});

/// The store that a handle says it is of.
inline std::uint64_t store_id(const Extern& object) {
  return std::visit([](const auto& handle) { return detail::Access::get(handle).store; }, object);
}

/// Error{usage} that lists what there is.
Error no_export(const runtime::Instance& instance, std::string_view name);
/// The export of that name, kept by its instance's handle. Errors: usage.
Result<Extern> find_export(StoreState& state, runtime::Instance& instance, std::string_view name);

/// One of a kind, or Error{usage}.
template <class T>
Result<T> narrow(Result<Extern>&& found, std::string_view name, std::string_view kind) {
  if (!found) return std::move(found).error();
  if (const T* object = std::get_if<T>(&*found)) return *object;
  return Error(ErrorKind::usage,
               "the export \"" + std::string(name) + "\" is not a " + std::string(kind));
}

/// Runs body(state, object) with the object of a handle.
template <class T, class Body>
auto with_object(const detail::HandleBase& handle, Body&& body) noexcept
    -> decltype(body(std::declval<StoreState&>(), std::declval<T&>())) {
  const Session session(handle);
  if (!session) return session.error();
  T* object = resolve<T>(*session, handle);
  if (!object) return stale_handle();
  return guarded([&] { return body(*session, *object); });
}

/// Runs body(state, reference) with the reference of a handle.
template <class Body>
auto with_ref(const detail::HandleBase& handle, Body&& body) noexcept
    -> decltype(body(std::declval<StoreState&>(), runtime::null_ref)) {
  const Session session(handle);
  if (!session) return session.error();
  const runtime::Ref ref = resolve_ref(*session, detail::Access::get(handle));
  if (ref == runtime::null_ref) return stale_handle();
  return guarded([&] { return body(*session, ref); });
}

/// Drops the host's hold on a reference, at once or when a callback that runs has returned.
inline Result<void> release_ref(const detail::HandleBase& handle) noexcept {
  const detail::Handle at = detail::Access::get(handle);
  if (release_later(at, runtime::HandleKind::reference)) return {};
  return with_ref(handle, [&](StoreState& state, runtime::Ref) -> Result<void> {
    state.store.release(
        {state.store.id(), at.index, at.generation, runtime::HandleKind::reference});
    return {};
  });
}

/// The same of an object.
template <class T>
Result<void> release(const detail::HandleBase& handle) noexcept {
  const detail::Handle at = detail::Access::get(handle);
  if (release_later(at, runtime::handle_kind<T>)) return {};
  return with_object<T>(handle, [&](StoreState& state, T&) -> Result<void> {
    state.store.release({state.store.id(), at.index, at.generation, runtime::handle_kind<T>});
    return {};
  });
}

}  // namespace wrun::inline v0::api
