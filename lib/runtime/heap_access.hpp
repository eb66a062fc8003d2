#pragma once

// Reading and writing structures and arrays where speed is not everything: bulk instructions,
// constant expressions, the host.
//
// https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-reference-instructions

#include <cstdint>

#include "lib/runtime/bulk.hpp"
#include "lib/runtime/heap_object.hpp"

namespace wrun::inline v0::runtime {

/// The field or element at a byte offset of an object; packed ones are extended as said. v128 takes
/// two slots.
void read_storage(const Object& object, std::uint64_t offset, wasm::Kind storage, bool is_signed,
                  Slot* to);

/// Whether [from, from + count) are elements of an array of that length.
inline bool in_array(const Array& array, std::uint64_t from, std::uint64_t count) {
  return from <= array.length && count <= array.length - from;
}

// All of these are in bounds; `width` is an element's.

/// All elements of a new array.
void fill_elements(Array& array, const Slot* value, std::uint32_t width);
Bulk fill_elements(const ExecState& state, Array& array, std::uint64_t from, std::uint64_t count,
                   const Slot* value, std::uint32_t width);
Bulk copy_elements(const ExecState& state, Array& target, std::uint64_t to, const Array& source,
                   std::uint64_t from, std::uint64_t count, std::uint32_t width);
/// Elements from consecutive slots; a v128 is in two.
void write_elements(Array& array, const Slot* values, std::uint32_t count, std::uint32_t width);

// From segments; out of bounds, with nothing written, if the segment is too short.

bool has_data(const Instance& instance, wasm::DataIdx segment, std::uint64_t from,
              std::uint64_t count, std::uint32_t width);
bool has_elements(const Instance& instance, wasm::ElemIdx segment, std::uint64_t from,
                  std::uint64_t count);
/// All elements of a new array, which the segment has.
void init_elements(const Instance& instance, Array& array, wasm::DataIdx segment,
                   std::uint64_t from, std::uint32_t width);
void init_elements(const Instance& instance, Array& array, wasm::ElemIdx segment,
                   std::uint64_t from);
Bulk init_elements(const Instance& instance, Array& array, std::uint64_t to, wasm::DataIdx segment,
                   std::uint64_t from, std::uint64_t count, std::uint32_t width);
Bulk init_elements(const Instance& instance, Array& array, std::uint64_t to, wasm::ElemIdx segment,
                   std::uint64_t from, std::uint64_t count);

}  // namespace wrun::inline v0::runtime
