// The walker's first client, which hears nothing: walking alone validates.

#include <fmt/format.h>

#include "lib/wasm/decoder.hpp"
#include "lib/wasm/quoted.hpp"
#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

namespace {

/// func 12 "name"
std::string describe(const ModuleData& module, FuncIdx func) {
  const auto named = module.names.functions.find(func.value);
  if (named == module.names.functions.end()) return fmt::format("func {}", func.value);
  return fmt::format("func {} {}", func.value, quoted(named->second));
}

}  // namespace

Result<void> validate(ModuleData& module, const DecodeOptions& options) {
  Errors errors;
  NullClient<> client;
  FunctionWalker<NullClient<>, Trust::no> walker(client, options, module.features_used, errors);
  const auto count = static_cast<std::uint32_t>(module.functions.size());
  for (std::uint32_t i = module.imported_functions; i < count; ++i) {
    if (walker.function(module, FuncIdx(i))) continue;
    const Error error = errors.take();
    return Error(error.kind(), *error.offset(),
                 fmt::format("{}: {}", describe(module, FuncIdx(i)), error.message()));
  }
  return {};
}

}  // namespace wrun::inline v0::wasm
