// File systems of a C program's own.

#include <array>

#include "wasi/c/implemented.hpp"

using namespace wrun;
using namespace wrun::wasi;

namespace {

using FileMethods = Implementation<wrun_wasi_filesystem_methods_t>;

/// The longest target of a link.
constexpr std::size_t most_target = 4096;

FileType to_type(wrun_wasi_filetype_t type) {
  return type <= WRUN_WASI_FILETYPE_SYMBOLIC_LINK ? static_cast<FileType>(type) : FileType::unknown;
}

wrun_wasi_times_t to_c(const NewTimes& times) {
  return {times.accessed.time, times.modified.time,
          static_cast<wrun_wasi_time_change_t>(times.accessed.kind),
          static_cast<wrun_wasi_time_change_t>(times.modified.kind)};
}

wrun_wasi_open_t to_c(const OpenOptions& options) {
  return {options.read,     options.write,     options.create, options.exclusive,
          options.truncate, options.directory, options.follow};
}

/// What ask(answer) says.
template <class Ask>
Outcome<FileStat> read_stat(Ask&& ask) {
  wrun_wasi_filestat_t answer = {};
  const Errno error = ask(&answer);
  if (error != Errno::success) return error;
  return FileStat{.device = answer.device,
                  .inode = answer.inode,
                  .type = to_type(answer.type),
                  .links = answer.links,
                  .size = answer.size,
                  .accessed = answer.accessed,
                  .modified = answer.modified,
                  .changed = answer.changed};
}

/// What the program opened, until it is closed.
class OpenNode {
 public:
  explicit OpenNode(std::shared_ptr<const FileMethods> methods) : methods_(std::move(methods)) {}
  ~OpenNode() {
    if (is_open_ && methods()->close) methods()->close(methods().env(), node_);
  }
  OpenNode(const OpenNode&) = delete;
  OpenNode& operator=(const OpenNode&) = delete;

  void open(void* node) {
    node_ = node;
    is_open_ = true;
  }
  void* get() const { return node_; }
  const FileMethods& methods() const { return *methods_; }
  const std::shared_ptr<const FileMethods>& file_system() const { return methods_; }
  /// What function(env, node, args...) answers.
  template <class Function, class... A>
  Errno ask(Function function, A... args) const {
    return methods().ask(function, node_, args...);
  }

  Outcome<FileStat> stat() const {
    return read_stat([&](auto* out) { return ask(methods()->stat, out); });
  }
  Outcome<void> set_times(const NewTimes& times) const {
    const wrun_wasi_times_t told = to_c(times);
    return ask(methods()->set_times, &told);
  }
  Outcome<void> sync(bool data_only) const {
    return methods()->sync ? ask(methods()->sync, data_only) : Errno::success;
  }

 private:
  std::shared_ptr<const FileMethods> methods_;
  void* node_ = nullptr;
  bool is_open_ = false;
};

class ImplementedFile final : public File {
 public:
  explicit ImplementedFile(std::shared_ptr<OpenNode> node) : node_(std::move(node)) {}

  Outcome<FileStat> stat() override { return node_->stat(); }
  Outcome<void> set_times(const NewTimes& times) override { return node_->set_times(times); }
  Outcome<void> sync(bool data_only) override { return node_->sync(data_only); }
  Outcome<void> set_size(std::uint64_t size) override {
    return node_->ask(methods()->set_size, size);
  }
  Outcome<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> bytes) override {
    return methods().transfer(methods()->read, bytes.size(), node_->get(), offset, bytes.data(),
                              bytes.size());
  }
  Outcome<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return methods().transfer(methods()->write, bytes.size(), node_->get(), offset, bytes.data(),
                              bytes.size());
  }
  Outcome<Appended> append(std::span<const std::byte> bytes) override {
    Appended done;
    const Errno error =
        node_->ask(methods()->append, bytes.data(), bytes.size(), &done.written, &done.end);
    if (error != Errno::success) return error;
    done.written = std::min(done.written, bytes.size());
    return done;
  }
  Outcome<void> allocate(std::uint64_t offset, std::uint64_t length) override {
    return node_->ask(methods()->allocate, offset, length);
  }
  void advise(std::uint64_t offset, std::uint64_t length, Advice advice) override {
    if (methods()->advise)
      methods()->advise(methods().env(), node_->get(), offset, length,
                        static_cast<wrun_wasi_advice_t>(advice));
  }
  bool seekable() const override {
    return !methods()->is_seekable || methods()->is_seekable(methods().env(), node_->get());
  }
  std::unique_ptr<Pollable> readable() override { return poll(false); }
  std::unique_ptr<Pollable> writable() override { return poll(true); }

 private:
  const FileMethods& methods() const { return node_->methods(); }
  std::unique_ptr<Pollable> poll(bool writing) const {
    if (!methods()->poll) return always_ready();
    return make_pollable([node = node_, writing](wrun_wasi_readiness_t& readiness) {
      const FileMethods& methods = node->methods();
      methods->poll(methods.env(), node->get(), writing, &readiness);
    });
  }

  std::shared_ptr<OpenNode> node_;
};

class ImplementedDirectory final : public Directory {
 public:
  explicit ImplementedDirectory(std::shared_ptr<OpenNode> node) : node_(std::move(node)) {}

