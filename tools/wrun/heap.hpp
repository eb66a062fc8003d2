#pragma once

namespace wrun::inline v0::tool {

/// Suits malloc to a process that loads a module, runs it and ends. Before there are threads.
void prepare_heap() noexcept;

}  // namespace wrun::inline v0::tool
