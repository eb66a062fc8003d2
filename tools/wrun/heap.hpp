#pragma once

namespace wrun::inline v0::tool {

/// Suits malloc to a process that loads a few modules, runs one and ends. Before there are threads.
void prepare_heap() noexcept;

}  // namespace wrun::inline v0::tool
