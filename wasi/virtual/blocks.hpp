#pragma once

// A sparse file's content: blocks of memory where something was written, nothing where not; and the
// account that they are charged to.

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <span>

#include <wrun/wasi/memory_files.hpp>

namespace wrun::inline v0::wasi {

/// What a file system holds, and may hold.
class FilesAccount {
 public:
  explicit FilesAccount(const FilesQuota& quota) : quota_(quota) {}

  bool take_bytes(std::uint64_t count) {
    if (count > quota_.bytes - used_.bytes) return false;
    used_.bytes += count;
    return true;
  }
  void give_bytes(std::uint64_t count) { used_.bytes -= count; }
  bool take_file() {
    if (used_.files >= quota_.files) return false;
    ++used_.files;
    return true;
  }
  /// Even beyond the quota.
  void take_file_always() { ++used_.files; }
  void give_file() { --used_.files; }
  std::uint64_t bytes_left() const { return quota_.bytes - used_.bytes; }
  const FilesUsage& used() const { return used_; }

 private:
  FilesQuota quota_;
  FilesUsage used_;
};

class Blocks {
 public:
  static constexpr std::uint64_t block_size = 4096;
  /// As far as offsets go.
  static constexpr std::uint64_t largest_size = 0x7fff'ffff'ffff'ffff;

  explicit Blocks(FilesAccount& account) : account_(account) {}
  ~Blocks() { account_.give_bytes(blocks_.size() * block_size); }
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  std::uint64_t size() const { return size_; }
  std::size_t read(std::uint64_t offset, std::span<std::byte> bytes) const;
  /// As much as there is room for; nospc if that is nothing.
  Outcome<std::size_t> write(std::uint64_t offset, std::span<const std::byte> bytes);
  Outcome<void> resize(std::uint64_t size);
  /// Gives each block of the range memory, or none.
  Outcome<void> allocate(std::uint64_t offset, std::uint64_t length);

 private:
  using Block = std::array<std::byte, block_size>;

  /// The block of that number, made if need be; null if there is no room.
  Block* block(std::uint64_t number);
  std::uint64_t missing(std::uint64_t first, std::uint64_t last) const;

  FilesAccount& account_;
  std::map<std::uint64_t, std::unique_ptr<Block>> blocks_;
  std::uint64_t size_ = 0;
};

}  // namespace wrun::inline v0::wasi
