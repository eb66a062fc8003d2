#pragma once

// The heap of structures, arrays and host references: cells of a size class in blocks, large
// objects by themselves; nothing moves. Allocating is taking the next bytes of a bin; when those
// are used up, refill() finds free cells in a block that has some, or takes a block. Marks are in
// the blocks, so that a block where nothing lives is never read again. The store decides when to
// collect (store.hpp).

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/runtime/heap_blocks.hpp"
#include "lib/runtime/heap_types.hpp"
#include "lib/runtime/limits.hpp"

namespace wrun::inline v0::runtime {

/// No object is larger.
inline constexpr std::uint64_t max_object_bytes = std::uint64_t{1} << 31;

class Heap {
 public:
  /// Free cells in a row.
  struct Bin {
    char* next = nullptr;
    char* limit = nullptr;
    std::size_t cell_bytes = 0;  ///< what one object takes; varies in the bin for large objects
    Block* block = nullptr;
    Block* partial = nullptr;  ///< blocks with free cells that weren't looked at since
  };

  /// What the account is charged with: blocks and large objects while they are there, or the cells
  /// of all objects that ever were, which is the same whenever a collection comes.
  enum class Charges : std::uint8_t { what_is_there, all_there_was };

  /// `stress`: a refill is for one object.
  Heap(Account& account, std::shared_ptr<wasm::TypeRegistry> registry, Charges charges,
       bool stress);
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// From now on, a collection is due at every allocation.
  void set_stress() {
    stress_ = true;
    threshold_ = 0;
    begin_marking();
  }
  bool is_stressed() const { return stress_; }
  HeapTypes& types() { return types_; }
  Bin& bin_for(std::uint64_t bytes) {
    return bytes <= max_cell_bytes ? bins_[bin_of(static_cast<std::size_t>(bytes))]
                                   : bins_[large_bin];
  }
  /// Whether take() may be called.
  static bool has_room(const Bin& bin, std::uint64_t bytes) {
    const auto room = static_cast<std::size_t>(bin.limit - bin.next);
    return room >= bin.cell_bytes && room >= bytes;
  }
  /// The next cell, which isn't zeroed; an object must be made there before the next safe point.
  static Object* take(Bin& bin) {
    auto* object = reinterpret_cast<Object*>(bin.next);
    bin.next += bin.cell_bytes;
    return object;
  }
  /// Makes room for an object. False if the system or a limit refuses. Never collects.
  bool refill(std::uint64_t bytes) noexcept;
  /// The header for an object of that size.
  static Object header_of(const HeapType& type, std::uint64_t bytes) {
    Object header = type.header;
    if (bytes > max_cell_bytes) header.place = Place::large;
    return header;
  }

  /// A cell for a host reference. Throws std::bad_alloc.
  void* take_host_ref();
  std::size_t host_refs() const { return host_refs_; }

  /// Whether as much was handed out since the last collection as was alive then, and not little.
  bool is_due() const { return allocated_ >= threshold_; }
  std::uint64_t live_bytes() const { return live_; }

  // Collection

  void begin_marking();
  /// The object that an address lies in, or null.
  CellHeader* find(std::uintptr_t address);
  /// False if it was marked before.
  static bool mark(CellHeader* cell) {
    if (cell->place == Place::block) return Block::of(cell)->marks.set(Block::offset_of(cell));
    if (cell->marked) return false;
    cell->marked = true;
    return true;
  }
  /// Calls visit(cell) for each marked one.
  template <class Visit>
  void each_marked(Visit&& visit) {
    blocks_.each([&](Block& block) {
      for (std::size_t at = block.marks.next(0); at < block_bytes; at = block.marks.next(at + 8)) {
        visit(block.cell(at));
      }
    });
    for (const Large& large : large_) {
      if (large.object->marked) visit(large.object);
    }
  }
  /// Frees what isn't marked. Host references wait for next_doomed().
  void sweep();

  /// A host reference that nobody reaches any more: its keeper, taken away. Null: there's none.
  Keeper next_doomed();
  bool has_doomed() const { return doomed_ != nullptr; }

 private:
  struct Large {
    Object* object;
    std::uint64_t bytes;
  };
  static constexpr std::size_t host_ref_bin = small_bins;
  static constexpr std::size_t large_bin = small_bins + 1;

  // `room` is of what they need beyond what the account knows of, and used when all is done.
  bool refill_cells(std::size_t index, Reservation& room);
  bool find_cells(std::size_t index, Reservation& room);
  bool find_run(Bin& bin);
  bool charges_all() const { return charges_ == Charges::all_there_was; }
  bool take_block(std::size_t index, Reservation& room);
  bool refill_large(std::uint64_t bytes, Reservation& room);
  void doom(Block& block);
  void sweep_blocks();
  void sweep_large();

  Account& account_;
  const Charges charges_;
  bool stress_;
  HeapTypes types_;
  Blocks blocks_;
  std::array<Bin, small_bins + 2> bins_;
  std::vector<Large> large_;  // while marking, by address
  HostRef* doomed_ = nullptr;
  std::size_t host_refs_ = 0;
  std::uint64_t allocated_ = 0;  // bytes since the last collection
  std::uint64_t live_ = 0;       // bytes after it
  std::uint64_t threshold_;
};

}  // namespace wrun::inline v0::runtime
