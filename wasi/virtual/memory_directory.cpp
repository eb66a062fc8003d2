// Files and directories of a file system in memory, as WASI sees them.

#include "wasi/virtual/memory_node.hpp"
#include "wasi/virtual/path_walk.hpp"

namespace wrun::inline v0::wasi {

namespace {

/// What a PathWalk walks.
struct MemoryTree {
  using Node = MemoryNodePtr;

  Outcome<Node> child(const Node& directory, const std::string& name) const {
    Node found = directory->names.find(name);
    if (!found) return Errno::noent;
    return found;
  }
  FileType type(const Node& node) const { return node->type; }
  Outcome<std::string> target(const Node& link) const { return link->target; }
};

using Place = Walked<MemoryNodePtr>;

Outcome<Place> walk(const MemoryNodePtr& start, const std::string& path, LastLink last_link) {
  MemoryTree tree;
  return PathWalk<MemoryTree>(tree, start).run(path, last_link);
}

LastLink last_link(bool follow) {
  return follow ? LastLink::follow : LastLink::stay;
}

class MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<MemoryFilesState> state, MemoryNodePtr node)
      : state_(std::move(state)), node_(std::move(node)) {}
  ~MemoryFile() override {
    // It may be the last one that holds the content, which is given back to the account.
    const std::lock_guard lock(state_->mutex);
    node_.reset();
  }

  Outcome<FileStat> stat() override {
    const std::lock_guard lock(state_->mutex);
    return node_->stat();
  }
  Outcome<void> set_times(const NewTimes& times) override {
    const std::lock_guard lock(state_->mutex);
    apply(times, state_->now(), *node_);
    return {};
  }
  Outcome<void> set_size(std::uint64_t size) override {
    const std::lock_guard lock(state_->mutex);
    return written(node_->content.resize(size));
  }
  Outcome<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> bytes) override {
    if (offset > Blocks::largest_size) return Errno::inval;
    const std::lock_guard lock(state_->mutex);
    return node_->content.read(offset, bytes);
  }
  Outcome<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (offset > Blocks::largest_size) return Errno::inval;
    const std::lock_guard lock(state_->mutex);
    return written(node_->content.write(offset, bytes));
  }
  Outcome<Appended> append(std::span<const std::byte> bytes) override {
    const std::lock_guard lock(state_->mutex);
    const Outcome<std::size_t> count = written(node_->content.write(node_->content.size(), bytes));
    if (!count) return count.error();
    return Appended{*count, node_->content.size()};
  }
  Outcome<void> allocate(std::uint64_t offset, std::uint64_t length) override {
    const std::lock_guard lock(state_->mutex);
    return written(node_->content.allocate(offset, length));
  }
  Outcome<void> sync(bool) override { return {}; }

 private:
  /// Passes a result on, and notes that the content changed.
  template <class T>
  Outcome<T> written(Outcome<T> result) {
    if (result) node_->modified = node_->changed = state_->now();
    return result;
  }

  std::shared_ptr<MemoryFilesState> state_;
  MemoryNodePtr node_;
};

class MemoryDirectory final : public Directory {
 public:
  MemoryDirectory(std::shared_ptr<MemoryFilesState> state, MemoryNodePtr node)
      : state_(std::move(state)), node_(std::move(node)) {}
  ~MemoryDirectory() override {
    const std::lock_guard lock(state_->mutex);
    node_.reset();
  }

  Outcome<FileStat> stat() override {
    const std::lock_guard lock(state_->mutex);
    return node_->stat();
  }
  Outcome<void> set_times(const NewTimes& times) override {
    const std::lock_guard lock(state_->mutex);
    apply(times, state_->now(), *node_);
    return {};
  }
  Outcome<void> sync(bool) override { return {}; }

  Outcome<Opened> open(const std::string& path, const OpenOptions& options) override;

  Outcome<FileStat> stat_at(const std::string& path, bool follow) override {
    const std::lock_guard lock(state_->mutex);
    const Outcome<MemoryNodePtr> node = find(path, follow);
    if (!node) return node.error();
    return (*node)->stat();
  }
  Outcome<void> set_times_at(const std::string& path, bool follow, const NewTimes& times) override {
    const std::lock_guard lock(state_->mutex);
    const Outcome<MemoryNodePtr> node = find(path, follow);
    if (!node) return node.error();
    apply(times, state_->now(), **node);
    return {};
  }
  Outcome<std::string> read_link(const std::string& path) override {
    const std::lock_guard lock(state_->mutex);
    const Outcome<MemoryNodePtr> node = find(path, false);
    if (!node) return node.error();
    if ((*node)->type != FileType::symbolic_link) return Errno::inval;
    return (*node)->target;
  }

