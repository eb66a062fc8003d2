#pragma once

// Instructions that move many bytes or elements: in pieces, so that a request to stop waits for
// none of them.

#include <algorithm>
#include <cstdint>

#include "lib/runtime/exec_state.hpp"

namespace wrun::inline v0::runtime {

/// What came of one. Nothing is written where something is out of bounds.
enum class Bulk : std::uint8_t { done, out_of_bounds, stopped };

enum class Direction : bool { up, down };

/// Of memmove's arguments: where what is read last may not be overwritten before.
inline Direction direction_of(const void* to, const void* from, std::uint64_t bytes) {
  const auto distance =
      reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
  return distance < bytes ? Direction::down : Direction::up;
}

/// Calls move(at, n) for pieces of [0, count) of things of `width` bytes.
template <class Move>
Bulk in_pieces(const ExecState& state, std::uint64_t count, std::uint32_t width,
               Direction direction, Move&& move) {
  // The system takes some 0.1 ms to provide as much memory.
  constexpr std::uint64_t piece_bytes = 256 * 1024;
  const std::uint64_t most = piece_bytes / width;
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t n = std::min(count - done, most);
    move(static_cast<std::size_t>(direction == Direction::up ? done : count - done - n),
         static_cast<std::size_t>(n));
    done += n;
    if (done < count && state.stop.load(std::memory_order_relaxed) != ExecState::Stop::none)
      return Bulk::stopped;
  }
  return Bulk::done;
}

}  // namespace wrun::inline v0::runtime
