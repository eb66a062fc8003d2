#pragma once

// The file system, as open files and directories: a path is always relative to a directory that
// was granted, and never leads out of it. Own file systems implement File and Directory.
//
// Nothing blocks, except as long as the host's disk takes. Paths are UTF-8 without NUL (checked by
// the caller), may have a trailing slash, and `..` that would leave the directory is
// Errno::notcapable, as is an absolute path or a link to one.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <wrun/export.hpp>
#include <wrun/wasi/errno.hpp>
#include <wrun/wasi/poll.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// What a mount grants. A set: combine with |.
enum class Access : std::uint8_t {
  none = 0,
  read = 1,    ///< open for reading, list, stat, read links
  write = 2,   ///< change contents, size and times of what exists
  create = 4,  ///< make files, directories and links
  remove = 8   ///< unlink, remove directories, rename away or over
};
/// What either grants.
constexpr Access operator|(Access a, Access b) {
  return static_cast<Access>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
/// What both grant.
constexpr Access operator&(Access a, Access b) {
  return static_cast<Access>(static_cast<std::uint8_t>(a) & static_cast<std::uint8_t>(b));
}
/// Whether all of `part` is granted by `whole`.
constexpr bool includes(Access whole, Access part) {
  return (whole & part) == part;
}

inline constexpr Access read_only = Access::read;
inline constexpr Access read_write = Access::read | Access::write | Access::create | Access::remove;

/// Numbered as preview 1's filetype.
enum class FileType : std::uint8_t {
  unknown,
  block_device,
  character_device,
  directory,
  regular_file,
  socket_dgram,
  socket_stream,
  symbolic_link
};

struct FileStat {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  FileType type = FileType::unknown;
  std::uint64_t links = 0;
  std::uint64_t size = 0;
  Timestamp accessed = 0;
  Timestamp modified = 0;
  Timestamp changed = 0;
};

/// A time to set: unchanged, the current time, or that time.
struct NewTime {
  enum class Kind : std::uint8_t { keep, now, set } kind = Kind::keep;
  Timestamp time = 0;
};

struct NewTimes {
  NewTime accessed;
  NewTime modified;
};

struct OpenOptions {
  bool read = false;
  bool write = false;
  bool create = false;     ///< if it isn't there
  bool exclusive = false;  ///< only if it isn't there
  bool truncate = false;
  bool directory = false;  ///< only a directory
  bool follow = true;      ///< where the last component is a symbolic link
};

struct DirectoryEntry {
  std::uint64_t next = 0;  ///< where to go on after this entry
  std::uint64_t inode = 0;
  FileType type = FileType::unknown;
  std::string name;
};

/// What preview 1's fd_advise says.
enum class Advice : std::uint8_t { normal, sequential, random, will_need, dont_need, no_reuse };

/// How much was appended, and where the file ended just after it.
struct Appended {
  std::size_t written = 0;
  std::uint64_t end = 0;
};

/// An open file. It has no position: that is the caller's.
class File {
 public:
  virtual ~File() = default;
  /// What the file is, and its size, links and times.
  virtual Outcome<FileStat> stat() = 0;
  /// Sets the times that aren't to be kept.
  virtual Outcome<void> set_times(const NewTimes& times) = 0;
  /// Cuts the file off at so many bytes, or fills it up with zeros.
  virtual Outcome<void> set_size(std::uint64_t size) = 0;
  /// 0 is the end of the file. Where seekable() is false the offset is ignored.
  virtual Outcome<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> bytes) = 0;
  /// Writes a first part of the bytes, and says how many; a gap before them reads as zeros. As
  /// read_at() where seekable() is false.
  virtual Outcome<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// Writes at the end, in one step with finding it.
  virtual Outcome<Appended> append(std::span<const std::byte> bytes) = 0;
  /// Makes sure that [offset, offset + length) has space; grows the file if need be.
  virtual Outcome<void> allocate(std::uint64_t offset, std::uint64_t length) = 0;
  /// Waits until the storage has the contents and, unless `data_only`, size and times.
  virtual Outcome<void> sync(bool data_only) = 0;
  /// A hint; may be ignored.
  virtual void advise(std::uint64_t, std::uint64_t, Advice) {}
  /// False for pipes and devices, which a mount may allow.
  virtual bool seekable() const { return true; }
  /// Ready when reading wouldn't answer would_block.
  WRUN_API virtual std::unique_ptr<Pollable> readable();
  /// Ready when writing wouldn't answer would_block.
  WRUN_API virtual std::unique_ptr<Pollable> writable();
};

