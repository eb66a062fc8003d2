#pragma once

// Immediates of instructions as the walker hands them to its clients.
//
// https://webassembly.github.io/spec/core/binary/instructions.html

#include <cstdint>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

/// The bits of a constant; `hi` is used by v128 only. An i32's upper half is zero.
struct Bits {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;
};

struct MemArg {
  MemIdx memory;
  std::uint32_t align_log2 = 0;
  std::uint64_t offset = 0;
};

/// The lane numbers of i8x16.shuffle.
struct Lanes {
  std::uint8_t lane[16] = {};
};

enum class CatchKind : std::uint8_t { catch_, catch_ref, catch_all, catch_all_ref };

/// A clause of try_table. `label` counts from inside the try_table's body, so that
/// walker.label(clause.label) is the target while the client is told of the try_table.
struct CatchClause {
  CatchKind kind = CatchKind::catch_;
  TagIdx tag;  ///< catch_ and catch_ref
  LabelIdx label;
};

/// What follows the opcode of an instruction that clients hear of by family (memory_op, table_op,
/// reference_op, aggregate_op). Members that an instruction has no use for are zero.
///
///   memory.size, grow, fill      index: memory
///   memory.copy                  index: destination, index2: source
///   memory.init                  index: data segment, index2: memory
///   data.drop                    index: data segment
///   table.get, set, size, ...    index: table; type: its element type
///   table.copy                   index: destination, index2: source
///   table.init                   index: element segment, index2: table
///   elem.drop                    index: element segment
///   ref.null, ref.test, ref.cast type: the reference type named
///   ref.func                     index: function
///   struct.*                     index: type, index2: field; type: its storage type
///   array.*                      index: type, index2: length, segment or source type;
///                                type: the element's storage type
struct Immediates {
  std::uint32_t index = 0;
  std::uint32_t index2 = 0;
  ValType type;
};

}  // namespace wrun::inline v0::wasm
