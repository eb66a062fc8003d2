#include "lib/wasm/const_expr_validator.hpp"

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

namespace {

/// Notes the functions that ref.func names.
struct Declarer : NullClient<> {
  explicit Declarer(ModuleData& owner) : module(owner) {}

  void reference_op(auto&, Op op, const Immediates& imm, Operands, Operands) {
    if (op != Op::ref_func) return;
    if (imm.index >= module.declared_functions.size())
      module.declared_functions.resize(module.functions.size());
    module.declared_functions[imm.index] = true;
  }

  ModuleData& module;
};

}  // namespace

struct ConstExprValidator::Impl {
  Impl(ModuleData& module, const DecodeOptions& options, Errors& errors)
      : declarer(module), walker(declarer, options, module.features_used, errors) {}

  Declarer declarer;
  FunctionWalker<Declarer, Trust::no> walker;
};

ConstExprValidator::ConstExprValidator(ModuleData& module, const DecodeOptions& options,
                                       Errors& errors)
    : impl_(std::make_unique<Impl>(module, options, errors)) {}

ConstExprValidator::~ConstExprValidator() = default;

ConstExpr ConstExprValidator::validate(std::uint32_t begin, std::uint32_t end, ValType type,
                                       std::uint32_t visible_globals) {
  auto& walker = impl_->walker;
  if (!walker.expression(impl_->declarer.module, begin, end, type, visible_globals)) return {};
  return {begin, walker.end_offset() - begin};
}

}  // namespace wrun::inline v0::wasm
