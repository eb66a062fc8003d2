// Validation is walking: of function bodies for a client that hears nothing, of constant
// expressions for the same one, which then notes the functions that are named.

#include "lib/wasm/compose.hpp"
#include "lib/wasm/const_expr_validator.hpp"
#include "lib/wasm/decoder.hpp"
#include "lib/wasm/quoted.hpp"
#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

namespace {

struct Validator : NullClient<> {
  static constexpr bool hears_common = false;

  void reference_op(auto&, Op op, const Immediates& imm, Operands, Operands) {
    if (declaring == nullptr || op != Op::ref_func) return;
    if (imm.index >= declaring->declared_functions.size())
      declaring->declared_functions.resize(declaring->functions.size());
    declaring->declared_functions[imm.index] = true;
  }

  void call(auto&, Op, FuncIdx callee, const FuncType&, Operands, Operands) {
    callees |= ModuleData::callee_bit(callee);
  }

  std::uint64_t callees = 0;        ///< of the body at hand
  ModuleData* declaring = nullptr;  ///< whose constant expressions these are
};
using ValidatingWalker = FunctionWalker<Validator, Trust::no>;

/// func 12 "name"
std::string describe(const ModuleData& module, FuncIdx func) {
  const auto named = module.names.functions.find(func.value);
  if (named == module.names.functions.end()) return compose("func {}", func.value);
  return compose("func {} {}", func.value, quoted(named->second));
}

}  // namespace

Result<void> validate(ModuleData& module, const DecodeOptions& options) {
  Errors errors;
  Validator client;
  ValidatingWalker walker(client, options, module.features_used, errors);
  const auto count = static_cast<std::uint32_t>(module.functions.size());
  module.callees.assign(count, 0);
  for (std::uint32_t i = module.imported_functions; i < count; ++i) {
    client.callees = 0;
    const bool is_valid = walker.function(module, FuncIdx(i));
    module.callees[i] = client.callees;
    if (is_valid) continue;
    const Error error = errors.take();
    return Error(error.kind(), *error.offset(),
                 compose("{}: {}", describe(module, FuncIdx(i)), error.message()));
  }
  return {};
}

struct ConstExprValidator::Impl {
  Impl(ModuleData& module, const DecodeOptions& options, Errors& errors)
      : walker(client, options, module.features_used, errors) {
    client.declaring = &module;
  }

  Validator client;
  ValidatingWalker walker;
};

ConstExprValidator::ConstExprValidator(ModuleData& module, const DecodeOptions& options,
                                       Errors& errors)
    : impl_(std::make_unique<Impl>(module, options, errors)) {}

ConstExprValidator::~ConstExprValidator() = default;

ConstExpr ConstExprValidator::validate(std::uint32_t begin, std::uint32_t end, ValType type,
                                       std::uint32_t visible_globals) {
  ValidatingWalker& walker = impl_->walker;
  if (!walker.expression(*impl_->client.declaring, begin, end, type, visible_globals)) return {};
  return {begin, walker.end_offset() - begin};
}

}  // namespace wrun::inline v0::wasm
