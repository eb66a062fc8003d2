#pragma once

// Looks a path up one component at a time, each with O_NOFOLLOW, and reads symbolic links itself;
// `..` goes back to the directory that the walk came from. So it can't leave `root`, whatever is
// renamed meanwhile. For kernels without openat2.

#include <string>

#include <wrun/wasi/errno.hpp>

#include "wasi/posix/unique_fd.hpp"

namespace wrun::inline v0::wasi {

/// An O_PATH descriptor. `path` isn't empty or absolute. Deeper than 256 directories is
/// nametoolong: the walk holds one descriptor for each.
Outcome<UniqueFd> walk(int root, const std::string& path, bool follow);

}  // namespace wrun::inline v0::wasi
