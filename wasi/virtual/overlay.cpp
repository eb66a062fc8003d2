// Directories of an overlay, as WASI sees them. Its open files are those of the layer that they are
// in.

#include <wrun/wasi/memory_files.hpp>

#include "wasi/virtual/copy.hpp"
#include "wasi/virtual/overlay_state.hpp"
#include "wasi/virtual/path_walk.hpp"

namespace wrun::inline v0::wasi {

namespace {

using OverlayPlace = Walked<OverlayEntry>;

/// Whether something can be made there, and its directory has to exist in the upper layer then.
Outcome<void> prepare(OverlayState& state, const OverlayPlace& place) {
  if (is_mark(place.name)) return Errno::inval;
  place.parent.directory->listing_is_stale = true;
  return state.copy_up(place.parent.directory);
}

class OverlayDirectory final : public Directory {
 public:
  OverlayDirectory(std::shared_ptr<OverlayState> state, OverlayNodePtr node)
      : state_(std::move(state)), node_(std::move(node)) {}
  ~OverlayDirectory() override {
    const std::lock_guard lock(state_->mutex);
    node_.reset();
  }

  Outcome<FileStat> stat() override {
    const std::lock_guard lock(state_->mutex);
    return state_->stat(OverlayState::entry_of(node_));
  }
  Outcome<void> set_times(const NewTimes& times) override {
    const std::lock_guard lock(state_->mutex);
    return set_times_of(OverlayState::entry_of(node_), times);
  }
  Outcome<void> sync(bool data_only) override {
    const std::lock_guard lock(state_->mutex);
    if (!node_->in_upper || node_->removed) return {};
    const auto directory = open_directory(*state_->upper, OverlayState::upper_path(*node_));
    return directory ? (*directory)->sync(data_only) : directory.error();
  }

  Outcome<Opened> open(const std::string& path, const OpenOptions& options) override;

