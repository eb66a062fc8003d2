#include <utility>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

namespace {

std::size_t bodies(const wasm::ModuleData& module) {
  return module.functions.size() - module.imported_functions;
}

}  // namespace

ModuleCode::ModuleCode(std::shared_ptr<const wasm::ModuleData> module,
                       std::shared_ptr<IdleBytes> idle_bytes)
    : data(std::move(module)),
      cells(std::make_unique<CodeCell[]>(bodies(*data))),
      idle(std::move(idle_bytes)) {}

}  // namespace wrun::inline v0::runtime
