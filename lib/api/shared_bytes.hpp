#pragma once

// The bytes of a shared memory, for code of the library that reads and writes them by relaxed
// atomic accesses. Not installed: hosts copy (SharedMemory).

#include <cstdint>
#include <span>

#include <wrun/memory.hpp>
#include <wrun/result.hpp>

namespace wrun::inline v0::api {

/// As many as there are now; they stay where they are while the store has the memory. Errors:
/// usage.
Result<std::span<std::uint8_t>> shared_bytes(const Memory& memory);

}  // namespace wrun::inline v0::api
