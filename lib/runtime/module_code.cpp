#include <utility>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

namespace {

std::size_t bodies(const wasm::ModuleData& module) {
  return module.functions.size() - module.imported_functions;
}

}  // namespace

ModuleCode::ModuleCode(std::shared_ptr<const wasm::ModuleData> module)
    : data(std::move(module)), cells(std::make_unique<CodeCell[]>(bodies(*data))) {}

ModuleCode::~ModuleCode() {
  if (!free_slot_code) return;
  for (std::size_t i = 0; i < bodies(*data); ++i) {
    if (const SlotCode* code = cells[i].slot_code.load(std::memory_order_acquire)) {
      free_slot_code(code);
    }
  }
}

}  // namespace wrun::inline v0::runtime
