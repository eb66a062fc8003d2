#include "wasi/virtual/blocks.hpp"

#include <algorithm>
#include <cstring>

namespace wrun::inline v0::wasi {

namespace {

/// The part of a transfer that lies in one block.
struct Part {
  std::uint64_t block;
  std::size_t start;
  std::size_t length;
};

Part part_at(std::uint64_t offset, std::size_t length) {
  const std::size_t start = offset % Blocks::block_size;
  return {offset / Blocks::block_size, start,
          std::min<std::size_t>(length, Blocks::block_size - start)};
}

}  // namespace

Blocks::Block* Blocks::block(std::uint64_t number) {
  const auto found = blocks_.find(number);
  if (found != blocks_.end()) return found->second.get();
  auto made = std::make_unique<Block>();
  Block* const block = made.get();
  if (!account_.take_bytes(block_size)) return nullptr;
  try {
    blocks_.emplace(number, std::move(made));
  } catch (...) {
    account_.give_bytes(block_size);
    throw;
  }
  return block;
}

std::size_t Blocks::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  if (offset >= size_) return 0;
  bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), size_ - offset));
  const std::size_t count = bytes.size();
  while (!bytes.empty()) {
    const Part part = part_at(offset, bytes.size());
    const auto found = blocks_.find(part.block);
    if (found == blocks_.end()) {
      std::memset(bytes.data(), 0, part.length);
    } else {
      std::memcpy(bytes.data(), found->second->data() + part.start, part.length);
    }
    offset += part.length;
    bytes = bytes.subspan(part.length);
  }
  return count;
}

Outcome<std::size_t> Blocks::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return std::size_t{0};
  if (offset >= largest_size) return Errno::fbig;
  bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), largest_size - offset));
  std::size_t written = 0;
  while (written < bytes.size()) {
    const Part part = part_at(offset + written, bytes.size() - written);
    Block* const into = block(part.block);
    if (into == nullptr) break;
    std::memcpy(into->data() + part.start, bytes.data() + written, part.length);
    written += part.length;
    size_ = std::max(size_, offset + written);
  }
  if (written == 0) return Errno::nospc;
  return written;
}

Outcome<void> Blocks::resize(std::uint64_t size) {
  if (size > largest_size) return Errno::inval;
  if (size < size_) {
    const Part end = part_at(size, 0);
    const auto beyond = blocks_.lower_bound(end.start == 0 ? end.block : end.block + 1);
    for (auto each = beyond; each != blocks_.end(); ++each) account_.give_bytes(block_size);
    blocks_.erase(beyond, blocks_.end());
    // What was cut off must read as zeros if the file grows again.
    const auto last = blocks_.find(end.block);
    if (last != blocks_.end()) {
      std::memset(last->second->data() + end.start, 0, block_size - end.start);
    }
  }
  size_ = size;
  return {};
}

std::uint64_t Blocks::missing(std::uint64_t first, std::uint64_t last) const {
  const auto begin = blocks_.lower_bound(first);
  const auto end = blocks_.upper_bound(last);
  return last - first + 1 - static_cast<std::uint64_t>(std::distance(begin, end));
}

Outcome<void> Blocks::allocate(std::uint64_t offset, std::uint64_t length) {
  if (length == 0) return Errno::inval;
  if (offset > largest_size || length > largest_size - offset) return Errno::fbig;
  const std::uint64_t first = offset / block_size;
  const std::uint64_t last = (offset + length - 1) / block_size;
  if (missing(first, last) > account_.bytes_left() / block_size) return Errno::nospc;
  for (std::uint64_t number = first; number <= last; ++number) block(number);
  size_ = std::max(size_, offset + length);
  return {};
}

}  // namespace wrun::inline v0::wasi
