#include "lib/runtime/instantiate.hpp"

#include <new>
#include <utility>

#include "lib/runtime/cells.hpp"
#include "lib/runtime/const_eval.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/table.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

using wasm::ExternKind;

namespace {

/// One instantiation: the steps in the order in which they run.
class Instantiation {
 public:
  Instantiation(Store& store, Instance& instance)
      : store_(store), instance_(instance), module_(*instance.code->data) {}

  Result<Instance*> run(std::span<const Extern> imports) {
    import(imports);
    define_functions();
    define_tags();
    publish();
    using Step = Result<void> (Instantiation::*)();
    for (const Step step : {&Instantiation::define_memories, &Instantiation::define_globals,
                            &Instantiation::define_tables, &Instantiation::evaluate_elements,
                            &Instantiation::run_elements, &Instantiation::run_data}) {
      if (auto done = (this->*step)(); !done) return std::move(done).error();
      publish();
    }
    return &instance_;
  }

 private:
  void import(std::span<const Extern> imports);
  void define_functions();
  void define_tags();
  Result<void> define_memories();
  Result<void> define_globals();
  Result<void> define_tables();
  Result<void> evaluate_elements();
  Error stopped();
  Result<void> run_elements();
  Result<void> run_data();
  /// Sets the members that running code reads.
  void publish();

  Result<std::uint64_t> address(wasm::ConstExpr expression, bool is_64) const;

