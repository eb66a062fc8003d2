#pragma once

// Blocks of the heap: 32 KiB, aligned to that, each with cells of one size and what the collector
// knows of them. Chunks of address space hold blocks.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/os/mapping.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

inline constexpr std::size_t block_bytes = 32 * 1024;
inline constexpr std::size_t chunk_blocks = 32;
/// Larger objects are allocations of their own.
inline constexpr std::size_t max_cell_bytes = 2048;

/// The sizes of cells: at most a quarter of one is lost.
inline constexpr std::array<std::uint16_t, 28> cell_sizes = {
    16,  24,  32,  40,  48,  56,  64,  72,  80,  96,   112,  128,  160,  192,
    224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048};
inline constexpr std::size_t small_bins = cell_sizes.size();

/// The size class of objects of up to max_cell_bytes.
constexpr std::uint8_t bin_of(std::size_t bytes) {
  constexpr auto table = [] {
    std::array<std::uint8_t, max_cell_bytes / 8 + 1> bins{};
    std::size_t bin = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      while (cell_sizes[bin] < i * 8) ++bin;
      bins[i] = static_cast<std::uint8_t>(bin);
    }
    return bins;
  }();
  return table[(bytes + 7) / 8];
}

/// A bit for each 8 bytes of a block; the one where a cell starts is the cell's.
class BlockBits {
 public:
  bool test(std::size_t offset) const { return (words_[offset >> 9] >> (offset >> 3 & 63)) & 1; }
  /// False if it was set before.
  bool set(std::size_t offset) {
    const std::uint64_t bit = std::uint64_t{1} << (offset >> 3 & 63);
    std::uint64_t& word = words_[offset >> 9];
    if (word & bit) return false;
    word |= bit;
    return true;
  }
  void clear() { words_.fill(0); }
  std::uint32_t count() const {
    std::uint32_t bits = 0;
    for (const std::uint64_t word : words_) bits += static_cast<std::uint32_t>(std::popcount(word));
    return bits;
  }
  /// The first set bit's offset from `offset` on; block_bytes if there's none.
  std::size_t next(std::size_t offset) const {
    std::size_t at = offset >> 9;
    if (at >= words_.size()) return block_bytes;
    std::uint64_t word = words_[at] & (~std::uint64_t{0} << (offset >> 3 & 63));
    while (word == 0) {
      if (++at == words_.size()) return block_bytes;
      word = words_[at];
    }
    return at << 9 | static_cast<std::size_t>(std::countr_zero(word)) << 3;
  }

 private:
  std::array<std::uint64_t, block_bytes / 8 / 64> words_;
};

struct Block {
  Block* next = nullptr;         ///< in the list that it is in
  std::uint32_t cell_bytes = 0;  ///< 0: empty
  std::uint32_t end = 0;         ///< offset behind the last cell
  /// Cells below it were handed out since the last collection, or lay between such: those whose
  /// header isn't zero are objects. Of the others, those whose bit is in `live`.
  std::uint32_t cursor = 0;
  std::uint8_t bin = 0;
  BlockBits live;  ///< survived the last collection
  BlockBits marks;

  static Block* of(const CellHeader* cell) {
    return reinterpret_cast<Block*>(reinterpret_cast<std::uintptr_t>(cell) & ~(block_bytes - 1));
  }
  static std::size_t offset_of(const CellHeader* cell) {
    return reinterpret_cast<std::uintptr_t>(cell) & (block_bytes - 1);
  }
  CellHeader* cell(std::size_t offset) {
    return reinterpret_cast<CellHeader*>(reinterpret_cast<char*>(this) + offset);
  }
  inline bool holds_object(std::size_t offset);
  inline void format(std::uint8_t new_bin, std::uint32_t cell);
};

inline constexpr std::size_t first_cell = (sizeof(Block) + 15) & ~std::size_t{15};

/// A header whose kind is 0 is no object's.
inline constexpr CellKind no_object = CellKind::instance;

inline bool Block::holds_object(std::size_t offset) {
  return (offset < cursor || live.test(offset)) && cell(offset)->kind != no_object;
}

inline void Block::format(std::uint8_t new_bin, std::uint32_t size) {
  bin = new_bin;
  cell_bytes = size;
  end = static_cast<std::uint32_t>(first_cell + (block_bytes - first_cell) / size * size);
  cursor = first_cell;
  live.clear();
  marks.clear();
}

/// All blocks, by address.
class Blocks {
 public:
  /// An empty block, not formatted; null if the system refuses. Throws std::bad_alloc.
  Block* take();
  /// The block that an address lies in, if it is in use; else null. O(log chunks).
  Block* find(std::uintptr_t address) const;

  /// Calls visit(block) for each block in use.
  template <class Visit>
  void each(Visit&& visit) {
    for (Chunk& chunk : chunks_) {
      for (std::size_t i = 0; i < chunk.used; ++i) {
        Block* block = block_at(chunk, i);
        if (block->cell_bytes != 0) visit(*block);
      }
    }
  }
  /// Finds out anew which blocks are empty; gives memory back to the system, but for `spare`
  /// empty blocks.
  void tidy(std::size_t spare);

  std::size_t chunk_count() const { return chunks_.size(); }

 private:
  struct Chunk {
    std::uintptr_t begin = 0;  ///< of its first block
    std::size_t used = 0;      ///< blocks that were ever taken: the first ones
    os::Mapping mapping;
  };

  static Block* block_at(const Chunk& chunk, std::size_t i) {
    return reinterpret_cast<Block*>(chunk.begin + i * block_bytes);
  }
  bool add_chunk();

  std::vector<Chunk> chunks_;  // by address
  std::uintptr_t fresh_ = 0;   // the chunk that has blocks never taken, by its begin
  Block* empty_ = nullptr;
};

}  // namespace wrun::inline v0::runtime
