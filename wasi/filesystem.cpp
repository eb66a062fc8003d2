#include <wrun/wasi/filesystem.hpp>
#include <wrun/wasi/streams.hpp>

namespace wrun::inline v0::wasi {

std::unique_ptr<Pollable> File::readable() {
  return always_ready();
}
std::unique_ptr<Pollable> File::writable() {
  return always_ready();
}

}  // namespace wrun::inline v0::wasi