  Store& store_;
  Instance& instance_;
  const wasm::ModuleData& module_;
};

void Instantiation::import(std::span<const Extern> imports) {
  instance_.function_refs.resize(module_.functions.size());
  const FuncRef** function = instance_.function_refs.data();
  for (std::size_t i = 0; i < module_.imports.size(); ++i) {
    const Extern& object = imports[i];
    switch (module_.imports[i].kind) {
      case ExternKind::func:
        *function++ = object.function();
        break;
      case ExternKind::table:
        instance_.table_cells.push_back(object.table());
        break;
      case ExternKind::memory:
        instance_.memory_cells.push_back(object.memory());
        break;
      case ExternKind::global:
        instance_.global_cells.push_back(object.global());
        instance_.global_slots.push_back(object.global()->value);
        break;
      case ExternKind::tag:
        instance_.tag_cells.push_back(object.tag());
        break;
    }
  }
}

void Instantiation::define_functions() {
  if (instance_.has_functions) return;
  const std::uint32_t imported = module_.imported_functions;
  instance_.own_functions.resize(module_.functions.size() - imported);
  const FuncRef** ref = instance_.function_refs.data() + imported;
  const CodeCell* cell = instance_.code->cells.get();
  std::uint32_t index = imported;
  for (FuncRef& function : instance_.own_functions) {
    function.cell = cell++;
    function.type = module_.id_of(module_.functions[index].type);
    function.index = index++;
    function.instance = &instance_;
    *ref++ = &function;
  }
  if (instance_.code->native != nullptr && !instance_.own_functions.empty()) {
    instance_.heat_storage.reset(static_cast<std::uint32_t*>(
        std::calloc(instance_.own_functions.size(), sizeof(std::uint32_t))));
    instance_.heat = instance_.heat_storage.get();
    if (instance_.heat == nullptr) throw std::bad_alloc();
  }
  instance_.has_functions = true;
}

void Instantiation::define_tags() {
  instance_.tag_cells.reserve(module_.tags.size());
  for (std::size_t i = module_.imported_tags; i < module_.tags.size(); ++i) {
    instance_.tag_cells.push_back(&create_tag(store_, module_.id_of(module_.tags[i].type)));
  }
}

Result<void> Instantiation::define_memories() {
  instance_.memory_cells.reserve(module_.memories.size());
  for (std::size_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
    const bool is_first = i == module_.imported_memories;
    auto memory = create_memory(store_, module_.memories[i],
                                is_first ? instance_.code->initial_memory : nullptr);
    if (!memory) return std::move(memory).error();
    instance_.memory_cells.push_back(*memory);
  }
  return {};
}

// A global's expression may read those before it.
Result<void> Instantiation::define_globals() {
  instance_.global_cells.reserve(module_.globals.size());
  instance_.global_slots.reserve(module_.globals.size());
  for (std::size_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
    const wasm::Global& declared = module_.globals[i];
    auto value = evaluate(instance_, declared.init);
    if (!value) return std::move(value).error();
    const CanonGlobalType type{module_.canonical(declared.type.type), declared.type.is_mutable};
    Global& global = create_global(store_, type, value->slots);
    instance_.global_cells.push_back(&global);
    instance_.global_slots.push_back(global.value);
  }
  return {};
}

// The value comes after its table, so that nothing but the table holds it.
Result<void> Instantiation::define_tables() {
  instance_.table_cells.reserve(module_.tables.size());
  for (std::size_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
    const wasm::Table& declared = module_.tables[i];
    const CanonTableType type{module_.canonical(declared.type.element), declared.type.limits};
    auto table = create_table(store_, type, null_ref);
    if (!table) return std::move(table).error();
    instance_.table_cells.push_back(*table);
    if (!declared.init) continue;
    auto value = evaluate(instance_, *declared.init);
    if (!value) return std::move(value).error();
    fill(**table, 0, value->get<Ref>(), (*table)->size);
  }
  return {};
}

Result<void> Instantiation::evaluate_elements() {
  for (std::size_t i = 0; i < module_.elements.size(); ++i) {
    std::vector<Ref>& values = instance_.element_values[i];
    values.reserve(module_.elements[i].expressions.size());
    for (const wasm::ConstExpr& expression : module_.elements[i].expressions) {
      auto value = evaluate(instance_, expression);
      if (!value) return std::move(value).error();
      values.push_back(value->get<Ref>());
    }
  }
  return {};
}

Result<std::uint64_t> Instantiation::address(wasm::ConstExpr expression, bool is_64) const {
  auto value = evaluate(instance_, expression);
  if (!value) return std::move(value).error();
  return is_64 ? value->get<std::uint64_t>() : value->get<std::uint32_t>();
}

/// What a request to stop makes of instantiating. It is done with unless calls are running, too.
Error Instantiation::stopped() {
  ExecState& state = *instance_.state;
  Error error = stopped_error(state);
  if (state.records == nullptr) state.rearm_after(ExecState::Stop::interrupted);
  return error;
}

Result<void> Instantiation::run_elements() {
  for (std::size_t i = 0; i < module_.elements.size(); ++i) {
    const wasm::ElementSegment& segment = module_.elements[i];
    const wasm::ElemIdx index(static_cast<std::uint32_t>(i));
    if (segment.mode == wasm::SegmentMode::active) {
      Table& table = *instance_.table_cells[segment.table.value];
      const auto to = address(segment.offset, table.limits.is_64);
      if (!to) return to.error();
      const Bulk result = init(instance_, table, index, *to, 0, segment.size());
      if (result == Bulk::out_of_bounds) return make_trap(TrapCode::out_of_bounds_table_access);
      if (result == Bulk::stopped) return stopped();
    }
    if (segment.mode != wasm::SegmentMode::passive) drop(instance_, index);
  }
  return {};
}

Result<void> Instantiation::run_data() {
  for (std::size_t i = 0; i < module_.data.size(); ++i) {
    const wasm::DataSegment& segment = module_.data[i];
    const wasm::DataIdx index(static_cast<std::uint32_t>(i));
    if (segment.mode != wasm::SegmentMode::active) continue;
    Memory& memory = *instance_.memory_cells[segment.memory.value];
    if (segment.memory.value == module_.imported_memories && memory.initial) {
      drop(instance_, index);
      continue;
    }
    const auto to = address(segment.offset, memory.type.limits.is_64);
    if (!to) return to.error();
    const Bulk result = init(instance_, memory, index, *to, 0, segment.bytes.size);
    if (result == Bulk::out_of_bounds) return make_memory_trap(*to, size_in_bytes(memory));
    if (result == Bulk::stopped) return stopped();
    drop(instance_, index);
  }
  return {};
}

void Instantiation::publish() {
  instance_.memory0 = instance_.memory_cells.empty() ? nullptr : instance_.memory_cells.front();
  instance_.functions = instance_.function_refs.data();
  instance_.globals = instance_.global_slots.data();
  instance_.tables = instance_.table_cells.data();
  instance_.memories = instance_.memory_cells.data();
}

/// A new cell, or one of a former instance.
Instance* make_cell(Store& store, ModuleCode& module) {
  std::unique_ptr<Instance> idle(module.idle.take());
  if (!idle) return &store.make<Instance>();
  store.adopt(*idle);
  store.note_allocation(sizeof(Instance));
  return idle.release();
}

/// An empty instance, accounted for and kept; null if a limit refuses one more.
Instance* make_instance(Store& store, RootScope& scope, std::shared_ptr<ModuleCode> module) {
  Account& account = store.account();
  Reservation room = account.reserve(Resource::instances, 1);
  if (!room) {
    store.collect();
    room = account.reserve(Resource::instances, 1);
  }
  if (!room) return nullptr;
  Instance* const instance = make_cell(store, *module);
  scope.add(*instance);
  const wasm::ModuleData& data = *module->data;
  instance->dropped_elements.resize(data.elements.size());
  instance->dropped_data.resize(data.data.size());
  instance->element_values.resize(data.elements.size());
  instance->state = &store.state();
  instance->cells = module->cells.get();
  instance->type_ids = data.types.ids.data();
  instance->imported_functions = data.imported_functions;
  instance->code = module.get();
  instance->handlers = module->handlers;
  instance->module = std::move(module);
  store.note_allocation(data.functions.size() * (sizeof(FuncRef) + sizeof(void*)));
  room.use();
  return instance;
}

}  // namespace

Result<Instance*> instantiate_checked(Store& store, std::shared_ptr<ModuleCode> module,
                                      std::span<const Extern> imports) try {
  store.collect_if_due();
  RootScope scope(store);
  Instance* instance = make_instance(store, scope, std::move(module));
  if (!instance) {
    return Error(ErrorKind::limit, "one more instance is over a limit (instances)");
  }
  return Instantiation(store, *instance).run(imports);
} catch (const std::bad_alloc&) {
  return Error(ErrorKind::limit, "no memory for the instance");
}

Result<Instance*> instantiate(Store& store, std::shared_ptr<ModuleCode> module,
                              std::span<const Extern> imports) {
  if (auto checked = check_imports(store, *module->data, imports); !checked) {
    return std::move(checked).error();
  }
  return instantiate_checked(store, std::move(module), imports);
}

const FuncRef* start_function(const Instance& instance) {
  const auto& start = instance.code->data->start;
  return start ? instance.function_refs[start->value] : nullptr;
}

}  // namespace wrun::inline v0::runtime
