#pragma once

// What can be done with a path, as a guest does it, and as a native program does it that lets
// openat2(2) keep it in a directory.

#include <cstdint>
#include <span>
#include <string>

#include "tests/wasi/support/guest.hpp"

namespace wrun::test {

struct Verb {
  const char* name;
  /// A name in outside/ with which it succeeds if it gets there.
  const char* leaf;
  wasi::Errno (*attempt)(Guest& guest, std::uint32_t fd, const std::string& path);
  /// Acts on a name in a parent, instead of looking the whole path up.
  bool in_parent;
  /// Where the last name is a symbolic link: looks at what it leads to.
  bool follows;
};

std::span<const Verb> verbs();
const Verb& verb(std::string_view name);

/// The host's errno when the lookup that the verb needs is made by openat2(2) with RESOLVE_BENEATH
/// and RESOLVE_NO_MAGICLINKS; 0 if it succeeds, ENOSYS without openat2.
int native_lookup(const Verb& verb, int directory, const std::string& path);

}  // namespace wrun::test
