#pragma once

// Shared memories as C programs hold them.

#include <wrun/c/shared_memory.h>
#include <wrun/shared_memory.hpp>

struct wrun_shared_memory_t {
  wrun::SharedMemory memory;
};
