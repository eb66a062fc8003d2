#pragma once

// Which build of the library this is: another one lays its structures out in another way, though it
// may have the same version.

#include <string>

namespace wrun::inline v0::os {

/// The linker's identification of the program or shared library that holds this code; empty if
/// there is none. Throws std::bad_alloc.
std::string build_id();

}  // namespace wrun::inline v0::os
