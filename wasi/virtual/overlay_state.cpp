#include "wasi/virtual/overlay_state.hpp"

#include <algorithm>

#include <wrun/wasi/memory_files.hpp>

#include "wasi/virtual/copy.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr std::string_view mark = ".wh.";
constexpr const char* opaque_mark = ".wh..wh..opq";
/// A file on its way up; only with its whole content it gets its name.
constexpr const char* unfinished = ".wh..wh..tmp";

std::string mark_of(const std::string& name) {
  return std::string(mark) + name;
}

std::string dot_if_empty(std::string path) {
  return path.empty() ? "." : path;
}

/// Absence is no failure.
Outcome<void> unless_absent(Outcome<void> result) {
  return result.error() == Errno::noent ? Outcome<void>() : result;
}

}  // namespace

bool is_mark(std::string_view name) {
  return name.starts_with(mark);
}

/// Chains of parents may be long, so it isn't the nodes that destroy each other.
OverlayNode::~OverlayNode() {
  OverlayNodePtr next = std::move(parent);
  while (next && next.use_count() == 1) {
    OverlayNodePtr above = std::move(next->parent);
    next = std::move(above);
  }
}

OverlayState::OverlayState(std::shared_ptr<Directory> lower_layer,
                           std::shared_ptr<Directory> upper_layer)
    : lower(read_only_view(std::move(lower_layer))),
      upper(std::move(upper_layer)),
      root(std::make_shared<OverlayNode>()) {
  root->in_upper = true;
  if (!upper->stat_at(opaque_mark, false)) root->lower = "";
}

OverlayEntry OverlayState::entry_of(const OverlayNodePtr& directory) {
  return {.type = FileType::directory,
          .directory = directory,
          .parent = directory->parent,
          .name = directory->name,
          .in_upper = directory->in_upper,
          .found = true};
}

std::string OverlayState::upper_path(const OverlayNode& directory, const std::string& name) {
  std::vector<const std::string*> names;
  for (const OverlayNode* node = &directory; node->parent; node = node->parent.get()) {
    names.push_back(&node->name);
  }
  std::string path;
  for (auto each = names.rbegin(); each != names.rend(); ++each) path = join_path(path, **each);
  if (!name.empty()) path = join_path(path, name);
  return dot_if_empty(std::move(path));
}

std::string OverlayState::upper_path(const OverlayEntry& entry) {
  return entry.directory ? upper_path(*entry.directory) : upper_path(*entry.parent, entry.name);
}

std::string OverlayState::lower_path(const OverlayEntry& entry) {
  if (entry.directory) return dot_if_empty(*entry.directory->lower);
  return join_path(*entry.parent->lower, entry.name);
}

Outcome<OverlayEntry> OverlayState::child(const OverlayEntry& directory, const std::string& name) {
  OverlayNode& node = *directory.directory;
  if (is_mark(name) || node.removed) return Errno::noent;
  const auto known = node.children.find(name);
  if (known != node.children.end()) {
    if (const OverlayNodePtr alive = known->second.lock()) return entry_of(alive);
    node.children.erase(known);
  }
  bool in_upper = false;
  const Outcome<FileType> type = type_in_layers(node, name, in_upper);
  if (!type) return type.error();
  if (*type == FileType::directory) return child_directory(directory, name, in_upper);
  return OverlayEntry{.type = *type,
                      .directory = nullptr,
                      .parent = directory.directory,
                      .name = name,
                      .in_upper = in_upper,
                      .found = true};
}

Outcome<FileType> OverlayState::type_in_layers(const OverlayNode& directory,
                                               const std::string& name, bool& in_upper) {
  if (directory.in_upper) {
    const Outcome<FileStat> above = upper->stat_at(upper_path(directory, name), false);
    in_upper = static_cast<bool>(above);
    if (above) return above->type;
    if (above.error() != Errno::noent) return above.error();
  }
  if (!lower_has(directory, name)) return Errno::noent;
  if (directory.in_upper && upper->stat_at(upper_path(directory, mark_of(name)), false)) {
    return Errno::noent;
  }
  const Outcome<FileStat> below = lower->stat_at(join_path(*directory.lower, name), false);
  if (!below) return below.error();
  return below->type;
}

Outcome<OverlayEntry> OverlayState::child_directory(const OverlayEntry& parent,
                                                    const std::string& name, bool in_upper) {
  auto node = std::make_shared<OverlayNode>();
  node->parent = parent.directory;
  node->name = name;
  node->in_upper = in_upper;
  if (lower_has(*parent.directory, name)) {
    const std::string path = join_path(*parent.directory->lower, name);
    const Outcome<FileStat> below = lower->stat_at(path, false);
    const bool merged = below && below->type == FileType::directory;
    const bool opaque = in_upper && upper->stat_at(upper_path(*node, opaque_mark), false);
    const bool hidden =
        in_upper && upper->stat_at(upper_path(*parent.directory, mark_of(name)), false);
    if (merged && !opaque && !hidden) node->lower = path;
  }
  parent.directory->children[name] = node;
  return entry_of(node);
}

Outcome<std::string> OverlayState::target(const OverlayEntry& link) {
  return link.in_upper ? upper->read_link(upper_path(link)) : lower->read_link(lower_path(link));
}

Outcome<FileStat> OverlayState::stat(const OverlayEntry& entry) {
  if (entry.directory && entry.directory->removed) return *entry.directory->removed;
  const bool above = entry.directory ? entry.directory->in_upper : entry.in_upper;
  return above ? upper->stat_at(upper_path(entry), false)
               : lower->stat_at(lower_path(entry), false);
}

