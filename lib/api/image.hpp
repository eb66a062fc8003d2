#pragma once

// A module and its machine code in one piece of bytes: what Module::serialize() gives and the cache
// keeps. Whoever made the bytes is trusted with everything; what is checked is that they are whole,
// and meant for this engine.

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <wrun/result.hpp>

#include "lib/api/image_source.hpp"
#include "lib/api/state.hpp"
#include "lib/wasm/siphash.hpp"

namespace wrun::inline v0::api {

/// The key of images that anybody may look into: their hash finds damage only.
inline constexpr wasm::HashKey open_key = {0, 0};

/// What they begin with.
inline constexpr std::array<char, 8> image_magic = {'\x7f', 'w', 'r', 'u', 'n', 'e', 'x', 'e'};
inline bool is_image(std::span<const std::uint8_t> content) {
  return content.size() >= image_magic.size() &&
         std::memcmp(content.data(), image_magic.data(), image_magic.size()) == 0;
}

/// All that selects an engine's machine code, as text. Errors: usage (there is no compiler, or the
/// build has no identification).
Result<std::string> image_key(EngineState& engine);

/// Compiles all of the module. Errors: as image_key(), limit.
Result<std::vector<std::uint8_t>> make_image(const ModuleState& module, const wasm::HashKey& key);

/// The module in an image. Errors: malformed (not an image, a damaged one, or `wanted` is said and
/// the image is of another module), usage (one for something else), limit.
Result<Module> load_image(const std::shared_ptr<EngineState>& engine, ImageSource image,
                          const wasm::HashKey& key,
                          std::optional<std::span<const std::uint8_t>> wanted = std::nullopt);

}  // namespace wrun::inline v0::api
