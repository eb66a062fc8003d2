#include <wrun/wasi/memory_files.hpp>

#include "wasi/virtual/copy.hpp"
#include "wasi/virtual/memory_node.hpp"

namespace wrun::inline v0::wasi {

namespace {

/// The directories that lead to a path's last name.
Outcome<void> make_parents(Directory& root, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (slash == 0) return Errno::notcapable;
    const Outcome<void> made = root.create_directory(path.substr(0, slash));
    if (!made && made.error() != Errno::exist) return made;
  }
  return {};
}

}  // namespace

std::shared_ptr<MemoryFiles> MemoryFiles::create(const FilesQuota& quota,
                                                 std::shared_ptr<Clocks> clocks) {
  return std::make_shared<MemoryFiles>(
      std::make_shared<MemoryFilesState>(quota, std::move(clocks)));
}

MemoryFiles::MemoryFiles(std::shared_ptr<MemoryFilesState> state) : state_(std::move(state)) {}
MemoryFiles::~MemoryFiles() = default;

std::shared_ptr<Directory> MemoryFiles::root() {
  return memory_directory(state_, state_->root);
}

Outcome<void> MemoryFiles::write(const std::string& path, std::string_view content) {
  const std::shared_ptr<Directory> top = root();
  const Outcome<void> parents = make_parents(*top, path);
  if (!parents) return parents;
  const auto file = open_file(*top, path, {.write = true, .create = true, .truncate = true});
  if (!file) return file.error();
  return write_all(**file, 0, std::as_bytes(std::span(content)));
}

Outcome<std::string> MemoryFiles::read(const std::string& path, std::uint64_t most) {
  const auto file = open_file(*root(), path, {.read = true});
  if (!file) return file.error();
  const Outcome<FileStat> stat = (*file)->stat();
  if (!stat) return stat.error();
  if (stat->size > most) return Errno::fbig;
  std::string content(stat->size, '\0');
  const auto count = (*file)->read_at(0, std::as_writable_bytes(std::span(content)));
  if (!count) return count.error();
  content.resize(*count);
  return content;
}

FilesUsage MemoryFiles::usage() const {
  const std::lock_guard lock(state_->mutex);
  return state_->account.used();
}

}  // namespace wrun::inline v0::wasi
