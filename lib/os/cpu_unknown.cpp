#include "lib/os/cpu.hpp"

namespace wrun::inline v0::os {

bool has_x86_64_v2() noexcept {
  return false;
}

CpuExtensions cpu_extensions() noexcept {
  return {};
}

}  // namespace wrun::inline v0::os
