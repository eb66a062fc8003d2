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
  count_
};

constexpr const char* name(Helper helper) {
  constexpr const char* names[] = {"memory_grow",   "memory_fill",  "memory_copy", "memory_init",
                                   "data_drop",     "table_set",    "table_grow",  "table_fill",
                                   "table_copy",    "table_init",   "elem_drop",   "memory_size",
                                   "memory_notify", "memory_check", "is_subtype"};
  static_assert(sizeof(names) / sizeof(*names) == static_cast<unsigned>(Helper::count_));
  return names[static_cast<unsigned>(helper)];
}

}  // namespace wrun::inline v0::jit
