#pragma once

// From an archive's bytes to the builder, format by format.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <wrun/result.hpp>

#include "wasi/archive/builder.hpp"
#include "wasi/archive/source.hpp"

namespace wrun::inline v0::wasi {

inline Error damaged(std::string_view why) {
  return Error(ErrorKind::malformed, "archive: damaged: " + std::string(why));
}

/// ustar, pax and GNU. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
Result<void> read_tar(ByteSource& source, ArchiveBuilder& builder);

/// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
Result<void> read_zip(std::span<const std::byte> archive, ArchiveBuilder& builder);

}  // namespace wrun::inline v0::wasi
