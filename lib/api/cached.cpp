// Modules whose machine code is in the cache.

#include <optional>
#include <string>

#include "lib/api/build.hpp"
#include "lib/api/image.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"

namespace wrun::inline v0::api {

namespace {

using Engines = std::shared_ptr<EngineState>;

/// What the cache has of a module's code; nothing if there is none that is good. Good code for
/// which there is no room is ErrorKind::limit: there would be none for the same code made anew.
std::optional<Result<Module>> find_cached(const Engines& engine, const std::string& name,
                                          std::span<const std::uint8_t> bytes) {
  const CodeCache& cache = *engine->cache;
  auto image = cache.find(name);
  if (!image) return std::nullopt;
  auto loaded = load_image(engine, *std::move(image), cache.key(), bytes);
  if (loaded || loaded.error().kind() == ErrorKind::limit) return loaded;
  cache.remove(name);
  return std::nullopt;
}

}  // namespace

Result<Module> build_cached(const Engines& engine, Bytes&& bytes) {
  CodeCache& cache = *engine->cache;
  if (auto opened = cache.open(); !opened) return std::move(opened).error();
  const auto key = image_key(*engine);
  if (!key) return build_anew(engine, std::move(bytes));
  const std::string name = cache.name_of(*key, bytes);
  if (auto found = find_cached(engine, name, bytes))
    return *found ? *std::move(found) : build_anew(engine, std::move(bytes));
  auto module = build_anew(engine, std::move(bytes));
  if (!module) return module;
  const auto image = make_image(*ModuleAccess::state(*module), cache.key());
  if (!image) return module;
  cache.put(name, *image);
  auto loaded = load_image(engine, ImageSource(*image), cache.key());
  return loaded ? std::move(loaded) : std::move(module);
}

}  // namespace wrun::inline v0::api