  Outcome<FileStat> stat() override { return node_->stat(); }
  Outcome<void> set_times(const NewTimes& times) override { return node_->set_times(times); }
  Outcome<void> sync(bool data_only) override { return node_->sync(data_only); }

  Outcome<Opened> open(const std::string& path, const OpenOptions& options) override {
    auto opened = std::make_shared<OpenNode>(node_->file_system());
    const wrun_wasi_open_t told = to_c(options);
    void* node = nullptr;
    bool is_directory = false;
    const Errno error = node_->ask(methods()->open, path.c_str(), &told, &node, &is_directory);
    if (error != Errno::success) return error;
    opened->open(node);
    if (is_directory)
      return Opened(
          std::shared_ptr<Directory>(std::make_shared<ImplementedDirectory>(std::move(opened))));
    return Opened(std::shared_ptr<File>(std::make_shared<ImplementedFile>(std::move(opened))));
  }
  Outcome<FileStat> stat_at(const std::string& path, bool follow) override {
    return read_stat(
        [&](auto* out) { return node_->ask(methods()->stat_at, path.c_str(), follow, out); });
  }
  Outcome<void> set_times_at(const std::string& path, bool follow, const NewTimes& times) override {
    const wrun_wasi_times_t told = to_c(times);
    return node_->ask(methods()->set_times_at, path.c_str(), follow, &told);
  }
  Outcome<void> create_directory(const std::string& path) override {
    return node_->ask(methods()->create_directory, path.c_str());
  }
  Outcome<void> remove_directory(const std::string& path) override {
    return node_->ask(methods()->remove_directory, path.c_str());
  }
  Outcome<void> unlink(const std::string& path) override {
    return node_->ask(methods()->unlink, path.c_str());
  }
  Outcome<void> symlink(const std::string& target, const std::string& path) override {
    return node_->ask(methods()->symlink, target.c_str(), path.c_str());
  }
  Outcome<std::string> read_link(const std::string& path) override {
    std::array<char, most_target> target;
    const auto size = methods().transfer(methods()->read_link, target.size(), node_->get(),
                                         path.c_str(), target.data(), target.size());
    if (!size) return size.error();
    return std::string(target.data(), *size);
  }
  Outcome<void> link(const std::string& path, bool follow, Directory& to,
                     const std::string& to_path) override {
    if (to.file_system() != file_system()) return Errno::xdev;
    return node_->ask(methods()->link, path.c_str(), follow, node_of(to), to_path.c_str());
  }
  Outcome<void> rename(const std::string& path, Directory& to,
                       const std::string& to_path) override {
    if (to.file_system() != file_system()) return Errno::xdev;
    return node_->ask(methods()->rename, path.c_str(), node_of(to), to_path.c_str());
  }
  Outcome<std::vector<DirectoryEntry>> entries(std::uint64_t after, std::size_t count) override {
    std::vector<DirectoryEntry> found;
    while (found.size() < count) {
      wrun_wasi_entry_t entry = {};
      const Errno error = node_->ask(methods()->entry, after, &entry);
      if (error != Errno::success) return error;
      if (!entry.name) break;
      if (entry.next == 0) return Errno::io;
      found.push_back({entry.next, entry.inode, to_type(entry.type), entry.name});
      after = entry.next;
    }
    return found;
  }
  const void* file_system() const override { return node_->file_system().get(); }

 private:
  const FileMethods& methods() const { return node_->methods(); }
  /// Directories of one file system are of one class.
  static void* node_of(Directory& other) {
    return static_cast<ImplementedDirectory&>(other).node_->get();
  }

  std::shared_ptr<OpenNode> node_;
};

/// A root that is closed unless it becomes a node.
class UnopenedRoot {
 public:
  UnopenedRoot(const wrun_wasi_filesystem_methods_t& methods, void* env, void* root)
      : close_(methods.close), env_(env), root_(root) {}
  ~UnopenedRoot() {
    if (close_) close_(env_, root_);
  }
  UnopenedRoot(const UnopenedRoot&) = delete;
  UnopenedRoot& operator=(const UnopenedRoot&) = delete;
  void open(OpenNode& node) {
    node.open(root_);
    close_ = nullptr;
  }

 private:
  decltype(wrun_wasi_filesystem_methods_t::close) close_;
  void* env_;
  void* root_;
};

}  // namespace

extern "C" wrun_error_t* wrun_wasi_directory_implement(
    const wrun_wasi_filesystem_methods_t* methods, void* env, void* root, void (*finalizer)(void*),
    wrun_wasi_directory_t** out) {
  return capi::attempt([&]() -> Result<void> {
    capi::Environment taken(env, finalizer);
    auto read = capi::read_options<wrun_wasi_filesystem_methods_t>(
        *methods, WRUN_WASI_FILESYSTEM_METHODS_INIT);
    if (!read) return std::move(read).error();
    std::shared_ptr<capi::Environment> shared;
    UnopenedRoot unopened(*read, env, root);  // closed before anything is finalized
    shared = std::make_shared<capi::Environment>(std::move(taken));
    auto node = std::make_shared<OpenNode>(std::make_shared<const FileMethods>(*read, shared));
    unopened.open(*node);
    *out = new wrun_wasi_directory_t{std::make_shared<ImplementedDirectory>(std::move(node))};
    return {};
  });
}
