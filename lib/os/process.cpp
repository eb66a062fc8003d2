#include "lib/os/process.hpp"

#include <unistd.h>

namespace wrun::inline v0::os {

int process_id() noexcept {
  return static_cast<int>(getpid());
}

}  // namespace wrun::inline v0::os
