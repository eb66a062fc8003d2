#pragma once

namespace wrun::inline v0::wasi {

/// How many symbolic links are followed on one path: as many as Linux follows.
inline constexpr int link_limit = 40;

}  // namespace wrun::inline v0::wasi
