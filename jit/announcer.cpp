#include "jit/announcer.hpp"

#include <new>

#include "jit/native_module.hpp"
#include "lib/os/perf_files.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

/// From the name section or an export.
std::string name_of(const wasm::ModuleData& module, std::uint32_t function) {
  const auto& names = module.names.functions;
  if (const auto named = names.find(function); named != names.end())
    return std::string(named->second);
  for (const wasm::Export& each : module.exports)
    if (each.kind == wasm::ExternKind::func && each.index == function)
      return std::string(each.name);
  return compose("func[{}]", function);
}

/// In one line of text, whatever the module says.
std::string shown_name(const wasm::ModuleData& module, CodeKey key) {
  std::string name = name_of(module, key.function);
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return key.loop == 0 ? name : compose("{}:loop@{:#x}", name, key.loop);
}

}  // namespace

void Announcer::made(const wasm::ModuleData& module, CodeKey key,
                     const NativeFunction& function) noexcept try {
  if (!is_wanted()) return;
  const std::string name = shown_name(module, key);
  const os::NamedCode code{function.code, {function.code, function.size}, name};
  if (wanted_.perf_map) os::write_perf_map(code);
  if (wanted_.jitdump) os::write_jitdump(code);
  if (wanted_.debugger)
    debugged_[function.code] = std::make_unique<GdbEntry>(
        gdb_object({function.code, function.size, function.frame_start, name}));
} catch (const std::bad_alloc&) {
}

void Announcer::gone(const std::uint8_t* code) noexcept {
  debugged_.erase(code);
}

}  // namespace wrun::inline v0::jit