  Outcome<void> create_directory(const std::string& path) override;
  Outcome<void> remove_directory(const std::string& path) override;
  Outcome<void> unlink(const std::string& path) override;
  Outcome<void> symlink(const std::string& target, const std::string& path) override;
  Outcome<void> link(const std::string& path, bool follow, Directory& to,
                     const std::string& to_path) override;
  Outcome<void> rename(const std::string& path, Directory& to, const std::string& to_path) override;
  Outcome<std::vector<DirectoryEntry>> entries(std::uint64_t after, std::size_t count) override;
  const void* file_system() const override { return state_.get(); }

 private:
  Outcome<MemoryNodePtr> find(const std::string& path, bool follow) const {
    Outcome<Place> place = walk(node_, path, last_link(follow));
    if (!place) return place.error();
    if (!place->node) return Errno::noent;
    return std::move(place->node);
  }
  Outcome<Opened> opened(const Place& place, const OpenOptions& options) const;
  Outcome<Opened> created(const Place& place) const;
  /// Moves a node to a place that is free or may be replaced.
  Outcome<void> move(const Place& from, const Place& to) const;

  std::shared_ptr<MemoryFilesState> state_;
  MemoryNodePtr node_;
};

Outcome<Opened> MemoryDirectory::open(const std::string& path, const OpenOptions& options) {
  if (options.create && options.directory) return Errno::inval;
  const bool exclusive = options.create && options.exclusive;
  const std::lock_guard lock(state_->mutex);
  const Outcome<Place> place =
      walk(node_, path, exclusive ? LastLink::name : last_link(options.follow));
  if (!place) return place.error();
  if (place->node) return exclusive ? Errno::exist : opened(*place, options);
  if (!options.create) return Errno::noent;
  if (place->slash) return Errno::isdir;
  return created(*place);
}

Outcome<Opened> MemoryDirectory::opened(const Place& place, const OpenOptions& options) const {
  MemoryNode& node = *place.node;
  if (node.is_directory()) {
    if (options.write || options.truncate || options.create) return Errno::isdir;
    return Opened(memory_directory(state_, place.node));
  }
  if (options.directory) return Errno::notdir;
  if (node.type == FileType::symbolic_link) return Errno::loop;
  if (options.truncate) {
    const Outcome<void> truncated = node.content.resize(0);
    if (!truncated) return truncated.error();
    node.modified = node.changed = state_->now();
  }
  return Opened(memory_file(state_, place.node));
}

Outcome<Opened> MemoryDirectory::created(const Place& place) const {
  Outcome<MemoryNodePtr> node = state_->make(FileType::regular_file);
  if (!node) return node.error();
  const Outcome<void> added = state_->add(*place.parent, place.name, *node);
  if (!added) return added.error();
  return Opened(memory_file(state_, *std::move(node)));
}

Outcome<void> MemoryDirectory::create_directory(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const Outcome<Place> place = walk(node_, path, LastLink::name);
  if (!place) return place.error();
  if (place->node) return Errno::exist;
  const Outcome<MemoryNodePtr> node = state_->make(FileType::directory);
  if (!node) return node.error();
  return state_->add(*place->parent, place->name, *node);
}

Outcome<void> MemoryDirectory::remove_directory(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const Outcome<Place> place = walk(node_, path, LastLink::name);
  if (!place) return place.error();
  if (!place->node) return Errno::noent;
  if (place->name.empty()) return place->ends_with_dot ? Errno::inval : Errno::notempty;
  if (!place->node->is_directory()) return Errno::notdir;
  if (!place->node->names.empty()) return Errno::notempty;
  state_->remove(*place->parent, place->name, *place->node);
  return {};
}

Outcome<void> MemoryDirectory::unlink(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const Outcome<Place> place = walk(node_, path, LastLink::name);
  if (!place) return place.error();
  if (!place->node) return Errno::noent;
  if (place->node->is_directory()) return Errno::isdir;
  if (place->slash) return Errno::notdir;
  state_->remove(*place->parent, place->name, *place->node);
  return {};
}

