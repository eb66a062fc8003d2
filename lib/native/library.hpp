#pragma once

// Finding native functions.

#include <memory>

#include <wrun/native.hpp>
#include <wrun/result.hpp>

namespace wrun::inline v0::native {

struct Found {
  NativeFunction::Address address = nullptr;
  std::shared_ptr<void> library;  ///< keeps it loaded; null for what the process has loaded itself
};

/// Errors: io (no such library or symbol), usage (a null address).
Result<Found> find(const NativeFunction& function);

}  // namespace wrun::inline v0::native
