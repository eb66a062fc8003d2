#pragma once

// The two layers of an overlay as one tree. What is gone of the lower one is said in the upper one,
// as in OCI's image layers: `.wh.NAME` hides NAME, and a directory with `.wh..wh..opq` in it hides
// all of the lower one's. https://github.com/opencontainers/image-spec/blob/main/layer.md

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/wasi/filesystem.hpp>

namespace wrun::inline v0::wasi {

/// A directory. Where it is in the upper layer follows from its names, which renames change; where
/// it is in the lower one never changes.
struct OverlayNode {
  OverlayNode() = default;
  ~OverlayNode();
  OverlayNode(const OverlayNode&) = delete;
  OverlayNode& operator=(const OverlayNode&) = delete;

  std::shared_ptr<OverlayNode> parent;  ///< null for the root
  std::string name;
  std::optional<std::string> lower;  ///< its path there, if there is something to be seen of it
  bool in_upper = false;
  std::optional<FileStat> removed;  ///< what it was like, once it is gone
  std::map<std::string, std::weak_ptr<OverlayNode>> children;  ///< those that are in use

  // Places in listings: a name keeps its cookie as long as it is there.
  bool listing_is_stale = true;
  std::map<std::string, std::uint64_t> cookies;
  std::map<std::uint64_t, DirectoryEntry> listing;
  std::uint64_t next_cookie = 3;
};
using OverlayNodePtr = std::shared_ptr<OverlayNode>;

/// What a name in the overlay is.
struct OverlayEntry {
  FileType type = FileType::unknown;
  OverlayNodePtr directory;  ///< if it is one
  OverlayNodePtr parent;     ///< and `name`: if it isn't the root
  std::string name;
  bool in_upper = false;
  bool found = false;

  explicit operator bool() const { return found; }
};

/// All methods are called with the mutex held.
struct OverlayState {
  OverlayState(std::shared_ptr<Directory> lower_layer, std::shared_ptr<Directory> upper_layer);

  /// What PathWalk asks.
  using Node = OverlayEntry;
  Outcome<OverlayEntry> child(const OverlayEntry& directory, const std::string& name);
  FileType type(const OverlayEntry& entry) const { return entry.type; }
  Outcome<std::string> target(const OverlayEntry& link);

  static OverlayEntry entry_of(const OverlayNodePtr& directory);
  /// Paths in the layers; "." for their roots.
  static std::string upper_path(const OverlayNode& directory, const std::string& name = {});
  static std::string upper_path(const OverlayEntry& entry);
  static std::string lower_path(const OverlayEntry& entry);

  Outcome<FileStat> stat(const OverlayEntry& entry);
  /// Makes the directory exist in the upper layer. `noent` if it was removed.
  Outcome<void> copy_up(const OverlayNodePtr& directory);
  /// The same for anything. A file that will be truncated needs no content.
  Outcome<void> copy_up(const OverlayEntry& entry, bool with_content = true);

  /// Whether the lower layer would show something of that name.
  bool lower_has(const OverlayNode& directory, const std::string& name);
  Outcome<void> hide(const OverlayNode& directory, const std::string& name);
  Outcome<void> unhide(const OverlayNode& directory, const std::string& name);
  /// Lets nothing of the lower layer be seen in a directory of the upper one.
  Outcome<void> make_opaque(const std::string& directory_path);
  /// Removes a directory that looks empty, and the marks in it, from the upper layer.
  Outcome<void> remove_from_upper(const OverlayNode& directory);

  Outcome<void> refresh_listing(OverlayNode& directory);
  Outcome<bool> is_empty(OverlayNode& directory);
  /// Notes that a directory is in the tree no more.
  void forget(const OverlayNodePtr& directory);

  std::mutex mutex;
  std::shared_ptr<Directory> lower;
  std::shared_ptr<Directory> upper;
  OverlayNodePtr root;

 private:
  Outcome<OverlayEntry> child_directory(const OverlayEntry& parent, const std::string& name,
                                        bool in_upper);
  /// What the layers together show of a name, and whether it is the upper one's.
  Outcome<FileType> type_in_layers(const OverlayNode& directory, const std::string& name,
                                   bool& in_upper);
  Outcome<void> copy_up_file(const OverlayEntry& entry, bool with_content);
};

/// Names that are the overlay's own.
bool is_mark(std::string_view name);

}  // namespace wrun::inline v0::wasi