  Outcome<FileStat> stat_at(const std::string& path, bool follow) override {
    const std::lock_guard lock(state_->mutex);
    const Outcome<OverlayEntry> entry = find(path, follow);
    if (!entry) return entry.error();
    return state_->stat(*entry);
  }
  Outcome<void> set_times_at(const std::string& path, bool follow, const NewTimes& times) override {
    const std::lock_guard lock(state_->mutex);
    const Outcome<OverlayEntry> entry = find(path, follow);
    if (!entry) return entry.error();
    return set_times_of(*entry, times);
  }
  Outcome<std::string> read_link(const std::string& path) override {
    const std::lock_guard lock(state_->mutex);
    const Outcome<OverlayEntry> entry = find(path, false);
    if (!entry) return entry.error();
    if (entry->type != FileType::symbolic_link) return Errno::inval;
    return state_->target(*entry);
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
  static Outcome<OverlayPlace> walk(OverlayState& state, const OverlayNodePtr& start,
                                    const std::string& path, LastLink last_link) {
    return PathWalk<OverlayState>(state, OverlayState::entry_of(start)).run(path, last_link);
  }
  Outcome<OverlayPlace> named(const std::string& path) const {
    return walk(*state_, node_, path, LastLink::name);
  }
  Outcome<OverlayEntry> find(const std::string& path, bool follow) const {
    Outcome<OverlayPlace> place =
        walk(*state_, node_, path, follow ? LastLink::follow : LastLink::stay);
    if (!place) return place.error();
    if (!place->node) return Errno::noent;
    return std::move(place->node);
  }

  Outcome<void> set_times_of(const OverlayEntry& entry, const NewTimes& times) const {
    const Outcome<void> copied = state_->copy_up(entry);
    if (!copied) return copied;
    return state_->upper->set_times_at(OverlayState::upper_path(entry), false, times);
  }
  Outcome<Opened> opened(const OverlayEntry& entry, const OpenOptions& options) const;
  Outcome<Opened> created(const OverlayPlace& place, const OpenOptions& options) const;
  Outcome<void> made_visible(const OverlayPlace& place, Outcome<void> made) const {
    return made ? state_->unhide(*place.parent.directory, place.name) : made;
  }
  Outcome<void> refuse_to_move(const OverlayPlace& from, const OverlayPlace& to) const;
  Outcome<void> move(const OverlayPlace& from, const OverlayPlace& to) const;
  void moved(const OverlayPlace& from, const OverlayPlace& to) const;

  std::shared_ptr<OverlayState> state_;
  OverlayNodePtr node_;
};

Outcome<Opened> OverlayDirectory::open(const std::string& path, const OpenOptions& options) {
  if (options.create && options.directory) return Errno::inval;
  const bool exclusive = options.create && options.exclusive;
  const std::lock_guard lock(state_->mutex);
  const Outcome<OverlayPlace> place =
      walk(*state_, node_, path,
           exclusive ? LastLink::name : (options.follow ? LastLink::follow : LastLink::stay));
  if (!place) return place.error();
  if (place->node) return exclusive ? Errno::exist : opened(place->node, options);
  if (!options.create) return Errno::noent;
  if (place->slash) return Errno::isdir;
  return created(*place, options);
}

Outcome<Opened> OverlayDirectory::opened(const OverlayEntry& entry,
                                         const OpenOptions& options) const {
  if (entry.directory) {
    if (options.write || options.truncate || options.create) return Errno::isdir;
    return Opened(
        std::shared_ptr<Directory>(std::make_shared<OverlayDirectory>(state_, entry.directory)));
  }
  if (options.directory) return Errno::notdir;
  OpenOptions final_options = options;
  final_options.follow = final_options.create = final_options.exclusive = false;
  const bool writes = options.write || options.truncate;
  if (!entry.in_upper && (!writes || entry.type != FileType::regular_file)) {
    return state_->lower->open(OverlayState::lower_path(entry), final_options);
  }
  const Outcome<void> copied = state_->copy_up(entry, !options.truncate);
  if (!copied) return copied.error();
  return state_->upper->open(OverlayState::upper_path(entry), final_options);
}

Outcome<Opened> OverlayDirectory::created(const OverlayPlace& place,
                                          const OpenOptions& options) const {
  const Outcome<void> prepared = prepare(*state_, place);
  if (!prepared) return prepared.error();
  const OverlayNode& parent = *place.parent.directory;
  Outcome<Opened> file = state_->upper->open(
      OverlayState::upper_path(parent, place.name),
      {.read = options.read, .write = options.write, .create = true, .exclusive = true});
  if (!file) return file;
  const Outcome<void> visible = state_->unhide(parent, place.name);
  if (!visible) return visible.error();
  return file;
}

Outcome<void> OverlayDirectory::create_directory(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const Outcome<OverlayPlace> place = named(path);
  if (!place) return place.error();
  if (place->node) return Errno::exist;
  const Outcome<void> prepared = prepare(*state_, *place);
  if (!prepared) return prepared;
  const OverlayNode& parent = *place->parent.directory;
  const std::string made_path = OverlayState::upper_path(parent, place->name);
  Outcome<void> made = state_->upper->create_directory(made_path);
  if (made && state_->lower_has(parent, place->name)) made = state_->make_opaque(made_path);
  return made_visible(*place, made);
}

Outcome<void> OverlayDirectory::remove_directory(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const Outcome<OverlayPlace> place = named(path);
  if (!place) return place.error();
  if (!place->node) return Errno::noent;
  if (place->name.empty()) return place->ends_with_dot ? Errno::inval : Errno::notempty;
  const OverlayNodePtr& node = place->node.directory;
  if (!node) return Errno::notdir;
  const Outcome<bool> empty = state_->is_empty(*node);
  if (!empty) return empty.error();
  if (!*empty) return Errno::notempty;
  const Outcome<void> prepared = prepare(*state_, *place);
  if (!prepared) return prepared;
  const OverlayNode& parent = *place->parent.directory;
  if (state_->lower_has(parent, place->name)) {
    const Outcome<void> hidden = state_->hide(parent, place->name);
    if (!hidden) return hidden;
  }
  // What it was like has to be asked while it is there.
  state_->forget(node);
  return node->in_upper ? state_->remove_from_upper(*node) : Outcome<void>();
}

Outcome<void> OverlayDirectory::unlink(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const Outcome<OverlayPlace> place = named(path);
  if (!place) return place.error();
  if (!place->node) return Errno::noent;
  if (place->node.directory) return Errno::isdir;
  if (place->slash) return Errno::notdir;
  const Outcome<void> prepared = prepare(*state_, *place);
  if (!prepared) return prepared;
  const OverlayNode& parent = *place->parent.directory;
  if (state_->lower_has(parent, place->name)) {
    const Outcome<void> hidden = state_->hide(parent, place->name);
    if (!hidden) return hidden;
  }
  if (!place->node.in_upper) return {};
  return state_->upper->unlink(OverlayState::upper_path(place->node));
}

Outcome<void> OverlayDirectory::symlink(const std::string& target, const std::string& path) {
  if (target.empty()) return Errno::noent;
  if (target.front() == '/') return Errno::notcapable;
  const std::lock_guard lock(state_->mutex);
  const Outcome<OverlayPlace> place = named(path);
  if (!place) return place.error();
  if (place->node) return Errno::exist;
  if (place->slash) return Errno::noent;
  const Outcome<void> prepared = prepare(*state_, *place);
  if (!prepared) return prepared;
  return made_visible(*place,
                      state_->upper->symlink(
                          target, OverlayState::upper_path(*place->parent.directory, place->name)));
}

Outcome<void> OverlayDirectory::link(const std::string& path, bool follow, Directory& to,
                                     const std::string& to_path) {
  if (to.file_system() != file_system()) return Errno::xdev;
  const std::lock_guard lock(state_->mutex);
  const Outcome<OverlayEntry> entry = find(path, follow);
  if (!entry) return entry.error();
  const Outcome<OverlayPlace> target =
      walk(*state_, static_cast<OverlayDirectory&>(to).node_, to_path, LastLink::name);
  if (!target) return target.error();
  if (target->node) return Errno::exist;
  if (entry->directory) return Errno::perm;
  if (target->slash) return Errno::noent;
  const Outcome<void> prepared = prepare(*state_, *target);
  if (!prepared) return prepared;
  const Outcome<void> copied = state_->copy_up(*entry);
  if (!copied) return copied;
  Directory& upper = *state_->upper;
  return made_visible(
      *target, upper.link(OverlayState::upper_path(*entry), false, upper,
                          OverlayState::upper_path(*target->parent.directory, target->name)));
}

bool is_within(const OverlayNode* directory, const OverlayNode* ancestor) {
  while (directory != nullptr && directory != ancestor) directory = directory->parent.get();
  return directory == ancestor;
}

Outcome<void> OverlayDirectory::rename(const std::string& path, Directory& to,
                                       const std::string& to_path) {
  if (to.file_system() != file_system()) return Errno::xdev;
  const std::lock_guard lock(state_->mutex);
  const Outcome<OverlayPlace> from = named(path);
  if (!from) return from.error();
  const Outcome<OverlayPlace> target =
      walk(*state_, static_cast<OverlayDirectory&>(to).node_, to_path, LastLink::name);
  if (!target) return target.error();
  if (from->name.empty() || target->name.empty()) return Errno::busy;
  if (!from->node) return Errno::noent;
  const bool same_name =
      from->parent.directory == target->parent.directory && from->name == target->name;
  const bool moves_directory = from->node.directory != nullptr;
  if ((from->slash || target->slash) && !moves_directory) return Errno::notdir;
  if (same_name) return {};
  const Outcome<void> refused = refuse_to_move(*from, *target);
  if (!refused) return refused;
  return move(*from, *target);
}

Outcome<void> OverlayDirectory::refuse_to_move(const OverlayPlace& from,
                                               const OverlayPlace& to) const {
  const OverlayNodePtr& directory = from.node.directory;
  if (directory && is_within(to.parent.directory.get(), directory.get())) return Errno::inval;
  if (to.node) {
    if (directory && !to.node.directory) return Errno::notdir;
    if (!directory && to.node.directory) return Errno::isdir;
    if (directory) {
      const Outcome<bool> empty = state_->is_empty(*to.node.directory);
      if (!empty) return empty.error();
      if (!*empty) return Errno::notempty;
    }
  }
  // What is in the lower layer can't move there, and all of it would have to be copied.
  return directory && directory->lower ? Outcome<void>(Errno::xdev) : Outcome<void>();
}

Outcome<void> OverlayDirectory::move(const OverlayPlace& from, const OverlayPlace& to) const {
  OverlayState& state = *state_;
  for (const OverlayPlace* place : {&from, &to}) {
    const Outcome<void> prepared = prepare(state, *place);
    if (!prepared) return prepared;
  }
  if (from.node.in_upper && to.node.in_upper && !from.node.directory) {
    const Outcome<FileStat> one = state.stat(from.node);
    const Outcome<FileStat> other = state.stat(to.node);
    if (one && other && one->device == other->device && one->inode == other->inode) return {};
  }
  Outcome<void> ready = state.copy_up(from.node);
  const OverlayNode& target_parent = *to.parent.directory;
  if (ready && from.node.directory && state.lower_has(target_parent, to.name)) {
    ready = state.make_opaque(OverlayState::upper_path(from.node));
  }
  if (ready && to.node.directory) {
    state.forget(to.node.directory);
    if (to.node.directory->in_upper) ready = state.remove_from_upper(*to.node.directory);
  }
  if (ready && state.lower_has(*from.parent.directory, from.name)) {
    ready = state.hide(*from.parent.directory, from.name);
  }
  if (!ready) return ready;
  const Outcome<void> renamed =
      state.upper->rename(OverlayState::upper_path(*from.parent.directory, from.name), *state.upper,
                          OverlayState::upper_path(target_parent, to.name));
  if (!renamed) return renamed;
  moved(from, to);
  return state.unhide(target_parent, to.name);
}

void OverlayDirectory::moved(const OverlayPlace& from, const OverlayPlace& to) const {
  const OverlayNodePtr& directory = from.node.directory;
  if (!directory) return;
  from.parent.directory->children.erase(from.name);
  to.parent.directory->children[to.name] = directory;
  directory->parent = to.parent.directory;
  directory->name = to.name;
}

Outcome<std::vector<DirectoryEntry>> OverlayDirectory::entries(std::uint64_t after,
                                                               std::size_t count) {
  std::vector<DirectoryEntry> found;
  const std::lock_guard lock(state_->mutex);
  if (node_->removed) return found;
  const Outcome<FileStat> own = state_->stat(OverlayState::entry_of(node_));
  if (!own) return own.error();
  if (after < 2 || node_->listing_is_stale) {
    const Outcome<void> fresh = state_->refresh_listing(*node_);
    if (!fresh) return fresh.error();
  }
  if (after < 1) found.push_back({1, own->inode, FileType::directory, "."});
  if (after < 2) found.push_back({2, own->inode, FileType::directory, ".."});
  for (auto each = node_->listing.upper_bound(after); each != node_->listing.end(); ++each) {
    found.push_back(each->second);
    if (found.size() >= count) break;
  }
  if (found.size() > count) found.resize(count);
  return found;
}

}  // namespace

std::shared_ptr<Directory> overlay(std::shared_ptr<Directory> lower,
                                   std::shared_ptr<Directory> upper) {
  auto state = std::make_shared<OverlayState>(std::move(lower), std::move(upper));
  OverlayNodePtr root = state->root;
  return std::make_shared<OverlayDirectory>(std::move(state), std::move(root));
}

}  // namespace wrun::inline v0::wasi
