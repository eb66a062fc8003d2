#pragma once

// A memory that many stores share: it belongs to none of them, reserves what it may grow to, and
// never moves. Thread-safe. Each store that has it has a Memory cell of its own for it, with the
// size that the store knows; memory.hpp has what stores do with it.

#include <atomic>
#include <cstdint>
#include <memory>

#include <wrun/result.hpp>

#include "lib/os/mapping.hpp"
#include "lib/runtime/limits.hpp"
#include "lib/runtime/parking.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::runtime {

class SharedMemory {
 public:
  /// Zeroed, of the type's minimum; the type is shared and has a maximum. Its bytes are the
  /// budget's as long as it lives, whichever store lets it grow. In an engine that `has_guards` it
  /// has them, if its type can. Errors: limit.
  static Result<std::shared_ptr<SharedMemory>> create(const wasm::MemoryType& type,
                                                      std::shared_ptr<Budget> budget,
                                                      bool has_guards = false);
  /// The same for whoever has room for those bytes, and uses it next.
  static Result<std::shared_ptr<SharedMemory>> make(const wasm::MemoryType& type,
                                                    std::shared_ptr<Budget> budget,
                                                    bool has_guards);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// As declared.
  const wasm::MemoryType& type() const { return type_; }
  std::uint8_t* base() const { return mapping_.data(); }
  /// Bytes, all of them accessible. Never shrinks.
  std::uint64_t size() const noexcept { return size_.load(); }

  enum class Growing : std::uint8_t { done, raced, refused };
  /// From a size in bytes to a larger one. raced: somebody was faster, and the size is another now.
  /// For whoever has room for the difference in the budget, and uses it if that is done.
  Growing grow(std::uint64_t from, std::uint64_t to);
  Budget& budget() const { return *budget_; }

  // Addresses are aligned and in bounds.

  WaitResult wait32(std::uint64_t address, std::uint32_t expected, const Waiting& waiting);
  WaitResult wait64(std::uint64_t address, std::uint64_t expected, const Waiting& waiting);
  std::uint32_t notify(std::uint64_t address, std::uint32_t count) {
    return parking_.notify(address, count);
  }

 private:
  SharedMemory(const wasm::MemoryType& type, std::shared_ptr<Budget> budget)
      : type_(type), budget_(std::move(budget)) {}
  bool reserve(std::uint64_t bytes, bool guards);

  wasm::MemoryType type_;
  std::shared_ptr<Budget> budget_;
  os::Mapping mapping_;
  std::atomic<std::uint64_t> size_{0};
  std::mutex growing_;
  ParkingLot parking_;
};

}  // namespace wrun::inline v0::runtime
