#pragma once

// What the memory of a module's instances begins with, once, and mappings of former instances that
// begin with it again: a new instance takes one instead of asking the system for a memory and
// copying its data segments into it. Only pages that were touched cost anything. Thread-safe.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "lib/os/image_file.hpp"
#include "lib/os/mapping.hpp"
#include "lib/os/stack_pool.hpp"
#include "lib/runtime/memory_slots.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::runtime {

struct Memory;

/// An engine's: idle stacks and memories, the file of its images, and how many idle mappings there
/// may be.
struct MemoryPool {
  /// Whether machine code relies on what lies behind a memory: see has_guard(). Chosen before any
  /// memory is made.
  bool has_guards = false;
  MemorySlots slots;
  os::StackPool stacks;
  os::ImageFile images;
  std::atomic<std::uint32_t> idle{0};
  static constexpr std::uint32_t most_idle = 1024;
};

/// Of a memory that is about to be destroyed: a reservation of the usual size goes to the pool,
/// unless give_back() has a better place for it.
void give_slot_back(Memory& memory, MemoryPool& pool) noexcept;

class InitialMemory {
 public:
  /// For the first memory that the module has itself.
  InitialMemory(std::shared_ptr<const wasm::ModuleData> module, std::shared_ptr<MemoryPool> pool);
  ~InitialMemory();
  InitialMemory(const InitialMemory&) = delete;
  InitialMemory& operator=(const InitialMemory&) = delete;

  /// Whether that memory can have one: it isn't shared, and never moves.
  static bool is_possible(const wasm::ModuleData& module);

  /// A mapping of `reserved` bytes with the first `bytes` accessible and contents in place. Nothing
  /// the first time, when an image would cost more than it saves, or if the system refuses.
  std::optional<os::Mapping> take(std::uint64_t bytes, std::uint64_t reserved) noexcept;
  /// Takes back one whose memory has grown to `size`.
  void give(os::Mapping mapping, std::uint64_t bytes, std::uint64_t size) noexcept;
  std::size_t idle() const;

 private:
  enum class State : std::uint8_t { untried, usable, unusable };

  bool prepare() noexcept;
  bool make_image();
  std::optional<os::Mapping> make(std::uint64_t bytes, std::uint64_t reserved) noexcept;

  std::shared_ptr<const wasm::ModuleData> module_;
  std::shared_ptr<MemoryPool> pool_;
  std::uint32_t memory_;
  std::atomic<bool> used_before_{false};
  mutable std::mutex mutex_;
  State state_ = State::untried;
  std::optional<os::ImageFile::Place> image_;  // none if there are no data segments
  std::vector<os::Mapping> idle_;
};

}  // namespace wrun::inline v0::runtime
