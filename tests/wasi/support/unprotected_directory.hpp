#pragma once

// A directory of the host without any protection: paths go to the kernel as they are. Against it an
// attempt to escape must succeed, or else the attempt proves nothing.

#include <memory>
#include <string>

#include <wrun/wasi/filesystem.hpp>

namespace wrun::test {

std::shared_ptr<wasi::Directory> unprotected_directory(const std::string& path);

}  // namespace wrun::test
