#include "lib/runtime/heap_blocks.hpp"

#include <algorithm>
#include <new>

namespace wrun::inline v0::runtime {

static_assert(first_cell % 8 == 0 && first_cell < block_bytes / 16);
static_assert(cell_sizes.back() == max_cell_bytes);

bool Blocks::add_chunk() {
  // One block more than is used: the first one must be aligned.
  auto mapping = os::Mapping::reserve((chunk_blocks + 1) * block_bytes);
  if (!mapping || !mapping->commit(0, mapping->size())) return false;
  const auto base = reinterpret_cast<std::uintptr_t>(mapping->data());
  Chunk chunk;
  chunk.begin = (base + block_bytes - 1) & ~(block_bytes - 1);
  chunk.mapping = std::move(*mapping);
  fresh_ = chunk.begin;
  const auto at =
      std::lower_bound(chunks_.begin(), chunks_.end(), chunk.begin,
                       [](const Chunk& c, std::uintptr_t begin) { return c.begin < begin; });
  chunks_.insert(at, std::move(chunk));
  return true;
}

Block* Blocks::take() {
  if (Block* block = empty_) {
    empty_ = block->next;
    return block;
  }
  const auto with_room = [this] {
    return std::find_if(chunks_.begin(), chunks_.end(), [this](const Chunk& chunk) {
      return chunk.begin == fresh_ && chunk.used < chunk_blocks;
    });
  };
  auto chunk = with_room();
  if (chunk == chunks_.end()) {
    if (!add_chunk()) return nullptr;
    chunk = with_room();
  }
  return new (block_at(*chunk, chunk->used++)) Block;
}

Block* Blocks::find(std::uintptr_t address) const {
  const auto after =
      std::upper_bound(chunks_.begin(), chunks_.end(), address,
                       [](std::uintptr_t a, const Chunk& chunk) { return a < chunk.begin; });
  if (after == chunks_.begin()) return nullptr;
  const Chunk& chunk = *(after - 1);
  const std::size_t index = (address - chunk.begin) / block_bytes;
  if (index >= chunk.used) return nullptr;
  Block* block = block_at(chunk, index);
  return block->cell_bytes != 0 ? block : nullptr;
}

void Blocks::tidy(std::size_t spare) {
  empty_ = nullptr;
  const auto is_unused = [&](const Chunk& chunk) {
    for (std::size_t i = 0; i < chunk.used; ++i) {
      if (block_at(chunk, i)->cell_bytes != 0) return false;
    }
    return true;
  };
  std::size_t kept = 0;
  const auto gone = std::remove_if(chunks_.begin(), chunks_.end(), [&](const Chunk& chunk) {
    if (!is_unused(chunk)) return false;
    kept += chunk_blocks;
    return kept > spare;
  });
  chunks_.erase(gone, chunks_.end());
  for (const Chunk& chunk : chunks_) {
    for (std::size_t i = chunk.used; i > 0; --i) {
      Block* block = block_at(chunk, i - 1);
      if (block->cell_bytes != 0) continue;
      block->next = empty_;
      empty_ = block;
    }
  }
}

}  // namespace wrun::inline v0::runtime
