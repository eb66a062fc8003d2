#pragma once

// Makes files of an archive's entries, and refuses those that no honest archive has.

#include <memory>
#include <string>
#include <string_view>

#include <wrun/result.hpp>

#include "wasi/virtual/memory_node.hpp"

namespace wrun::inline v0::wasi {

/// Takes one file's content.
class ArchiveFile {
 public:
  ArchiveFile(std::shared_ptr<File> file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}
  Result<void> append(std::span<const std::byte> bytes);
  void set_time(Timestamp modified);

 private:
  std::shared_ptr<File> file_;
  std::string name_;
};

class ArchiveBuilder {
 public:
  /// What an entry does to an earlier file or link of the same name.
  enum class Duplicates : std::uint8_t { refuse, replace };

  ArchiveBuilder(const FilesQuota& quota, Duplicates duplicates);

  Result<ArchiveFile> file(std::string_view name);
  Result<void> directory(std::string_view name, Timestamp modified);
  Result<void> link(std::string_view name, const std::string& target, Timestamp modified);
  /// `existing` is an earlier file of the archive's.
  Result<void> hard_link(std::string_view name, std::string_view existing);

  std::shared_ptr<Directory> finish();

 private:
  struct Place {
    MemoryNodePtr parent;
    std::string name;  ///< empty for the root
  };
  /// The directories on the way are made.
  Result<Place> place(std::string_view name);
  /// The same; what has the name already is gone, or an error.
  Result<Place> free_place(std::string_view name);
  Result<MemoryNodePtr> add(const Place& place, FileType type, std::string_view name);

  std::shared_ptr<MemoryFilesState> state_;
  Duplicates duplicates_;
};

/// "archive: "name": why"
Error archive_error(ErrorKind kind, std::string_view name, std::string_view why);

/// What an archive with that quota may have in all, its own bookkeeping included.
std::uint64_t most_archive_bytes(const FilesQuota& quota);

}  // namespace wrun::inline v0::wasi
