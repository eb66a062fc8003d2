#include "lib/wasm/decoding.hpp"

namespace wrun::inline v0::wasm {

std::uint32_t Decoding::count(ModuleReader& in, std::string_view what, std::size_t min_bytes,
                              std::size_t have, std::uint32_t limit) {
  const std::uint32_t start = in.offset();
  const std::uint32_t count = in.u32();
  if (count > in.remaining() / min_bytes) {
    in.fail(start, "unexpected end of section or function: {} {} don't fit in {} bytes", count,
            what, in.remaining());
  } else if (have + count > limit) {
    errors.limit(start, "{} {} are too many, the limit is {}", have + count, what, limit);
    in.stop();
  }
  return in.ok() ? count : 0;
}

std::uint32_t Decoding::index(ModuleReader& in, std::string_view what, std::size_t size) {
  const std::uint32_t start = in.offset();
  const std::uint32_t index = in.u32();
  if (!in.ok() || index < size) return in.ok() ? index : 0;
  in.fail_invalid(start, "unknown {} {}", what, index);
  return 0;
}

ConstExpr Decoding::const_expr(ModuleReader& in, ValType type) {
  if (!in.ok()) return {};
  const std::uint32_t start = in.offset();
  const auto end = start + static_cast<std::uint32_t>(in.remaining());
  const auto globals = features.has(Feature::gc) ? static_cast<std::uint32_t>(module.globals.size())
                                                 : module.imported_globals;
  if (!const_exprs_) const_exprs_.emplace(module, options_, errors);
  const ConstExpr expr = const_exprs_->validate(start, end, type, globals);
  if (in.ok())
    in.seek(expr.offset + expr.size);
  else
    in.stop();
  return expr;
}

TypeIdx Decoding::func_type_index(ModuleReader& in) {
  const std::uint32_t start = in.offset();
  const TypeIdx type = types(in).type_index();
  if (in.ok() && module.types.types[type.value].kind != CompositeKind::func)
    in.fail_invalid(start, "unknown type: {} is not a function type", type.value);
  return type;
}

void Decoding::declare(FuncIdx function) {
  if (module.declared_functions.size() < module.functions.size())
    module.declared_functions.resize(module.functions.size());
  module.declared_functions[function.value] = true;
}

}  // namespace wrun::inline v0::wasm
