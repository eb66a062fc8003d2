#pragma once

// A recursive group as a string of words, equal exactly if the groups are: references to the group
// itself are relative, all others are canonical ids.
//
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling

#include <cstdint>
#include <span>
#include <vector>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

using TypeKey = std::vector<std::uint32_t>;

/// The key of a module's group, see TypeRegistry::intern().
TypeKey key_of(std::span<const SubType> group, std::uint32_t group_start,
               std::span<const TypeId> known);

/// The key of a final function type, alone in its group.
TypeKey key_of(const CanonFuncType& type);

/// The group's types, where relative references become `own[reference]`.
std::vector<CanonSubType> types_of_key(std::span<const std::uint32_t> key,
                                       std::span<const TypeId> own);

/// The canonical ids in a key, repeated as often as they occur.
std::vector<TypeId> outer_of_key(std::span<const std::uint32_t> key);

}  // namespace wrun::inline v0::wasm
