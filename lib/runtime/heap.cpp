#include "lib/runtime/heap.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

namespace wrun::inline v0::runtime {

namespace {

/// The least that must have been handed out before a collection is worth its while.
constexpr std::uint64_t least_allocation = 4 * 1024 * 1024;
/// Empty blocks that are kept when little lives.
constexpr std::size_t least_spare_blocks = least_allocation / block_bytes;

constexpr std::size_t host_ref_bytes = (sizeof(HostRef) + 7) & ~std::size_t{7};

}  // namespace

Heap::Heap(Account& account, std::shared_ptr<wasm::TypeRegistry> registry, Charges charges,
           bool stress)
    : account_(account),
      charges_(charges),
      stress_(stress),
      types_(std::move(registry)),
      threshold_(stress ? 0 : least_allocation) {
  for (std::size_t i = 0; i < small_bins; ++i) bins_[i].cell_bytes = cell_sizes[i];
  bins_[host_ref_bin].cell_bytes = host_ref_bytes;
}

Heap::~Heap() {
  begin_marking();
  sweep();
  while (has_doomed()) next_doomed();
  for (const Large& large : large_) std::free(large.object);
}

bool Heap::refill(std::uint64_t bytes) noexcept try {
  if (has_room(bin_for(bytes), bytes)) return true;
  Reservation room;
  const bool done = bytes > max_cell_bytes
                        ? refill_large(bytes, room)
                        : refill_cells(bin_of(static_cast<std::size_t>(bytes)), room);
  if (done) room.use();
  return done;
} catch (const std::bad_alloc&) {
  return false;
}

// Where each object is charged, each asks for its cell.
bool Heap::refill_cells(std::size_t index, Reservation& room) {
  Bin& bin = bins_[index];
  if (charges_all()) {
    room = account_.reserve(Resource::heap_bytes, bin.cell_bytes);
    if (!room) return false;
  }
  if (!find_cells(index, room)) return false;
  if (stress_ || charges_all()) {
    bin.limit = bin.next + bin.cell_bytes;
    bin.block->cursor = static_cast<std::uint32_t>(bin.limit - reinterpret_cast<char*>(bin.block));
  }
  allocated_ += static_cast<std::uint64_t>(bin.limit - bin.next);
  return true;
}

bool Heap::find_cells(std::size_t index, Reservation& room) {
  Bin& bin = bins_[index];
  while (!bin.block || !find_run(bin)) {
    if (bin.partial) {
      bin.block = std::exchange(bin.partial, bin.partial->next);
    } else if (!take_block(index, room)) {
      return false;
    }
  }
  return true;
}

/// The next free cells of the bin's block, if it has any.
bool Heap::find_run(Bin& bin) {
  Block& block = *bin.block;
  std::size_t at = block.cursor;
  while (at < block.end && block.live.test(at)) at += block.cell_bytes;
  if (at >= block.end) {
    block.cursor = block.end;
    bin.block = nullptr;
    return false;
  }
  const std::size_t end = std::min<std::size_t>(block.live.next(at), block.end);
  bin.next = reinterpret_cast<char*>(&block) + at;
  bin.limit = reinterpret_cast<char*>(&block) + end;
  block.cursor = static_cast<std::uint32_t>(end);
  return true;
}

bool Heap::take_block(std::size_t index, Reservation& room) {
  if (!charges_all()) {
    room = account_.reserve(Resource::heap_bytes, block_bytes);
    if (!room) return false;
  }
  Block* const block = blocks_.take();
  if (!block) return false;
  block->format(static_cast<std::uint8_t>(index),
                static_cast<std::uint32_t>(bins_[index].cell_bytes));
  bins_[index].block = block;
  return true;
}

bool Heap::refill_large(std::uint64_t bytes, Reservation& room) {
  if (bytes > max_object_bytes) return false;
  if (large_.size() == large_.capacity()) large_.reserve(large_.size() * 2 + 16);
  room = account_.reserve(Resource::heap_bytes, bytes);
  if (!room) return false;
  void* memory = std::calloc(1, static_cast<std::size_t>(bytes));
  if (!memory) return false;
  Bin& bin = bins_[large_bin];
  bin.next = static_cast<char*>(memory);
  bin.limit = bin.next + bytes;
  bin.cell_bytes = static_cast<std::size_t>(bytes);
  large_.push_back({static_cast<Object*>(memory), bytes});
  allocated_ += bytes;
  return true;
}

void* Heap::take_host_ref() {
  Bin& bin = bins_[host_ref_bin];
  if (!has_room(bin, host_ref_bytes)) {
    Reservation room;
    if (!refill_cells(host_ref_bin, room)) throw std::bad_alloc();
    room.use();
  }
  ++host_refs_;
  return take(bin);
}

// Cells of a run that weren't taken are left out of what was handed out: fuel may have been used up
// before one that was charged.
void Heap::begin_marking() {
  for (Bin& bin : bins_) {
    if (charges_all())
      account_.give(Resource::heap_bytes, static_cast<std::uint64_t>(bin.limit - bin.next));
    if (bin.block && bin.next) {
      bin.block->cursor = static_cast<std::uint32_t>(bin.next - reinterpret_cast<char*>(bin.block));
    }
    bin.next = bin.limit = nullptr;
    bin.block = bin.partial = nullptr;
  }
  std::sort(large_.begin(), large_.end(),
            [](const Large& a, const Large& b) { return a.object < b.object; });
  types_.begin_marking();
}

CellHeader* Heap::find(std::uintptr_t address) {
  if (Block* block = blocks_.find(address)) {
    const std::size_t offset = address & (block_bytes - 1);
    if (offset < first_cell || offset >= block->end) return nullptr;
    const std::size_t at = offset - (offset - first_cell) % block->cell_bytes;
    return block->holds_object(at) ? block->cell(at) : nullptr;
  }
  const auto after = std::upper_bound(large_.begin(), large_.end(), address,
                                      [](std::uintptr_t a, const Large& large) {
                                        return a < reinterpret_cast<std::uintptr_t>(large.object);
                                      });
  if (after == large_.begin()) return nullptr;
  const Large& large = *(after - 1);
  const bool inside = address - reinterpret_cast<std::uintptr_t>(large.object) < large.bytes;
  return inside && large.object->kind != no_object ? large.object : nullptr;
}

/// Unmarked host references of a block stay until their keepers are destroyed.
void Heap::doom(Block& block) {
  for (std::size_t at = first_cell; at < block.end; at += block.cell_bytes) {
    if (!block.holds_object(at) || !block.marks.set(at)) continue;
    auto* dead = static_cast<HostRef*>(static_cast<Cell*>(block.cell(at)));
    if (dead->marked) continue;  // it waits already
    dead->marked = true;
    dead->next_dead = doomed_;
    doomed_ = dead;
  }
}

Keeper Heap::next_doomed() {
  HostRef* dead = doomed_;
  if (!dead) return nullptr;
  doomed_ = static_cast<HostRef*>(dead->next_dead);
  Keeper keeper = std::move(dead->keeper);
  dead->~HostRef();
  dead->kind = no_object;
  --host_refs_;
  return keeper;
}

void Heap::sweep() {
  live_ = 0;
  sweep_blocks();
  sweep_large();
  types_.forget_unseen();
  allocated_ = 0;
  threshold_ = stress_ ? 0 : std::max(live_, least_allocation);
}

void Heap::sweep_blocks() {
  std::uint64_t freed = 0;
  blocks_.each([&](Block& block) {
    if (block.bin == host_ref_bin) doom(block);
    const std::uint64_t bytes = std::uint64_t{block.marks.count()} * block.cell_bytes;
    live_ += bytes;
    if (bytes == 0) {
      block.cell_bytes = 0;
      freed += block_bytes;
      return;
    }
    block.live = block.marks;
    block.marks.clear();
    block.cursor = first_cell;
    if (bytes == block.end - first_cell) return;
    Bin& bin = bins_[block.bin];
    block.next = bin.partial;
    bin.partial = &block;
  });
  if (!charges_all()) account_.give(Resource::heap_bytes, freed);
  blocks_.tidy(std::max<std::size_t>(least_spare_blocks, live_ / 2 / block_bytes));
}

void Heap::sweep_large() {
  std::size_t kept = 0;
  for (const Large& large : large_) {
    if (large.object->marked) {
      large.object->marked = false;
      live_ += large.bytes;
      large_[kept++] = large;
    } else {
      if (!charges_all()) account_.give(Resource::heap_bytes, large.bytes);
      std::free(large.object);
    }
  }
  large_.resize(kept);
}

}  // namespace wrun::inline v0::runtime
