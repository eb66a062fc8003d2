#pragma once

// What a file system in memory is made of. Its state's mutex guards all of it.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wasi/virtual/blocks.hpp"

namespace wrun::inline v0::wasi {

struct MemoryNode;
using MemoryNodePtr = std::shared_ptr<MemoryNode>;

/// A directory's names, in the order in which they came. A name's cookie is never another's.
class MemoryNames {
 public:
  static constexpr std::uint64_t first_cookie = 3;  ///< after `.` and `..`
  /// What a name costs besides its length.
  static constexpr std::uint64_t overhead = 64;

  explicit MemoryNames(FilesAccount& account) : account_(account) {}
  ~MemoryNames();
  MemoryNames(const MemoryNames&) = delete;
  MemoryNames& operator=(const MemoryNames&) = delete;

  /// Null if there is none.
  MemoryNodePtr find(const std::string& name) const;
  bool empty() const { return by_name_.empty(); }
  /// Adds a name that isn't there, or gives one that is to another node. nospc.
  Outcome<void> set(const std::string& name, MemoryNodePtr node);
  void erase(std::string_view name);
  /// At most `count` of them, whose cookies are greater.
  void list(std::uint64_t after, std::size_t count, std::vector<DirectoryEntry>& entries) const;
  /// One of the nodes and its name; null if there is none.
  std::pair<const std::string*, MemoryNode*> any() const;

 private:
  struct Entry {
    MemoryNodePtr node;
    std::uint64_t cookie = 0;
  };
  using ByName = std::map<std::string, Entry, std::less<>>;

  FilesAccount& account_;
  ByName by_name_;
  std::map<std::uint64_t, ByName::const_iterator> by_cookie_;
  std::uint64_t next_cookie_ = first_cookie;
};

struct MemoryNode {
  MemoryNode(FilesAccount& files_account, FileType node_type, std::uint64_t number)
      : account(files_account),
        type(node_type),
        inode(number),
        content(files_account),
        names(files_account) {}
  ~MemoryNode() {
    account.give_bytes(target.size());
    account.give_file();
  }
  MemoryNode(const MemoryNode&) = delete;
  MemoryNode& operator=(const MemoryNode&) = delete;

  bool is_directory() const { return type == FileType::directory; }
  FileStat stat() const;

  FilesAccount& account;
  FileType type;
  std::uint64_t inode;
  std::uint64_t links = 1;  ///< 0: it is in no directory any more
  Timestamp accessed = 0;
  Timestamp modified = 0;
  Timestamp changed = 0;
  MemoryNode* parent = nullptr;  ///< of a directory that is in one
  std::string target;            ///< of a link; charged to the account
  Blocks content;                ///< of a file
  MemoryNames names;             ///< of a directory
};

struct MemoryFilesState {
  MemoryFilesState(const FilesQuota& quota, std::shared_ptr<Clocks> time);
  ~MemoryFilesState();

  Timestamp now() const;
  /// In no directory yet; nospc.
  Outcome<MemoryNodePtr> make(FileType type);
  /// Puts a node under a name that is free. `noent` if the directory was removed.
  Outcome<void> add(MemoryNode& directory, const std::string& name, const MemoryNodePtr& node);
  /// Takes a name away, and with a directory its place in the tree.
  void remove(MemoryNode& directory, const std::string& name, MemoryNode& node);
  /// Notes that names of a directory changed.
  void touch(MemoryNode& directory) const;

  std::mutex mutex;
  FilesAccount account;
  std::shared_ptr<Clocks> clocks;
  MemoryNodePtr root;
  std::uint64_t last_inode = 0;
};

/// Handles for the outside.
std::shared_ptr<File> memory_file(std::shared_ptr<MemoryFilesState> state, MemoryNodePtr node);
std::shared_ptr<Directory> memory_directory(std::shared_ptr<MemoryFilesState> state,
                                            MemoryNodePtr node);

/// Sets times as asked for; `now` is the file system's time.
void apply(const NewTimes& times, Timestamp now, MemoryNode& node);

}  // namespace wrun::inline v0::wasi
