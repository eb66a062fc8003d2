#pragma once

// Functions of the run time that compiled code calls for what is rare. Arguments are machine words
// in the order given, an i32 zero-extended. A helper that fails doesn't return.
//
// Those that move data charge fuel for it first if imm2 of the call isn't 0, as the interpreter
// does: ceil(count / 64).

#include <cstdint>

namespace wrun::inline v0::jit {

enum class Helper : std::uint8_t {
  memory_grow,  ///< (instance, memory, pages) -> pages before, or -1; of the address type
  memory_fill,  ///< (instance, memory, at, value, count)
  memory_copy,  ///< (instance, target memory, source memory, at, from, count)
  memory_init,  ///< (instance, memory, segment, at, from, count)
  data_drop,    ///< (instance, segment)
  table_set,    ///< (instance, table, index, reference)
  table_grow,   ///< (instance, table, reference, count) -> size before, or -1; of the address type
  table_fill,   ///< (instance, table, at, reference, count)
  table_copy,   ///< (instance, target table, source table, at, from, count)
  table_init,   ///< (instance, table, segment, at, from, count)
  elem_drop,    ///< (instance, segment)
  memory_size,  ///< (instance, memory) -> pages of one that is shared
  memory_notify,  ///< (instance, memory, address, count) -> how many woke up
  /// (instance, memory, index, offset, end): traps unless index + end is in a shared memory
  memory_check,
  is_subtype,  ///< (instance, TypeId, TypeId of the supertype) -> 0 or 1
  // Of the heap. Those that make something may collect; what they return is zeroed, but for what
  // they say. Null arrays and indices out of bounds are theirs to find.
  is_instance,        ///< (instance, any reference, TypeId, its depth) -> 0 or 1
  struct_new,         ///< (instance, TypeId, bytes) -> structure
  array_new,          ///< (instance, TypeId, length, value, its upper half) -> array
  array_new_default,  ///< (instance, TypeId, length) -> array
  array_new_data,     ///< (instance, TypeId, segment, offset, length) -> array
  array_new_elem,     ///< (instance, TypeId, segment, offset, length) -> array
  array_fill,         ///< (instance, array, at, value, its upper half, count)
  array_copy,         ///< (instance, target, at, source, from, count)
  array_init_data,    ///< (instance, array, at, segment, offset, count)
  array_init_elem,    ///< (instance, array, at, segment, offset, count)
  exception_new,      ///< (instance, tag) -> exception
  throw_,             ///< (instance, exception): doesn't return
  memory_wait32,      ///< (instance, memory, address, expected, timeout) -> how it ended
  memory_wait64,
  // Of half a vector; product and sum are rounded once.
  fma_f32x2,  ///< (instance, a, b, c) -> a * b + c
  fma_f64,
  count_
};

constexpr const char* name(Helper helper) {
  constexpr const char* names[] = {
      "memory_grow",    "memory_fill", "memory_copy",   "memory_init",       "data_drop",
      "table_set",      "table_grow",  "table_fill",    "table_copy",        "table_init",
      "elem_drop",      "memory_size", "memory_notify", "memory_check",      "is_subtype",
      "is_instance",    "struct_new",  "array_new",     "array_new_default", "array_new_data",
      "array_new_elem", "array_fill",  "array_copy",    "array_init_data",   "array_init_elem",
      "exception_new",  "throw",       "memory_wait32", "memory_wait64",     "fma_f32x2",
      "fma_f64"};
  static_assert(sizeof(names) / sizeof(*names) == static_cast<unsigned>(Helper::count_));
  return names[static_cast<unsigned>(helper)];
}

}  // namespace wrun::inline v0::jit
