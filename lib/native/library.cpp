#include "lib/native/library.hpp"

#include <dlfcn.h>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::native {

namespace {

Error not_found(const std::string& what) {
  const char* why = dlerror();
  return Error(ErrorKind::io, compose("{}: {}", what, why ? why : "not found"));
}

}  // namespace

Result<Found> find(const NativeFunction& function) {
  if (function.address()) return Found{function.address(), nullptr};
  if (function.symbol().empty()) return Error(ErrorKind::usage, "a native function at no address");
  Found found;
  void* scope = RTLD_DEFAULT;
  if (!function.library().empty()) {
    void* library = dlopen(function.library().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) return not_found(function.library());
    found.library = std::shared_ptr<void>(library, [](void* opened) { dlclose(opened); });
    scope = library;
  }
  void* symbol = dlsym(scope, function.symbol().c_str());
  if (!symbol) return not_found(function.symbol());
  found.address = reinterpret_cast<NativeFunction::Address>(symbol);
  return found;
}

}  // namespace wrun::inline v0::native
