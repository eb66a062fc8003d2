#pragma once

// How C++ values are laid out in the 8-byte slots that WebAssembly's frames are made of, so that a
// typed call writes its arguments where the callee reads them.

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>

#include <wrun/anyref.hpp>
#include <wrun/exception.hpp>
#include <wrun/export.hpp>
#include <wrun/externref.hpp>
#include <wrun/rooted.hpp>
#include <wrun/types.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {
namespace detail {

/// The upper half of one that holds an i32 or f32 is unspecified.
struct alignas(8) Slot {
  unsigned char bytes[8];
};
static_assert(sizeof(Slot) == 8 && std::is_trivial_v<Slot>);

/// The handle of a non-null reference in a slot; `store` is the id of the store that it is of. An
/// empty handle if there is no memory for one.
WRUN_API Handle handle_from_ref(std::uint64_t store, std::uintptr_t ref, HeapKind heap) noexcept;
/// The reference that a handle stands for; 0 if it is stale or of another store.
WRUN_API std::uintptr_t ref_from_handle(std::uint64_t store, Handle handle, HeapKind heap) noexcept;

/// Keeps other threads out of a store while it lives, so that a reference between slot and handle
/// stays what it is. Nothing if the store isn't there.
class StoreUse {
 public:
  WRUN_API explicit StoreUse(std::uint64_t store) noexcept;
  WRUN_API ~StoreUse();
  StoreUse(const StoreUse&) = delete;
  StoreUse& operator=(const StoreUse&) = delete;

 private:
  alignas(8) unsigned char session_[32];
};

/// How T passes through slots: its type, how many slots it takes, the form in registers (Raw), and
/// the way between them. No member for what stands for no WebAssembly type.
template <class T>
struct Passed;

template <Integer T>
struct Passed<T> {
  using Raw = T;
  static constexpr std::uint32_t slots = 1;
  static constexpr ValType type = sizeof(T) == 4 ? ValType::i32() : ValType::i64();
  static T from_raw(std::uint64_t, Raw raw) { return raw; }
  static bool to_raw(std::uint64_t, T value, Raw& raw) { return raw = value, true; }
};

template <Float T>
struct Passed<T> {
  using Raw = T;
  static constexpr std::uint32_t slots = 1;
  static constexpr ValType type = sizeof(T) == 4 ? ValType::f32() : ValType::f64();
  static T from_raw(std::uint64_t, Raw raw) { return raw; }
  static bool to_raw(std::uint64_t, T value, Raw& raw) { return raw = value, true; }
};

template <>
struct Passed<V128> {
  using Raw = V128;
  static constexpr std::uint32_t slots = 2;
  static constexpr ValType type = ValType::v128();
  static V128 from_raw(std::uint64_t, const Raw& raw) { return raw; }
  static bool to_raw(std::uint64_t, const V128& value, Raw& raw) { return raw = value, true; }
};

/// std::optional<Func> is funcref, std::optional<ExternRef> externref, std::optional<AnyRef>
/// anyref, std::optional<Exception> exnref; no value is null.
template <class T, HeapKind heap>
struct PassedRef {
  using Raw = std::uintptr_t;
  static constexpr std::uint32_t slots = 1;
  static constexpr ValType type = ValType::ref(heap, true);
  static std::optional<T> from_raw(std::uint64_t store, Raw raw) {
    if (raw == 0) return std::nullopt;
    return Access::make<T>(handle_from_ref(store, raw, heap));
  }
  static bool to_raw(std::uint64_t store, const std::optional<T>& value, Raw& raw) {
    raw = value ? ref_from_handle(store, Access::get(*value), heap) : 0;
    return raw != 0 || !value;
  }
};
template <>
struct Passed<std::optional<Func>> : PassedRef<Func, HeapKind::func> {};
template <>
struct Passed<std::optional<ExternRef>> : PassedRef<ExternRef, HeapKind::extern_> {};
template <>
struct Passed<std::optional<Exception>> : PassedRef<Exception, HeapKind::exn> {};
template <>
struct Passed<std::optional<AnyRef>> : PassedRef<AnyRef, HeapKind::any> {};

/// Rooted: the handle is released when the value ends.
template <class T, HeapKind heap>
struct PassedRooted : PassedRef<T, heap> {
  using Raw = std::uintptr_t;
  static Rooted<T> from_raw(std::uint64_t store, Raw raw) {
    const auto handle = PassedRef<T, heap>::from_raw(store, raw);
    return handle ? Rooted<T>(*handle) : Rooted<T>();
  }
  static bool to_raw(std::uint64_t store, const Rooted<T>& value, Raw& raw) {
    std::optional<T> handle;
    if (value) handle = *value;
    return PassedRef<T, heap>::to_raw(store, handle, raw);
  }
};
template <>
struct Passed<Rooted<ExternRef>> : PassedRooted<ExternRef, HeapKind::extern_> {};
template <>
struct Passed<Rooted<AnyRef>> : PassedRooted<AnyRef, HeapKind::any> {};

template <class T>
concept Passable = requires {
  Passed<T>::slots;
};

template <class T>
typename Passed<T>::Raw load_raw(const Slot* slot) {
  typename Passed<T>::Raw raw;
  std::memcpy(static_cast<void*>(&raw), slot, sizeof raw);
  return raw;
}
template <class T>
T load(std::uint64_t store, const Slot* slot) {
  return Passed<T>::from_raw(store, load_raw<T>(slot));
}
/// False if the value is a handle that this store doesn't know.
template <class T>
bool store_to(std::uint64_t store, const T& value, Slot* slot) {
  typename Passed<T>::Raw raw;
  if (!Passed<T>::to_raw(store, value, raw)) return false;
  std::memcpy(static_cast<void*>(slot), &raw, sizeof raw);
  return true;
}

/// A list of passable types: parameters, or results. Hidden, since what every shared object shows
/// of it would be one for the whole process, and keep the first of them from being unloaded.
template <class... T>
struct [[gnu::visibility("hidden")]] Types {
  static constexpr std::size_t count = sizeof...(T);
  static constexpr std::uint32_t slots = (Passed<T>::slots + ... + 0u);
  /// Where each begins.
  static constexpr std::array<std::uint32_t, count + 1> offsets = [] {
    std::array<std::uint32_t, count + 1> at{};
    std::size_t i = 0;
    ((at[i + 1] = at[i] + Passed<T>::slots, ++i), ...);
    return at;
  }();
  static constexpr std::array<ValType, count> types{Passed<T>::type...};
  static constexpr bool has_refs = (Passed<T>::type.is_ref() || ...);
  static std::vector<ValType> list() {
    return {Passed<T>::type...};
  }

