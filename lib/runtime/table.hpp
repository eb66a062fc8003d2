#pragma once

// Tables of references.
//
// https://webassembly.github.io/spec/core/exec/runtime.html#table-instances

#include <cstdint>
#include <optional>

#include <wrun/result.hpp>

#include "lib/runtime/bulk.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// A table type whose element type is canonical.
using CanonTableType = wasm::BasicTableType<wasm::TypeId>;

/// A table of the type's minimum, filled with `init`; Error{limit} if a limit or the system
/// refuses. May collect.
Result<Table*> create_table(Store& store, const CanonTableType& type, Ref init);

CanonTableType type_of(const Table& table);

/// table.grow: the former size, or nothing if the maximum, a limit or the system refuses.
std::optional<std::uint64_t> grow(Table& table, std::uint64_t count, Ref init);

// False, with nothing written, is a trap: out of bounds table access.

bool get(const Table& table, std::uint64_t index, Ref& value);
bool set(Table& table, std::uint64_t index, Ref value);
Bulk fill(Table& table, std::uint64_t to, Ref value, std::uint64_t count);
Bulk copy(Table& target, std::uint64_t to, const Table& source, std::uint64_t from,
          std::uint64_t count);
/// table.init; a dropped segment has size 0.
Bulk init(Instance& instance, Table& target, wasm::ElemIdx segment, std::uint64_t to,
          std::uint64_t from, std::uint64_t count);
void drop(Instance& instance, wasm::ElemIdx segment);

}  // namespace wrun::inline v0::runtime
