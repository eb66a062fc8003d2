#include "lib/api/inspect.hpp"

#include "lib/api/boundary.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"
#include "lib/interp/interp.hpp"

namespace wrun::inline v0::api {

const wasm::ModuleData& data(const Module& module) {
  return *ModuleAccess::state(module)->data;
}

Result<std::string> slots(const Module& module, std::uint32_t index) {
  return guarded([&]() -> Result<std::string> {
    const wasm::ModuleData& functions = data(module);
    if (index < functions.imported_functions || index >= functions.functions.size())
      return Error(ErrorKind::usage, "no function with that index has a body");
    return interp::print_slots(*ModuleAccess::state(module), index);
  });
}

std::uint32_t interpreted_functions(const Module& module) {
  return interp::translated_functions(*ModuleAccess::state(module));
}

Result<HeapCounts> heap_counts(const Store& store) {
  const Session session(store);
  if (!session) return session.error();
  return HeapCounts{session->store.cell_count(), session->store.handle_count()};
}

void stress_collector(const Store& store) {
  const Session session(store);
  if (session) session->store.heap().set_stress();
}

}  // namespace wrun::inline v0::api
