#include "wasi/virtual/memory_node.hpp"

namespace wrun::inline v0::wasi {

MemoryNames::~MemoryNames() {
  for (const auto& [name, entry] : by_name_) account_.give_bytes(overhead + name.size());
}

MemoryNodePtr MemoryNames::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second.node;
}

Outcome<void> MemoryNames::set(const std::string& name, MemoryNodePtr node) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    found->second.node = std::move(node);
    return {};
  }
  if (!account_.take_bytes(overhead + name.size())) return Errno::nospc;
  try {
    const auto added = by_name_.emplace(name, Entry{std::move(node), next_cookie_}).first;
    by_cookie_.emplace(next_cookie_++, added);
  } catch (...) {
    by_name_.erase(name);
    account_.give_bytes(overhead + name.size());
    throw;
  }
  return {};
}

void MemoryNames::erase(std::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  account_.give_bytes(overhead + name.size());
  by_cookie_.erase(found->second.cookie);
  by_name_.erase(found);
}

void MemoryNames::list(std::uint64_t after, std::size_t count,
                       std::vector<DirectoryEntry>& entries) const {
  for (auto each = by_cookie_.upper_bound(after); each != by_cookie_.end() && count != 0;
       ++each, --count) {
    const auto& [name, entry] = *each->second;
    entries.push_back({each->first, entry.node->inode, entry.node->type, name});
  }
}

std::pair<const std::string*, MemoryNode*> MemoryNames::any() const {
  if (by_name_.empty()) return {nullptr, nullptr};
  const auto& [name, entry] = *by_name_.begin();
  return {&name, entry.node.get()};
}

FileStat MemoryNode::stat() const {
  FileStat stat;
  stat.device = 1;
  stat.inode = inode;
  stat.type = type;
  stat.links = links;
  stat.size = type == FileType::symbolic_link ? target.size() : content.size();
  stat.accessed = accessed;
  stat.modified = modified;
  stat.changed = changed;
  return stat;
}

void apply(const NewTimes& times, Timestamp now, MemoryNode& node) {
  const auto set = [now](const NewTime& time, Timestamp& into) {
    if (time.kind == NewTime::Kind::now) into = now;
    if (time.kind == NewTime::Kind::set) into = time.time;
  };
  set(times.accessed, node.accessed);
  set(times.modified, node.modified);
  node.changed = now;
}

MemoryFilesState::MemoryFilesState(const FilesQuota& quota, std::shared_ptr<Clocks> time)
    : account(quota), clocks(std::move(time)) {
  // The root is there even if the quota is nothing.
  account.take_file_always();
  root = std::make_shared<MemoryNode>(account, FileType::directory, ++last_inode);
  root->links = 2;
  root->accessed = root->modified = root->changed = now();
}

/// Trees may be as deep as the quota allows, so it isn't the nodes that destroy each other.
MemoryFilesState::~MemoryFilesState() {
  MemoryNode* node = root.get();
  while (node != nullptr) {
    const auto [name, child] = node->names.any();
    if (child == nullptr) {
      node = node->parent;
    } else if (child->names.any().second != nullptr) {
      node = child;
    } else {
      node->names.erase(std::string_view(*name));
    }
  }
}

Timestamp MemoryFilesState::now() const {
  if (!clocks) return 0;
  const Outcome<Timestamp> time = clocks->now(ClockId::wall, 0);
  return time ? *time : 0;
}

Outcome<MemoryNodePtr> MemoryFilesState::make(FileType type) {
  if (!account.take_file()) return Errno::nospc;
  MemoryNodePtr node;
  try {
    node = std::make_shared<MemoryNode>(account, type, last_inode + 1);
  } catch (...) {
    account.give_file();
    throw;
  }
  ++last_inode;
  node->links = 0;
  node->accessed = node->modified = node->changed = now();
  return node;
}

Outcome<void> MemoryFilesState::add(MemoryNode& directory, const std::string& name,
                                    const MemoryNodePtr& node) {
  if (directory.links == 0) return Errno::noent;
  const Outcome<void> added = directory.names.set(name, node);
  if (!added) return added;
  ++node->links;
  if (node->is_directory()) {
    node->links = 2;
    node->parent = &directory;
    ++directory.links;
  }
  node->changed = now();
  touch(directory);
  return {};
}

void MemoryFilesState::remove(MemoryNode& directory, const std::string& name, MemoryNode& node) {
  node.changed = now();
  --node.links;
  if (node.is_directory()) {
    node.links = 0;
    node.parent = nullptr;
    --directory.links;
  }
  touch(directory);
  directory.names.erase(name);
}

void MemoryFilesState::touch(MemoryNode& directory) const {
  directory.modified = directory.changed = now();
}

}  // namespace wrun::inline v0::wasi
