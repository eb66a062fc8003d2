#pragma once

// Between the host's file attributes and ours.

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

#include <array>

#include <wrun/wasi/filesystem.hpp>

namespace wrun::inline v0::wasi {

FileStat to_file_stat(const struct stat& status);
FileType type_of_entry(unsigned char d_type);
/// For futimens and utimensat.
std::array<timespec, 2> to_timespecs(const NewTimes& times);

}  // namespace wrun::inline v0::wasi
