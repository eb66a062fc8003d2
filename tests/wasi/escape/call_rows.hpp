#pragma once

// The attempts that are a call: with arguments that no program would make. Each has a twin that
// differs only in being harmless, and must succeed, so that it is the mischief that was refused.

#include <span>

#include "tests/wasi/support/guest.hpp"

namespace wrun::test {

struct CallRow {
  const char* name;
  wasi::Errno expected;
  wasi::Errno (*attempt)(Guest& guest);
  wasi::Errno (*twin)(Guest& guest);
};

/// Texts in memory, vectors, results: at its edge, beyond it, and around 2^32.
std::span<const CallRow> memory_rows();
/// Paths that are no paths, or too long, or written to be misunderstood.
std::span<const CallRow> name_rows();
/// Offsets, sizes, counts.
std::span<const CallRow> number_rows();
/// Descriptors, rights and grants.
std::span<const CallRow> grant_rows();

}  // namespace wrun::test
