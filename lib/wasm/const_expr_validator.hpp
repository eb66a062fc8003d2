#pragma once

// Constant expressions, validated by the same walk as function bodies.
//
// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions

#include <cstdint>
#include <memory>

#include "lib/wasm/decoder.hpp"
#include "lib/wasm/errors.hpp"

namespace wrun::inline v0::wasm {

/// Reads one expression after the other, reusing its memory.
class ConstExprValidator {
 public:
  /// Adds to module.features_used and module.declared_functions. All must outlive this.
  ConstExprValidator(ModuleData& module, const DecodeOptions& options, Errors& errors);
  ~ConstExprValidator();
  ConstExprValidator(const ConstExprValidator&) = delete;
  ConstExprValidator& operator=(const ConstExprValidator&) = delete;

  /// The expression of type [] -> [type] that begins at `begin` and ends before `end`, with its
  /// `end`. It may use the globals below `visible_globals`, which are decoded. After an error,
  /// which is in `errors`, an empty range.
  ConstExpr validate(std::uint32_t begin, std::uint32_t end, ValType type,
                     std::uint32_t visible_globals);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wrun::inline v0::wasm
