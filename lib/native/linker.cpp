#include <wrun/linker.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/state.hpp"
#include "lib/native/call.hpp"
#include "lib/native/library.hpp"
#include "lib/native/signature.hpp"

namespace wrun::inline v0 {

Linker& Linker::native(std::string_view module, std::string_view name, std::string_view signature,
                       const NativeFunction& function) {
  if (!state_) return *this;
  auto defined = api::guarded([&]() -> Result<void> {
    auto parsed = native::parse_signature(signature);
    if (!parsed) return std::move(parsed).error();
    auto found = native::find(function);
    if (!found) return std::move(found).error();
    auto made = native::make_host_func(std::move(*parsed), std::move(*found));
    if (!made) return std::move(made).error();
    add(module, name, std::move(*made));
    return {};
  });
  if (!defined && !state_->mistake) state_->mistake = std::move(defined).error();
  return *this;
}

}  // namespace wrun::inline v0
