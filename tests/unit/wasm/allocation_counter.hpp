#pragma once

#include <cstddef>

namespace wrun::test {

/// How often this program has called operator new, which it replaces.
std::size_t allocation_count();

}  // namespace wrun::test
