#pragma once

// Index spaces are distinct types, so that a FuncIdx never meets a TypeIdx.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace wrun::inline v0::wasm {

template <class Space>
struct Index {
  std::uint32_t value = 0;

  constexpr Index() = default;
  constexpr explicit Index(std::uint32_t v) : value(v) {}
  friend constexpr auto operator<=>(Index, Index) = default;
};

using TypeIdx = Index<struct TypeSpace>;  ///< a type of one module
using TypeId = Index<struct CanonSpace>;  ///< a canonical type of one TypeRegistry
using FuncIdx = Index<struct FuncSpace>;
using TableIdx = Index<struct TableSpace>;
using MemIdx = Index<struct MemSpace>;
using GlobalIdx = Index<struct GlobalSpace>;
using TagIdx = Index<struct TagSpace>;
using ElemIdx = Index<struct ElemSpace>;
using DataIdx = Index<struct DataSpace>;
using LocalIdx = Index<struct LocalSpace>;
using LabelIdx = Index<struct LabelSpace>;  ///< relative: 0 is the innermost label
using FieldIdx = Index<struct FieldSpace>;

}  // namespace wrun::inline v0::wasm

template <class Space>
struct std::hash<wrun::wasm::Index<Space>> {
  std::size_t operator()(wrun::wasm::Index<Space> index) const noexcept { return index.value; }
};
