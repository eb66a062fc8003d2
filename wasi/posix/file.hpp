#pragma once

// An open file of the host as a wasi::File.

#include <memory>

#include <wrun/wasi/filesystem.hpp>

#include "wasi/posix/unique_fd.hpp"

namespace wrun::inline v0::wasi {

/// `seekable` is false for FIFOs and devices, whose descriptor must be non-blocking.
std::shared_ptr<File> make_host_file(UniqueFd fd, bool seekable);

}  // namespace wrun::inline v0::wasi
