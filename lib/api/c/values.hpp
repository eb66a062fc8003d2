#pragma once

// Between C values, wasm_val_t and wrun_val_t, and slots.

#include <span>
#include <string_view>

#include <wrun/c/value.h>
#include <wrun/result.hpp>
#include <wrun/value.hpp>

#include "lib/api/c/object.hpp"
#include "lib/runtime/slot.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::capi {

/// Writes a value of type `type`; Error{usage} if it is of another. `what` names it in the message.
template <class V>
Result<void> to_slots(Use& use, const V& value, wasm::CanonType type, runtime::Slot* slots,
                      std::string_view what);
/// The reference as a value of type `type`; null is the null reference.
Result<void> ref_to_slots(Use& use, wasm_ref_t* ref, wasm::CanonType type, runtime::Slot* slots,
                          std::string_view what);

/// The value in those slots, with a reference of its own. A vector that there's no room for is a
/// null externref. Throws std::bad_alloc.
template <class V>
void from_slots(Use& use, wasm::CanonType type, const runtime::Slot* slots, V& out);
/// The reference, with one owner more; null for null. Throws std::bad_alloc.
wasm_ref_t* own_ref(Use& use, wasm::CanonType type, runtime::Ref ref);

/// A zero, or null.
template <class V>
void set_default(Use& use, wasm::CanonType type, V& out);

/// Arguments to slots, one after another. Errors: usage (wrong number or types).
template <class V>
Result<void> write_all(Use& use, std::span<const wasm::CanonType> types, std::span<const V> values,
                       runtime::Slot* slots, std::string_view what);
/// All results; either all are written or, when that throws, none is left.
template <class V>
void read_all(Use& use, std::span<const wasm::CanonType> types, const runtime::Slot* slots, V* out);

void remove(wasm_val_t& value) noexcept;
void remove(wrun_val_t& value) noexcept;

/// The same as the public C++ API has it; borrows the reference. Error{usage} for a reference of
/// another store.
Result<Val> to_public(Use& use, const wrun_val_t& value);
/// Throws std::bad_alloc. Error{usage} for a stale reference.
Result<void> from_public(Use& use, const Val& value, wrun_val_t& out);

}  // namespace wrun::inline v0::capi