Outcome<void> OverlayState::copy_up(const OverlayNodePtr& directory) {
  std::vector<OverlayNode*> missing;
  for (OverlayNode* node = directory.get(); node != nullptr; node = node->parent.get()) {
    if (node->removed) return Errno::noent;
    if (!node->in_upper) missing.push_back(node);
  }
  for (auto each = missing.rbegin(); each != missing.rend(); ++each) {
    OverlayNode& node = **each;
    const std::string path = upper_path(node);
    const Outcome<FileStat> stat = lower->stat_at(dot_if_empty(*node.lower), false);
    if (!stat) return stat.error();
    const Outcome<void> made = upper->create_directory(path);
    if (!made && made.error() != Errno::exist) return made;
    node.in_upper = true;
    const Outcome<void> timed = upper->set_times_at(path, false, times_of(*stat));
    if (!timed) return timed;
  }
  return {};
}

Outcome<void> OverlayState::copy_up(const OverlayEntry& entry, bool with_content) {
  if (entry.directory) return copy_up(entry.directory);
  if (entry.in_upper) return {};
  const Outcome<void> parents = copy_up(entry.parent);
  if (!parents) return parents;
  if (entry.type == FileType::regular_file) return copy_up_file(entry, with_content);
  if (entry.type != FileType::symbolic_link) return Errno::notsup;
  const Outcome<std::string> text = lower->read_link(lower_path(entry));
  return text ? upper->symlink(*text, upper_path(entry)) : text.error();
}

Outcome<void> OverlayState::copy_up_file(const OverlayEntry& entry, bool with_content) {
  const std::string unfinished_path = upper_path(*entry.parent, unfinished);
  const auto source = open_file(*lower, lower_path(entry), {.read = true, .follow = false});
  if (!source) return source.error();
  const Outcome<FileStat> stat = (*source)->stat();
  if (!stat) return stat.error();
  const auto fill = [&]() -> Outcome<void> {
    const auto copy =
        open_file(*upper, unfinished_path, {.write = true, .create = true, .truncate = true});
    if (!copy) return copy.error();
    if (with_content) {
      const Outcome<void> copied = copy_content(**source, **copy);
      if (!copied) return copied;
    }
    return (*copy)->set_times(times_of(*stat));
  };
  Outcome<void> result = fill();
  if (result) result = upper->rename(unfinished_path, *upper, upper_path(entry));
  if (!result) (void)upper->unlink(unfinished_path);
  return result;
}

bool OverlayState::lower_has(const OverlayNode& directory, const std::string& name) {
  return directory.lower && lower->stat_at(join_path(*directory.lower, name), false);
}

Outcome<void> OverlayState::hide(const OverlayNode& directory, const std::string& name) {
  const auto made =
      open_file(*upper, upper_path(directory, mark_of(name)), {.write = true, .create = true});
  return made ? Outcome<void>() : made.error();
}

Outcome<void> OverlayState::unhide(const OverlayNode& directory, const std::string& name) {
  return unless_absent(upper->unlink(upper_path(directory, mark_of(name))));
}

Outcome<void> OverlayState::make_opaque(const std::string& directory_path) {
  const auto made =
      open_file(*upper, join_path(directory_path, opaque_mark), {.write = true, .create = true});
  return made ? Outcome<void>() : made.error();
}

Outcome<void> OverlayState::remove_from_upper(const OverlayNode& directory) {
  const std::string path = upper_path(directory);
  const auto opened = open_directory(*upper, path);
  if (!opened) return opened.error();
  const auto entries = all_entries(**opened);
  if (!entries) return entries.error();
  for (const DirectoryEntry& entry : *entries) {
    const Outcome<void> removed = upper->unlink(join_path(path, entry.name));
    if (!removed) return removed;
  }
  return upper->remove_directory(path);
}

Outcome<void> OverlayState::refresh_listing(OverlayNode& directory) {
  std::map<std::string, DirectoryEntry> now;
  std::map<std::string, bool> hidden;
  if (directory.in_upper) {
    const auto opened = open_directory(*upper, upper_path(directory));
    if (!opened) return opened.error();
    const auto entries = all_entries(**opened);
    if (!entries) return entries.error();
    for (const DirectoryEntry& entry : *entries) {
      if (is_mark(entry.name)) {
        hidden[entry.name.substr(mark.size())] = true;
      } else {
        now[entry.name] = entry;
      }
    }
  }
  if (directory.lower) {
    const auto opened = open_directory(*lower, dot_if_empty(*directory.lower));
    if (!opened) return opened.error();
    const auto entries = all_entries(**opened);
    if (!entries) return entries.error();
    for (const DirectoryEntry& entry : *entries) {
      if (!is_mark(entry.name) && !hidden.contains(entry.name)) now.emplace(entry.name, entry);
    }
  }
  directory.listing.clear();
  std::erase_if(directory.cookies, [&](const auto& known) { return !now.contains(known.first); });
  for (auto& [name, entry] : now) {
    const auto [place, added] = directory.cookies.emplace(name, directory.next_cookie);
    if (added) ++directory.next_cookie;
    entry.next = place->second;
    directory.listing[place->second] = std::move(entry);
  }
  directory.listing_is_stale = false;
  return {};
}

Outcome<bool> OverlayState::is_empty(OverlayNode& directory) {
  const Outcome<void> fresh = refresh_listing(directory);
  if (!fresh) return fresh.error();
  return directory.listing.empty();
}

void OverlayState::forget(const OverlayNodePtr& directory) {
  Outcome<FileStat> last = stat(entry_of(directory));
  if (!last) last = FileStat{};
  last->type = FileType::directory;
  last->links = 0;
  directory->removed = *last;
  directory->listing.clear();
  directory->parent->children.erase(directory->name);
}

}  // namespace wrun::inline v0::wasi
