#include "wasi/virtual/copy.hpp"

#include <algorithm>

#include <wrun/wasi/memory_files.hpp>

namespace wrun::inline v0::wasi {

namespace {

constexpr std::size_t chunk = 65536;

bool all_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

/// One pass over a tree. Directories are named by their path, so that few are open at once.
class TreeCopy {
 public:
  TreeCopy(Directory& from, Directory& to) : from_(from), to_(to) {}

  Outcome<void> run() {
    directories_.emplace_back();
    // What was found last is copied last; times of directories are set when they are full.
    for (std::size_t next = 0; next < directories_.size(); ++next) {
      const Outcome<void> copied = copy_entries(std::string(directories_[next]));
      if (!copied) return copied;
    }
    for (auto path = directories_.rbegin(); path != directories_.rend(); ++path) {
      const Outcome<void> copied = copy_times(path->empty() ? "." : *path);
      if (!copied) return copied;
    }
    return {};
  }

 private:
  Outcome<void> copy_entries(const std::string& path) {
    const auto directory = open_directory(from_, path.empty() ? "." : path);
    if (!directory) return directory.error();
    const auto entries = all_entries(**directory);
    if (!entries) return entries.error();
    for (const DirectoryEntry& entry : *entries) {
      const Outcome<void> copied = copy(join_path(path, entry.name));
      if (!copied) return copied;
    }
    return {};
  }

  Outcome<void> copy(const std::string& path) {
    const Outcome<FileStat> stat = from_.stat_at(path, false);
    if (!stat) return stat.error();
    switch (stat->type) {
      case FileType::directory: {
        directories_.push_back(path);
        const Outcome<void> made = to_.create_directory(path);
        return made.error() == Errno::exist ? Outcome<void>() : made;
      }
      case FileType::regular_file:
        return copy_file(path);
      case FileType::symbolic_link:
        return copy_link(path);
      default:
        return {};
    }
  }

  Outcome<void> copy_file(const std::string& path) {
    const auto source = open_file(from_, path, {.read = true, .follow = false});
    if (!source) return source.error();
    const auto target = open_file(to_, path, {.write = true, .create = true, .truncate = true});
    if (!target) return target.error();
    const Outcome<void> copied = copy_content(**source, **target);
    return copied ? copy_times(path) : copied;
  }

  Outcome<void> copy_link(const std::string& path) {
    const Outcome<std::string> target = from_.read_link(path);
    if (!target) return target.error();
    const Outcome<void> made = to_.symlink(*target, path);
    // A link that leads out of the directory leads nowhere here.
    if (made.error() == Errno::notcapable) return {};
    return made ? copy_times(path) : made;
  }

  Outcome<void> copy_times(const std::string& path) {
    const Outcome<FileStat> stat = from_.stat_at(path, false);
    if (!stat) return stat.error();
    return to_.set_times_at(path, false, times_of(*stat));
  }

  Directory& from_;
  Directory& to_;
  std::vector<std::string> directories_;
};

}  // namespace

Outcome<std::shared_ptr<File>> open_file(Directory& directory, const std::string& path,
                                         const OpenOptions& options) {
  Outcome<Opened> opened = directory.open(path, options);
  if (!opened) return opened.error();
  auto* file = std::get_if<std::shared_ptr<File>>(&*opened);
  if (file == nullptr) return Errno::isdir;
  return std::move(*file);
}

Outcome<std::shared_ptr<Directory>> open_directory(Directory& directory, const std::string& path) {
  Outcome<Opened> opened = directory.open(path, {.read = true, .directory = true, .follow = false});
  if (!opened) return opened.error();
  auto* found = std::get_if<std::shared_ptr<Directory>>(&*opened);
  if (found == nullptr) return Errno::notdir;
  return std::move(*found);
}

Outcome<void> write_all(File& file, std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const Outcome<std::size_t> written = file.write_at(offset, bytes);
    if (!written) return written.error();
    if (*written == 0) return Errno::io;
    offset += *written;
    bytes = bytes.subspan(*written);
  }
  return {};
}

Outcome<void> copy_content(File& from, File& to) {
  std::vector<std::byte> buffer(chunk);
  std::uint64_t offset = 0;
  while (true) {
    const Outcome<std::size_t> count = from.read_at(offset, buffer);
    if (!count) return count.error();
    if (*count == 0) return to.set_size(offset);
    const std::span<const std::byte> bytes(buffer.data(), *count);
    if (!all_zero(bytes)) {
      const Outcome<void> written = write_all(to, offset, bytes);
      if (!written) return written;
    }
    offset += *count;
  }
}

Outcome<std::vector<DirectoryEntry>> all_entries(Directory& directory) {
  constexpr std::size_t batch = 1024;
  std::vector<DirectoryEntry> all;
  std::uint64_t after = 0;
  while (true) {
    Outcome<std::vector<DirectoryEntry>> some = directory.entries(after, batch);
    if (!some) return some.error();
    if (some->empty()) return all;
    after = some->back().next;
    for (DirectoryEntry& entry : *some) {
      if (entry.name != "." && entry.name != "..") all.push_back(std::move(entry));
    }
  }
}

std::string join_path(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

NewTimes times_of(const FileStat& stat) {
  return {.accessed = {NewTime::Kind::set, stat.accessed},
          .modified = {NewTime::Kind::set, stat.modified}};
}

Outcome<void> copy_tree(Directory& from, Directory& to) {
  return TreeCopy(from, to).run();
}

}  // namespace wrun::inline v0::wasi