class Directory;
/// What open() gives.
using Opened = std::variant<std::shared_ptr<File>, std::shared_ptr<Directory>>;

/// An open directory. Rights are checked by the caller, not here.
class Directory {
 public:
  virtual ~Directory() = default;
  /// What the directory is, and its links and times.
  virtual Outcome<FileStat> stat() = 0;
  /// Sets the times that aren't to be kept.
  virtual Outcome<void> set_times(const NewTimes& times) = 0;
  /// Waits until the storage has the entries and, unless `data_only`, times.
  virtual Outcome<void> sync(bool data_only) = 0;

  /// As POSIX's calls of about these names do, with paths relative to this directory. A link at the
  /// end of a path is followed where `follow` or the options say so.
  virtual Outcome<Opened> open(const std::string& path, const OpenOptions& options) = 0;
  /// As stat() of what is there.
  virtual Outcome<FileStat> stat_at(const std::string& path, bool follow) = 0;
  /// As set_times() of what is there.
  virtual Outcome<void> set_times_at(const std::string& path, bool follow,
                                     const NewTimes& times) = 0;
  /// Errno::exist if anything is there.
  virtual Outcome<void> create_directory(const std::string& path) = 0;
  /// Errno::notempty if it has entries, notdir if it is something else.
  virtual Outcome<void> remove_directory(const std::string& path) = 0;
  /// Removes anything but a directory. An open file stays usable.
  virtual Outcome<void> unlink(const std::string& path) = 0;
  /// Makes a link at `path` that says `target`, whatever that is.
  virtual Outcome<void> symlink(const std::string& target, const std::string& path) = 0;
  /// What the link at `path` says; Errno::inval if it isn't one.
  virtual Outcome<std::string> read_link(const std::string& path) = 0;
  /// `to` may be any directory; one of another file_system() is Errno::xdev.
  virtual Outcome<void> link(const std::string& path, bool follow, Directory& to,
                             const std::string& to_path) = 0;
  /// `to` as with link(). Replaces what is there, but a directory only by a directory if it is
  /// empty.
  virtual Outcome<void> rename(const std::string& path, Directory& to,
                               const std::string& to_path) = 0;
  /// At most `count` entries after the place that a DirectoryEntry::next named (0: the start), with
  /// "." and ".." among them. None: the end. Places survive changes of the directory.
  virtual Outcome<std::vector<DirectoryEntry>> entries(std::uint64_t after, std::size_t count) = 0;
  /// Equal for directories between which link and rename are possible (whose classes are the same).
  virtual const void* file_system() const = 0;
};

/// How a directory of the host is opened and kept.
struct HostDirectoryOptions {
  /// Device nodes and FIFOs in it may be opened, and what links of a proc file system say may be
  /// read. Opening a device can have effects on the host. No opening waits for a FIFO's other side:
  /// reading does, and without a reader opening for writing is Errno::nxio. Magic links, which lead
  /// out of any directory, are never followed.
  bool special_files = false;
  /// Walks paths component by component even where the kernel could be trusted with a whole one.
  bool force_walk = false;
};

/// A directory of the host, and nothing outside of it. The path is followed once, now.
WRUN_API Outcome<std::shared_ptr<Directory>> host_directory(
    const std::string& path, const HostDirectoryOptions& options = {});

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
