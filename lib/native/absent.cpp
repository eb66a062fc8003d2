// What native functions are in a library that was built without libffi.

#include <wrun/linker.hpp>
#include <wrun/native.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/state.hpp"

namespace wrun::inline v0 {

namespace {

Error no_libffi() {
  return Error(ErrorKind::usage, "this library was built without libffi");
}

}  // namespace

class detail::NativeCode {};

Linker& Linker::native(std::string_view, std::string_view, std::string_view,
                       const NativeFunction&) {
  if (!state_) return *this;
  auto defined = api::guarded([&]() -> Result<void> { return no_libffi(); });
  if (!state_->mistake) state_->mistake = std::move(defined).error();
  return *this;
}

Result<detail::Shared<detail::NativeCode>> detail::make_native(Handle, Handle, NativeKind,
                                                               std::span<const NativeKind>) {
  return api::guarded([&]() -> Result<Shared<NativeCode>> { return no_libffi(); });
}

void* detail::native_address(const NativeCode&) noexcept {
  return nullptr;
}

bool detail::take_native_failure(NativeCode*, CallFailure&) noexcept {
  return false;
}

}  // namespace wrun::inline v0
