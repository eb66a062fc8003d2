#pragma once

// A directory inside a .tar, a .tar.gz or a .zip, read-only. The archive is unpacked into memory
// once; it may be anyone's, and nothing in it leads out of the directory.
//
// A name that is absolute, has `..` in it, goes through a link or isn't UTF-8 makes the whole
// archive an error, and so does damage anywhere in it. In a .tar, a later file of the same name
// replaces the earlier one; in a .zip two of a name are an error. Device nodes and FIFOs are left
// out.
//
// Errors: malformed, limit (more than the quota when unpacked), io (archive_file only).

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/wasi/memory_files.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// Unpacks an archive, whose bytes aren't needed afterwards. Errors: malformed, limit.
WRUN_API Result<std::shared_ptr<Directory>> archive_directory(std::span<const std::byte> archive,
                                                              const FilesQuota& quota = {});
/// The same of a file of the host's. Errors: malformed, limit, io.
WRUN_API Result<std::shared_ptr<Directory>> archive_file(const std::string& path,
                                                         const FilesQuota& quota = {});

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
