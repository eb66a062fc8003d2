#pragma once

// The names of what compiled code reads in the run time's structures, for graphs as text.

#include <cstdint>
#include <string>

namespace wrun::inline v0::jit {

/// What a value points to, as far as graphs tell; the last are arrays of pointers to them.
enum class Pointee : std::uint8_t {
  unknown,
  instance,
  state,
  memory,
  table,
  memories,
  tables,
  globals,
  functions
};

struct MemberName {
  std::string text;  ///< empty if there is none at the offset
  Pointee pointee = Pointee::unknown;
};

/// Of what lies `offset` bytes from the start of one. Throws std::bad_alloc.
MemberName member_at(Pointee base, std::uint64_t offset);

}  // namespace wrun::inline v0::jit
