#pragma once

// What C programs hold: a store, and references to what is in it.
//
// There is one wasm_ref_t for each object of a store that the program has references to, so that
// copies are counts and identity is that of pointers. It roots the object by a handle without an
// owner. A reference that somebody outside of the store owns keeps the store alive; one that only
// the store itself owns (an object that WebAssembly has as an externref) doesn't.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <wasm.h>
#include <wrun/detail/handle.hpp>
#include <wrun/store.hpp>

#include "lib/api/session.hpp"
#include "lib/runtime/extern.hpp"

namespace wrun::inline v0::capi {

/// A pointer that a program hung on an object.
class HostInfo {
 public:
  using Finalizer = void (*)(void*);
  HostInfo() = default;
  HostInfo(void* data, Finalizer finalizer) : data_(data), finalizer_(finalizer) {}
  HostInfo(HostInfo&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        finalizer_(std::exchange(other.finalizer_, nullptr)) {}
  HostInfo& operator=(HostInfo&& other) noexcept {
    HostInfo old(std::move(*this));
    data_ = std::exchange(other.data_, nullptr);
    finalizer_ = std::exchange(other.finalizer_, nullptr);
    return *this;
  }
  ~HostInfo() {
    if (finalizer_) finalizer_(data_);
  }
  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  Finalizer finalizer_ = nullptr;
};

enum class RefKind : std::uint8_t {
  func,
  global,
  table,
  memory,
  tag,
  instance,
  foreign,
  any,
  exception,
  trap,
  module
};

class Use;

}  // namespace wrun::inline v0::capi

struct wasm_ref_t {
  const wrun::capi::RefKind kind;
  wasm_store_t& store;
  wrun::detail::Handle handle = {};      ///< but for traps and modules
  std::atomic<std::uint32_t> owners{1};  ///< outside of the store
  std::uint32_t inner = 0;               ///< in the store
  std::uint32_t dropped = 0;             ///< owners that left while the store was in use
  wasm_ref_t* next_dropped = nullptr;
  wrun::capi::HostInfo info = {};  ///< of what isn't a cell

  wasm_ref_t(wrun::capi::RefKind what, wasm_store_t& where) : kind(what), store(where) {}
  wasm_ref_t(const wasm_ref_t&) = delete;
  wasm_ref_t& operator=(const wasm_ref_t&) = delete;

  template <class T>
  T as() const {
    return wrun::detail::Access::make<T>(handle);
  }
};

struct wasm_extern_t : wasm_ref_t {
  using wasm_ref_t::wasm_ref_t;
};
struct wasm_func_t : wasm_extern_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::func;
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_global_t : wasm_extern_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::global;
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_table_t : wasm_extern_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::table;
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_memory_t : wasm_extern_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::memory;
  using wasm_extern_t::wasm_extern_t;
};
struct wrun_tag_t : wasm_extern_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::tag;
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_instance_t : wasm_ref_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::instance;
  using wasm_ref_t::wasm_ref_t;
};
struct wasm_foreign_t : wasm_ref_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::foreign;
  using wasm_ref_t::wasm_ref_t;
};
struct wrun_anyref_t : wasm_ref_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::any;
  using wasm_ref_t::wasm_ref_t;
};
struct wrun_exception_t : wasm_ref_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::exception;
  using wasm_ref_t::wasm_ref_t;
};

struct wasm_store_t {
  std::atomic<std::uint32_t> owners{1};
  std::optional<wrun::Store> owned;  ///< nothing if it is a view of a store of somebody else's
  std::uint64_t id = 0;              ///< StoreState::id
  std::vector<wasm_ref_t*> objects;  ///< by handle index
  wasm_trap_t* spare = nullptr;      ///< the trap for when there is no memory for another
  wasm_trap_t* thrown = nullptr;     ///< what the last failing callback returned
  std::mutex mutex;                  ///< of `dropped`
  wasm_ref_t* dropped = nullptr;     ///< references whose owners left while others were inside
  std::atomic<bool> has_dropped{false};