Outcome<void> MemoryDirectory::symlink(const std::string& target, const std::string& path) {
  if (target.empty()) return Errno::noent;
  if (target.front() == '/') return Errno::notcapable;
  if (target.size() >= path_limit) return Errno::nametoolong;
  const std::lock_guard lock(state_->mutex);
  const Outcome<Place> place = walk(node_, path, LastLink::name);
  if (!place) return place.error();
  if (place->node) return Errno::exist;
  if (place->slash) return Errno::noent;
  const Outcome<MemoryNodePtr> node = state_->make(FileType::symbolic_link);
  if (!node) return node.error();
  if (!state_->account.take_bytes(target.size())) return Errno::nospc;
  (*node)->target = target;
  return state_->add(*place->parent, place->name, *node);
}

Outcome<void> MemoryDirectory::link(const std::string& path, bool follow, Directory& to,
                                    const std::string& to_path) {
  if (to.file_system() != file_system()) return Errno::xdev;
  const std::lock_guard lock(state_->mutex);
  const Outcome<MemoryNodePtr> node = find(path, follow);
  if (!node) return node.error();
  const Outcome<Place> target =
      walk(static_cast<MemoryDirectory&>(to).node_, to_path, LastLink::name);
  if (!target) return target.error();
  if (target->node) return Errno::exist;
  if ((*node)->is_directory()) return Errno::perm;
  if (target->slash) return Errno::noent;
  return state_->add(*target->parent, target->name, *node);
}

/// Why one node can't take the other's place.
Errno refuse_to_replace(const MemoryNode& node, const MemoryNode& replaced) {
  if (node.is_directory() && !replaced.is_directory()) return Errno::notdir;
  if (!node.is_directory() && replaced.is_directory()) return Errno::isdir;
  return replaced.names.empty() ? Errno::success : Errno::notempty;
}

bool is_within(const MemoryNode* directory, const MemoryNode* ancestor) {
  while (directory != nullptr && directory != ancestor) directory = directory->parent;
  return directory == ancestor;
}

Outcome<void> MemoryDirectory::rename(const std::string& path, Directory& to,
                                      const std::string& to_path) {
  if (to.file_system() != file_system()) return Errno::xdev;
  const std::lock_guard lock(state_->mutex);
  const Outcome<Place> from = walk(node_, path, LastLink::name);
  if (!from) return from.error();
  const Outcome<Place> target =
      walk(static_cast<MemoryDirectory&>(to).node_, to_path, LastLink::name);
  if (!target) return target.error();
  if (from->name.empty() || target->name.empty()) return Errno::busy;
  if (!from->node) return Errno::noent;
  if ((from->slash || target->slash) && !from->node->is_directory()) return Errno::notdir;
  if (target->node == from->node) return {};
  if (from->node->is_directory() && is_within(target->parent.get(), from->node.get())) {
    return Errno::inval;
  }
  return move(*from, *target);
}

Outcome<void> MemoryDirectory::move(const Place& from, const Place& to) const {
  if (to.parent->links == 0) return Errno::noent;
  if (to.node) {
    const Errno refused = refuse_to_replace(*from.node, *to.node);
    if (refused != Errno::success) return refused;
    state_->remove(*to.parent, to.name, *to.node);
  }
  // First the new name, since there may be no room for it.
  const Outcome<void> added = to.parent->names.set(to.name, from.node);
  if (!added) return added;
  from.parent->names.erase(from.name);
  if (from.node->is_directory()) {
    --from.parent->links;
    ++to.parent->links;
    from.node->parent = to.parent.get();
  }
  from.node->changed = state_->now();
  state_->touch(*from.parent);
  state_->touch(*to.parent);
  return {};
}

Outcome<std::vector<DirectoryEntry>> MemoryDirectory::entries(std::uint64_t after,
                                                              std::size_t count) {
  std::vector<DirectoryEntry> found;
  const std::lock_guard lock(state_->mutex);
  if (node_->links == 0) return found;
  // The parent of a directory that was granted is none of the guest's business.
  constexpr const char* dots[] = {".", ".."};
  for (std::uint64_t cookie = after + 1; cookie < MemoryNames::first_cookie && cookie != 0;
       ++cookie) {
    if (found.size() == count) return found;
    found.push_back({cookie, node_->inode, FileType::directory, dots[cookie - 1]});
  }
  node_->names.list(after, count - found.size(), found);
  return found;
}

}  // namespace

std::shared_ptr<File> memory_file(std::shared_ptr<MemoryFilesState> state, MemoryNodePtr node) {
  return std::make_shared<MemoryFile>(std::move(state), std::move(node));
}

std::shared_ptr<Directory> memory_directory(std::shared_ptr<MemoryFilesState> state,
                                            MemoryNodePtr node) {
  return std::make_shared<MemoryDirectory>(std::move(state), std::move(node));
}

}  // namespace wrun::inline v0::wasi
