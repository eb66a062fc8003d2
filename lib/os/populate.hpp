#pragma once

// Has the system make pages ready at once that will all be used: each fault would cost more.

#include <cstddef>

namespace wrun::inline v0::os {

/// The whole pages in a range that is mapped, for whoever will write to it, or read it or run it.
/// Where the system can't, they are made as they are touched.
void populate_for_writing(void* start, std::size_t bytes) noexcept;
void populate_for_reading(const void* start, std::size_t bytes) noexcept;

}  // namespace wrun::inline v0::os