  /// A store of its own.
  explicit wasm_store_t(wrun::Store&& store);
  /// A view.
  explicit wasm_store_t(wrun::api::StoreState& state);
  ~wasm_store_t();
  wasm_store_t(const wasm_store_t&) = delete;
  wasm_store_t& operator=(const wasm_store_t&) = delete;

  void retain() noexcept { owners.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;
  /// Lets go of `thrown`.
  void forget_thrown() noexcept;

 private:
  void make_spare();
};

namespace wrun::inline v0::capi {

/// Keeps a store while it lives, whatever callbacks delete.
class Retained {
 public:
  explicit Retained(wasm_store_t& store) : store_(store) { store.retain(); }
  ~Retained() { store_.release(); }
  Retained(const Retained&) = delete;
  Retained& operator=(const Retained&) = delete;

 private:
  wasm_store_t& store_;
};

/// A use of a store by the calling thread; fails while another thread is inside.
class Use {
 public:
  explicit Use(wasm_store_t& store) noexcept : store_(store), session_(store.id) { settle(); }
  ~Use() { settle(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  explicit operator bool() const { return static_cast<bool>(session_); }
  Error error() const noexcept { return session_.error(); }
  wasm_store_t& store() const { return store_; }
  api::StoreState& state() const { return *session_; }
  runtime::Store& heap() const { return session_->store; }
  /// The same as the public API has it.
  Store& facade() const { return session_->facade.store; }

 private:
  void settle() noexcept {
    if (session_ && store_.has_dropped.load(std::memory_order_relaxed)) [[unlikely]]
      settle_dropped();
  }
  void settle_dropped() noexcept;

  wasm_store_t& store_;
  Retained retained_{store_};  // finalizers may drop its last owner
  api::Session session_;
};

/// The C store of a store whose callback runs; a view if the program doesn't have it. Throws
/// std::bad_alloc.
wasm_store_t& store_of(api::StoreState& state);

/// The reference at a handle, with one owner more. Throws std::bad_alloc.
template <class T>
T* own_handle(Use& use, runtime::Handle handle);

/// The reference to an object, with one owner more. Throws std::bad_alloc.
template <class T, class Object>
T* own_object(Use& use, Object& object) {
  return own_handle<T>(use, use.heap().handle(object));
}
/// The reference to something imported or exported, with one owner more. Throws std::bad_alloc.
wasm_extern_t* own_extern(Use& use, const runtime::Extern& object);

/// A handle of the public API, which has no owner, as the run-time has it.
template <class T>
runtime::Handle to_runtime(Use& use, const detail::HandleBase& handle) {
  const detail::Handle at = detail::Access::get(handle);
  return {use.heap().id(), at.index, at.generation, runtime::handle_kind<T>};
}

template <class T>
T* copy(T* ref) noexcept {
  if (ref) ref->owners.fetch_add(1, std::memory_order_relaxed);
  return ref;
}
/// One owner less. Null is allowed.
void drop(wasm_ref_t* ref) noexcept;

/// An owner within the store, which doesn't keep the store alive. In a use of the store.
void hold_inside(wasm_ref_t& ref) noexcept;
void drop_inside(wasm_ref_t& ref) noexcept;

/// Deletes what own_... functions gave.
struct Dropper {
  void operator()(wasm_ref_t* ref) const noexcept { drop(ref); }
};
template <class T>
using Owned = std::unique_ptr<T, Dropper>;

/// ref as a T, if it is one.
template <class T>
T* cast(wasm_ref_t* ref) noexcept {
  return ref && ref->kind == T::kind_of_ref ? static_cast<T*>(ref) : nullptr;
}

inline bool is_extern(const wasm_ref_t& ref) {
  return ref.kind <= RefKind::tag;
}

}  // namespace wrun::inline v0::capi
