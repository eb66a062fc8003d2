#pragma once

// Which process this is: a child of fork() has its parent's objects, and another number.

namespace wrun::inline v0::os {

int process_id() noexcept;

}  // namespace wrun::inline v0::os
