#include "wasi/archive/builder.hpp"

#include <limits>

#include "lib/wasm/compose.hpp"
#include "lib/wasm/quoted.hpp"
#include "lib/wasm/reader.hpp"
#include "wasi/virtual/path_walk.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr std::string_view no_room = "larger than the quota";

/// The components of a name, last first; "./" and "/" at its ends say nothing.
Result<std::vector<std::string>> components(std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return archive_error(ErrorKind::malformed, name, why);
  };
  if (name.empty()) return refuse("a name is missing");
  if (name.front() == '/') return refuse("an absolute name");
  if (name.size() >= path_limit) return refuse("the name is too long");
  if (name.find('\0') != name.npos) return refuse("a NUL in the name");
  if (!wasm::is_utf8({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()})) {
    return refuse("the name isn't UTF-8");
  }
  std::vector<std::string> parts = reversed_components(name);
  std::erase(parts, ".");
  for (const std::string& each : parts) {
    if (each == "..") return refuse("a name with .. in it");
    if (each.size() > name_limit) return refuse("the name is too long");
  }
  return parts;
}

}  // namespace

Error archive_error(ErrorKind kind, std::string_view name, std::string_view why) {
  return Error(kind, compose("archive: {}: {}", wasm::quoted(name), why));
}

std::uint64_t most_archive_bytes(const FilesQuota& quota) {
  constexpr std::uint64_t per_file = 4096;
  constexpr std::uint64_t base = std::uint64_t{1} << 20;
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  if (quota.files > most / (2 * per_file) || quota.bytes > most / 2 - base) return most;
  return quota.bytes + quota.files * per_file + base;
}

Result<void> ArchiveFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const Outcome<Appended> appended = file_->append(bytes);
    if (!appended) return archive_error(ErrorKind::limit, name_, no_room);
    bytes = bytes.subspan(appended->written);
  }
  return {};
}

void ArchiveFile::set_time(Timestamp modified) {
  const NewTime time{NewTime::Kind::set, modified};
  (void)file_->set_times({time, time});
}

ArchiveBuilder::ArchiveBuilder(const FilesQuota& quota, Duplicates duplicates)
    : state_(std::make_shared<MemoryFilesState>(quota, nullptr)), duplicates_(duplicates) {}

Result<ArchiveBuilder::Place> ArchiveBuilder::place(std::string_view name) {
  auto names = components(name);
  if (!names) return std::move(names).error();
  Place place{state_->root, {}};
  while (!names->empty()) {
    place.name = std::move(names->back());
    names->pop_back();
    if (names->empty()) break;
    MemoryNodePtr next = place.parent->names.find(place.name);
    if (!next) {
      auto made = add(place, FileType::directory, name);
      if (!made) return std::move(made).error();
      next = *std::move(made);
    }
    if (!next->is_directory()) {
      return archive_error(ErrorKind::malformed, name,
                           "the name goes through what is no directory");
    }
    place.parent = std::move(next);
  }
  return place;
}

Result<ArchiveBuilder::Place> ArchiveBuilder::free_place(std::string_view name) {
  auto found = place(name);
  if (!found) return found;
  if (found->name.empty()) return archive_error(ErrorKind::malformed, name, "not a file's name");
  const MemoryNodePtr old = found->parent->names.find(found->name);
  if (!old) return found;
  if (old->is_directory() || duplicates_ == Duplicates::refuse) {
    return archive_error(ErrorKind::malformed, name, "the name is there twice");
  }
  state_->remove(*found->parent, found->name, *old);
  return found;
}

Result<MemoryNodePtr> ArchiveBuilder::add(const Place& place, FileType type,
                                          std::string_view name) {
  Outcome<MemoryNodePtr> node = state_->make(type);
  if (!node || !state_->add(*place.parent, place.name, *node)) {
    return archive_error(ErrorKind::limit, name, no_room);
  }
  return *std::move(node);
}

Result<ArchiveFile> ArchiveBuilder::file(std::string_view name) {
  const auto free = free_place(name);
  if (!free) return free.error();
  auto node = add(*free, FileType::regular_file, name);
  if (!node) return std::move(node).error();
  return ArchiveFile(memory_file(state_, *std::move(node)), std::string(name));
}

Result<void> ArchiveBuilder::directory(std::string_view name, Timestamp modified) {
  const auto found = place(name);
  if (!found) return found.error();
  MemoryNodePtr node = found->name.empty() ? found->parent : found->parent->names.find(found->name);
  if (!node) {
    auto made = add(*found, FileType::directory, name);
    if (!made) return std::move(made).error();
    node = *std::move(made);
  }
  if (!node->is_directory()) {
    return archive_error(ErrorKind::malformed, name, "the name is there twice");
  }
  node->accessed = node->modified = modified;
  return {};
}

Result<void> ArchiveBuilder::link(std::string_view name, const std::string& target,
                                  Timestamp modified) {
  if (target.empty() || target.size() >= path_limit || target.find('\0') != target.npos) {
    return archive_error(ErrorKind::malformed, name, "a link that can't lead anywhere");
  }
  const auto free = free_place(name);
  if (!free) return free.error();
  const auto node = add(*free, FileType::symbolic_link, name);
  if (!node) return node.error();
  if (!state_->account.take_bytes(target.size())) {
    return archive_error(ErrorKind::limit, name, no_room);
  }
  (*node)->target = target;
  (*node)->accessed = (*node)->modified = modified;
  return {};
}

Result<void> ArchiveBuilder::hard_link(std::string_view name, std::string_view existing) {
  const auto source = place(existing);
  if (!source) return source.error();
  const MemoryNodePtr node = source->parent->names.find(source->name);
  if (!node || node->is_directory()) {
    return archive_error(ErrorKind::malformed, name, "a link to a file that isn't there");
  }
  const auto free = free_place(name);
  if (!free) return free.error();
  if (!state_->add(*free->parent, free->name, node)) {
    return archive_error(ErrorKind::limit, name, no_room);
  }
  return {};
}

std::shared_ptr<Directory> ArchiveBuilder::finish() {
  return read_only_view(memory_directory(state_, state_->root));
}

}  // namespace wrun::inline v0::wasi
