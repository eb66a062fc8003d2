#pragma once

// What the decoders of sections share. Internal to the decoder.

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/wasm/const_expr_validator.hpp"
#include "lib/wasm/decoder.hpp"
#include "lib/wasm/errors.hpp"
#include "lib/wasm/feature_check.hpp"
#include "lib/wasm/module_data.hpp"
#include "lib/wasm/type_reader.hpp"

namespace wrun::inline v0::wasm {

using ModuleReader = Reader<Trust::no>;

class Decoding {
 public:
  Decoding(ModuleData& module_data, const DecodeOptions& options)
      : module(module_data),
        limits(options.limits),
        features(options.features, module_data.features_used, errors),
        options_(options) {}
  Decoding(const Decoding&) = delete;
  Decoding& operator=(const Decoding&) = delete;

  ModuleData& module;
  const DecodeLimits& limits;
  Errors errors;
  FeatureCheck features;

  /// The number of things that follow, each of at least `min_bytes`, of which the module has
  /// `have` already and may have `limit`; 0 after an error. What it returns is safe to reserve.
  std::uint32_t count(ModuleReader& in, std::string_view what, std::size_t min_bytes,
                      std::size_t have, std::uint32_t limit);

  /// A reader of types that may name any type decoded so far.
  TypeReader<Trust::no> types(ModuleReader& in) {
    return {in, static_cast<std::uint32_t>(module.types.types.size()), &features};
  }

  /// An index below `size`, or "unknown WHAT N".
  std::uint32_t index(ModuleReader& in, std::string_view what, std::size_t size);
  /// A valid constant expression of that type. It may use the globals decoded so far,
  /// or before garbage collection the imported ones.
  ConstExpr const_expr(ModuleReader& in, ValType type);
  /// The index of a function type.
  TypeIdx func_type_index(ModuleReader& in);

  bool need(Feature feature, std::uint32_t offset, std::string_view what) {
    return features.need(feature, offset, what);
  }
  /// Notes that ref.func may name it.
  void declare(FuncIdx function);

 private:
  const DecodeOptions& options_;
  std::optional<ConstExprValidator> const_exprs_;  // made for the first expression
};

}  // namespace wrun::inline v0::wasm
