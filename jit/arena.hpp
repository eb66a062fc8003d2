#pragma once

// An engine's memory for machine code: all in one range, so that code calls code by relative
// distance. Thread-safe.
//
// A child of fork() shares the memory. So what was there before isn't given back: the first of both
// that writes more, or has much to give back, goes on in a copy.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "lib/os/code_memory.hpp"
#include "lib/os/mapping.hpp"

namespace wrun::inline v0::jit {

/// Address space for code, of each of the two views; little of it is touched.
inline constexpr std::size_t most_code = std::size_t{1} << 30;
/// Of a function's first byte.
inline constexpr std::size_t code_alignment = 64;

class CodeArena {
 public:
  /// For at most that many bytes of code, such that `perf` finds names in its map if that is
  /// wanted. Null if the system refuses executable memory.
  static std::unique_ptr<CodeArena> create(std::uint64_t bytes, bool for_perf);
  /// Room for machine code, aligned to code_alignment; null when there is none. It counts as taken
  /// until free().
  const std::uint8_t* allocate(std::size_t bytes);
  /// The same for what all functions need: some room is kept for that, so that modules can be
  /// loaded when there is none for more code.
  const std::uint8_t* allocate_stub(std::size_t bytes);
  /// Copies code to where it will run; nobody runs it yet. False where the system has no memory.
  bool write(const std::uint8_t* to, std::span<const std::uint8_t> code);
  void free(const std::uint8_t* code) noexcept;

  /// Says whose all that is that allocate() gave, until free(). Before it runs.
  void set_owner(const std::uint8_t* code, const void* owner) noexcept;
  /// Of the code at `pc`, which doesn't go away meanwhile; null: nobody's. Takes no lock.
  const void* owner(const void* pc) const noexcept;

  bool contains(const void* pc) const {
    const auto* at = static_cast<const std::uint8_t*>(pc);
    return at >= memory_.data() && at < memory_.data() + memory_.size();
  }
  /// Bytes that are taken.
  std::size_t used() const;

 private:
  using Pieces = std::map<std::size_t, std::size_t>;  // offset to bytes
  using Owner = std::atomic<const void*>;

  CodeArena(os::CodeMemory memory, os::Mapping owners);

  const std::uint8_t* take(std::size_t bytes, std::size_t most_used);
  // Under the mutex
  const std::uint8_t* take_hole(std::size_t size, std::size_t most_used);
  void make_hole(Pieces::node_type piece) noexcept;
  bool owns_memory() const;
  bool stop_sharing() noexcept;
  Owner& owner_at(std::size_t offset) const;
  Owner& owner_of_region(std::size_t offset) const;
  void set_owner(std::size_t at, std::size_t size, const void* owner) const noexcept;

  os::CodeMemory memory_;
  // Of whatever begins at a multiple of code_alignment, null where nothing begins; then of whatever
  // covers a whole region, null where nothing does.
  os::Mapping owners_;
  std::uint64_t process_;  // of the process whose memory it is
  std::uint64_t forks_;    // how many there had been when nobody shared it
  mutable std::mutex mutex_;
  Pieces free_;
  Pieces taken_;
  Pieces freed_;  // what somebody who shares it may still run
  std::size_t freed_bytes_ = 0;
  std::size_t used_ = 0;  // with freed_bytes_
};

}  // namespace wrun::inline v0::jit