  /// Calls take(values...).
  template <class Take>
  static decltype(auto) load_all(std::uint64_t store, const Slot* from, Take&& take) {
    return load_each(store, from, take, std::index_sequence_for<T...>());
  }
  static bool store_all([[maybe_unused]] std::uint64_t store, [[maybe_unused]] Slot* const to,
                        const T&... values) {
    [[maybe_unused]] std::size_t i = 0;
    bool ok = true;
    ((ok = store_to<T>(store, values, to + offsets[i++]) && ok), ...);
    return ok;
  }

 private:
  template <class Take, std::size_t... i>
  static decltype(auto) load_each([[maybe_unused]] std::uint64_t store,
                                  [[maybe_unused]] const Slot* from, Take& take,
                                  std::index_sequence<i...>) {
    return take(load<T>(store, from + offsets[i])...);
  }
};

/// What a C++ result type stands for: void nothing, a tuple several results, others one.
template <class R>
struct Results {
  using List = Types<R>;
  static R load(std::uint64_t store, const Slot* slots) { return detail::load<R>(store, slots); }
  static bool store_at(std::uint64_t store, Slot* slots, const R& value) {
    return List::store_all(store, slots, value);
  }
};
template <>
struct Results<void> {
  using List = Types<>;
  static void load(std::uint64_t, const Slot*) {}
  static bool store_at(std::uint64_t, Slot*) { return true; }
};
template <class... T>
struct Results<std::tuple<T...>> {
  using List = Types<T...>;
  static std::tuple<T...> load(std::uint64_t store, const Slot* slots) {
    return List::load_all(store, slots,
                          [](T&&... each) { return std::tuple<T...>(std::move(each)...); });
  }
  static bool store_at(std::uint64_t store, Slot* slots, const std::tuple<T...>& values) {
    return store_each(store, slots, values, std::index_sequence_for<T...>());
  }

 private:
  template <std::size_t... i>
  static bool store_each(std::uint64_t store, Slot* slots, const std::tuple<T...>& values,
                         std::index_sequence<i...>) {
    return List::store_all(store, slots, get<i>(values)...);
  }
};

/// Whether all of a signature's types are passable, asked in a form that makes no hard error.
template <class T>
inline constexpr bool passable_result = Passable<T>;
template <>
inline constexpr bool passable_result<void> = true;
template <class... T>
inline constexpr bool passable_result<std::tuple<T...>> = (Passable<T> && ...);

}  // namespace detail
}  // namespace v0
}  // namespace wrun
