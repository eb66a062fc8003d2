#pragma once

// Bytes to ModuleData. decode() checks everything but function bodies; validate() walks those.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <wrun/features.hpp>
#include <wrun/result.hpp>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wasm {

/// Implementation limits; the defaults are those of the JS embedding API, so that a module that
/// loads in a browser loads here. Going over one is ErrorKind::limit.
/// https://webassembly.github.io/spec/js-api/#limits
struct DecodeLimits {
  std::uint64_t module_size = 1024u * 1024 * 1024;
  std::uint32_t types = 1'000'000;
  std::uint32_t rec_group_size = 1'000'000;
  std::uint32_t functions = 1'000'000;
  std::uint32_t imports = 1'000'000;
  std::uint32_t exports = 1'000'000;
  std::uint32_t globals = 1'000'000;
  std::uint32_t tags = 1'000'000;
  std::uint32_t tables = 100'000;
  std::uint32_t memories = 100;
  std::uint32_t data_segments = 100'000;
  std::uint32_t element_segments = 10'000'000;
  std::uint32_t segment_elements = 10'000'000;
  std::uint32_t function_size = 7'654'321;
  std::uint32_t locals = 50'000;
  std::uint32_t params = 1'000;
  std::uint32_t results = 1'000;
  std::uint32_t fields = 10'000;
};

struct DecodeOptions {
  Features features = Features::wasm3();
  DecodeLimits limits;
};

/// Decodes and validates all but function bodies. Types are interned in `registry`. The error has
/// a kind (malformed, invalid or limit) and the byte offset of what is wrong.
Result<std::shared_ptr<ModuleData>> decode(std::vector<std::uint8_t> bytes,
                                           const DecodeOptions& options,
                                           std::shared_ptr<TypeRegistry> registry);

/// Validates every function body; the first error wins. Adds to features_used.
/// https://webassembly.github.io/spec/core/valid/index.html
Result<void> validate(ModuleData& module, const DecodeOptions& options);

}  // namespace wrun::inline v0::wasm
