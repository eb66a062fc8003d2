// What precompiled modules and the cache of them are to a library without a compiler.

#include "lib/api/build.hpp"
#include "lib/api/image.hpp"
#include "lib/api/state.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::api {

Result<std::string> image_key(EngineState& engine) {
  (void)engine.compiler();
  return Error(ErrorKind::usage, compose("there is no compiler: {}", engine.no_compiler));
}

Result<std::vector<std::uint8_t>> make_image(const ModuleState& module, const wasm::HashKey&) {
  return image_key(*module.engine).error();
}

Result<Module> load_image(const std::shared_ptr<EngineState>& engine, ImageSource,
                          const wasm::HashKey&, std::optional<std::span<const std::uint8_t>>) {
  return image_key(*engine).error();
}

Result<Module> build_cached(const std::shared_ptr<EngineState>& engine, Bytes&& bytes) {
  return build_anew(engine, std::move(bytes));
}

}  // namespace wrun::inline v0::api
