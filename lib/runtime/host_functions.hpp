#pragma once

// Host functions that are made together: those that a module imports, once for all its instances in
// a store. They lie in one block, which comes and goes as one, and which a later store may have:
// nothing in it is a store's own but its address.

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "lib/runtime/cells.hpp"
#include "lib/runtime/idle_bytes.hpp"
#include "lib/runtime/objects.hpp"
#include "lib/wasm/canonical_types.hpp"

namespace wrun::inline v0::runtime {

class HostFunctions {
 public:
  /// Room for `count`. Throws std::bad_alloc.
  HostFunctions(Store& store, std::size_t count);
  ~HostFunctions();
  HostFunctions(const HostFunctions&) = delete;
  HostFunctions& operator=(const HostFunctions&) = delete;

  /// One more; there must be room. Throws std::bad_alloc.
  void add(HostFunctionSpec spec);
  /// From now on they are that store's.
  void move_to(Store& store) noexcept;
  std::span<HostFunction> cells() { return cells_; }
  std::span<const HostFunction> cells() const { return cells_; }
  /// Takes the collector's marks off; whether there were any.
  bool unmark() noexcept;
  /// What the block takes.
  std::size_t bytes() const { return sizeof(*this) + cells_.capacity() * sizeof(HostFunction); }

  HostFunctions* next = nullptr;  ///< in the list that it is in

 private:
  Store* store_;
  std::shared_ptr<wasm::TypeRegistry> registry_;
  std::vector<HostFunction> cells_;
};

/// Blocks of the same functions whose stores are gone, for the next stores. Thread-safe.
class HostFunctionPool {
 public:
  static constexpr std::size_t most_blocks = 64;

  /// `all` counts what this pool and others keep.
  explicit HostFunctionPool(std::shared_ptr<IdleBytes> all) : all_(std::move(all)) {}
  ~HostFunctionPool();
  HostFunctionPool(const HostFunctionPool&) = delete;
  HostFunctionPool& operator=(const HostFunctionPool&) = delete;

  /// Null if none waits.
  std::unique_ptr<HostFunctions> take() noexcept;
  /// Keeps a block, or frees it where enough is kept.
  void give(std::unique_ptr<HostFunctions> functions) noexcept;

 private:
  std::unique_ptr<HostFunctions> pop() noexcept;

  std::shared_ptr<IdleBytes> all_;
  std::mutex mutex_;
  HostFunctions* idle_ = nullptr;
  std::size_t count_ = 0;
};

/// A store's blocks. Each lives as long as its owner, which is the pool that it came from or will
/// go to, or one of its functions.
class KeptFunctions {
 public:
  KeptFunctions() = default;
  ~KeptFunctions();
  KeptFunctions(const KeptFunctions&) = delete;
  KeptFunctions& operator=(const KeptFunctions&) = delete;

  // `may_be_shared`: nothing in the block is this store's own, so it may go to the pool.

  /// Null if there is none of that owner and kind.
  HostFunctions* find(const std::shared_ptr<HostFunctionPool>& owner, bool may_be_shared) const;
  /// Throws std::bad_alloc.
  HostFunctions& keep(const std::shared_ptr<HostFunctionPool>& owner,
                      std::unique_ptr<HostFunctions> functions, bool may_be_shared);

  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [key, block] : blocks_) visit(*block.functions);
  }
  /// What a collection leaves: how many functions there are in the blocks that live on. The dead
  /// wait to be taken by next_dead().
  std::size_t sweep() noexcept;
  std::unique_ptr<HostFunctions> next_dead() noexcept;
  bool has_dead() const { return dead_ != nullptr; }
  /// Of a store that ends: the blocks go to their pools, or are dead.
  void end() noexcept;

 private:
  struct Block {
    std::weak_ptr<HostFunctionPool> owner;
    std::unique_ptr<HostFunctions> functions;
    bool may_be_shared = false;
  };
  void doom(std::unique_ptr<HostFunctions> functions) noexcept;

  // By the owner's address, where another one may have been before.
  std::unordered_multimap<const HostFunctionPool*, Block> blocks_;
  HostFunctions* dead_ = nullptr;
};

}  // namespace wrun::inline v0::runtime
