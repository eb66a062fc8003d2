#pragma once

// Files that live in the host's memory, within a quota, and are gone with the last reference.
//
//   auto files = wrun::wasi::MemoryFiles::create({.bytes = 1 << 20}).value();
//   files->write("etc/motd", "hello\n");
//   config.dir(files->root(), "/", wrun::wasi::read_write);

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <wrun/export.hpp>
#include <wrun/wasi/clocks.hpp>
#include <wrun/wasi/filesystem.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// Beyond it, what would need more is Errno::nospc. A file's content counts in blocks of 4096
/// bytes, holes don't; names and targets of links count too.
struct FilesQuota {
  std::uint64_t bytes = std::uint64_t{256} << 20;
  std::uint64_t files = 65536;  ///< files, directories and links, also those only held open
};

struct FilesUsage {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};

struct MemoryFilesState;

/// A file system. Thread-safe. Its directories may be mounted in several guests, and outlive it.
class MemoryFiles {
 public:
  /// Without clocks all times are 0 until they are set.
  WRUN_API static std::shared_ptr<MemoryFiles> create(const FilesQuota& quota = {},
                                                      std::shared_ptr<Clocks> clocks = nullptr);
  WRUN_API explicit MemoryFiles(std::shared_ptr<MemoryFilesState> state);
  WRUN_API ~MemoryFiles();
  MemoryFiles(const MemoryFiles&) = delete;
  MemoryFiles& operator=(const MemoryFiles&) = delete;

  /// The directory to mount.
  WRUN_API std::shared_ptr<Directory> root();
  /// Makes or replaces a file, and the directories on the way to it.
  WRUN_API Outcome<void> write(const std::string& path, std::string_view content);
  /// A file's content; fbig if it is larger than `most`.
  WRUN_API Outcome<std::string> read(const std::string& path,
                                     std::uint64_t most = std::uint64_t{1} << 30);
  /// What all files hold now. Any thread.
  WRUN_API FilesUsage usage() const;

 private:
  std::shared_ptr<MemoryFilesState> state_;
};

/// Copies what is in a directory into another: files, directories, links and their times; hard
/// links become separate files; absolute links, and what is none of these, are left out. Stops at
/// the first error.
WRUN_API Outcome<void> copy_tree(Directory& from, Directory& to);

/// The same files, and no way to change anything about them: Errno::rofs.
WRUN_API std::shared_ptr<Directory> read_only_view(std::shared_ptr<Directory> directory);

/// A writable directory over one that is never changed. Changes go to `upper`, which may be empty,
/// or what an earlier overlay left; while in use, nothing else may change it. Names that begin with
/// `.wh.` are the overlay's own: in `upper` they say, as in layers of OCI images, what of `lower`
/// is gone. Renaming a directory of `lower` is Errno::xdev.
WRUN_API std::shared_ptr<Directory> overlay(std::shared_ptr<Directory> lower,
                                            std::shared_ptr<Directory> upper);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
