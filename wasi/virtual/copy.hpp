#pragma once

// Copying through the interfaces, whatever is behind them.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <wrun/wasi/filesystem.hpp>

namespace wrun::inline v0::wasi {

/// isdir if it is a directory.
Outcome<std::shared_ptr<File>> open_file(Directory& directory, const std::string& path,
                                         const OpenOptions& options);
/// notdir if it is a file.
Outcome<std::shared_ptr<Directory>> open_directory(Directory& directory, const std::string& path);
Outcome<void> write_all(File& file, std::uint64_t offset, std::span<const std::byte> bytes);
/// Into an empty file. Blocks of zeros become holes.
Outcome<void> copy_content(File& from, File& to);
/// All entries but `.` and `..`.
Outcome<std::vector<DirectoryEntry>> all_entries(Directory& directory);
/// "a/b"; "b" if the directory is the one that paths start in, which is empty.
std::string join_path(const std::string& directory, const std::string& name);
NewTimes times_of(const FileStat& stat);

}  // namespace wrun::inline v0::wasi
