#include "tools/wrun/heap.hpp"

#include <cstdlib>  // says whether this is glibc

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace wrun::inline v0::tool {

void prepare_heap() noexcept {
#if defined(__GLIBC__)
  // What a large function's translation and compilation take and give back: the next one has the
  // same pages, and not new ones.
  constexpr int kept_bytes = 4 * 1024 * 1024;
  mallopt(M_TRIM_THRESHOLD, kept_bytes);
  mallopt(M_MMAP_THRESHOLD, kept_bytes);
#endif
}

}  // namespace wrun::inline v0::tool
