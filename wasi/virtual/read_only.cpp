// Other directories without their means of change.

#include <wrun/wasi/memory_files.hpp>

namespace wrun::inline v0::wasi {

namespace {

class ReadOnlyFile final : public File {
 public:
  explicit ReadOnlyFile(std::shared_ptr<File> file) : file_(std::move(file)) {}

  Outcome<FileStat> stat() override { return file_->stat(); }
  Outcome<void> set_times(const NewTimes&) override { return Errno::rofs; }
  Outcome<void> set_size(std::uint64_t) override { return Errno::rofs; }
  Outcome<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> bytes) override {
    return file_->read_at(offset, bytes);
  }
  Outcome<std::size_t> write_at(std::uint64_t, std::span<const std::byte>) override {
    return Errno::rofs;
  }
  Outcome<Appended> append(std::span<const std::byte>) override { return Errno::rofs; }
  Outcome<void> allocate(std::uint64_t, std::uint64_t) override { return Errno::rofs; }
  Outcome<void> sync(bool) override { return {}; }
  void advise(std::uint64_t offset, std::uint64_t length, Advice advice) override {
    file_->advise(offset, length, advice);
  }
  bool seekable() const override { return file_->seekable(); }
  std::unique_ptr<Pollable> readable() override { return file_->readable(); }

 private:
  std::shared_ptr<File> file_;
};

class ReadOnlyDirectory final : public Directory {
 public:
  explicit ReadOnlyDirectory(std::shared_ptr<Directory> directory)
      : directory_(std::move(directory)) {}

  Outcome<FileStat> stat() override { return directory_->stat(); }
  Outcome<void> set_times(const NewTimes&) override { return Errno::rofs; }
  Outcome<void> sync(bool) override { return {}; }

  Outcome<Opened> open(const std::string& path, const OpenOptions& options) override {
    if (options.create || options.write || options.truncate) return refuse(path, options);
    Outcome<Opened> opened = directory_->open(path, options);
    if (!opened) return opened;
    if (const auto* file = std::get_if<std::shared_ptr<File>>(&*opened)) {
      return Opened(std::shared_ptr<File>(std::make_shared<ReadOnlyFile>(*file)));
    }
    return Opened(read_only_view(std::get<std::shared_ptr<Directory>>(*opened)));
  }
  Outcome<FileStat> stat_at(const std::string& path, bool follow) override {
    return directory_->stat_at(path, follow);
  }
  Outcome<std::string> read_link(const std::string& path) override {
    return directory_->read_link(path);
  }
  Outcome<std::vector<DirectoryEntry>> entries(std::uint64_t after, std::size_t count) override {
    return directory_->entries(after, count);
  }

  Outcome<void> set_times_at(const std::string&, bool, const NewTimes&) override {
    return Errno::rofs;
  }
  Outcome<void> create_directory(const std::string&) override { return Errno::rofs; }
  Outcome<void> remove_directory(const std::string&) override { return Errno::rofs; }
  Outcome<void> unlink(const std::string&) override { return Errno::rofs; }
  Outcome<void> symlink(const std::string&, const std::string&) override { return Errno::rofs; }
  Outcome<void> link(const std::string&, bool, Directory&, const std::string&) override {
    return Errno::rofs;
  }
  Outcome<void> rename(const std::string&, Directory&, const std::string&) override {
    return Errno::rofs;
  }
  /// Only itself: nothing can be linked or moved to it, from wherever.
  const void* file_system() const override { return this; }

 private:
  /// What is wrong with the path comes before what is wrong with the wish.
  Outcome<Opened> refuse(const std::string& path, const OpenOptions& options) const {
    if (options.create && options.directory) return Errno::inval;
    const Outcome<FileStat> stat = directory_->stat_at(path, options.follow);
    if (!stat) return options.create && stat.error() == Errno::noent ? Errno::rofs : stat.error();
    if (options.create && options.exclusive) return Errno::exist;
    if (stat->type == FileType::directory) return Errno::isdir;
    return options.directory ? Errno::notdir : Errno::rofs;
  }

  std::shared_ptr<Directory> directory_;
};

}  // namespace

std::shared_ptr<Directory> read_only_view(std::shared_ptr<Directory> directory) {
  return std::make_shared<ReadOnlyDirectory>(std::move(directory));
}

}  // namespace wrun::inline v0::wasi
