#include "lib/api/objects.hpp"

#include "lib/api/held_types.hpp"
#include "lib/api/types.hpp"
#include "lib/runtime/cells.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace api {

namespace {

struct Resolver {
  StoreState& state;
  runtime::Extern operator()(const Func& f) const { return resolve<runtime::FuncRef>(state, f); }
  runtime::Extern operator()(const Table& t) const { return resolve<runtime::Table>(state, t); }
  runtime::Extern operator()(const Memory& m) const { return resolve<runtime::Memory>(state, m); }
  runtime::Extern operator()(const Global& g) const { return resolve<runtime::Global>(state, g); }
  runtime::Extern operator()(const Tag& t) const { return resolve<runtime::Tag>(state, t); }
};

std::string list_exports(const wasm::ModuleData& data) {
  constexpr std::size_t most = 8;
  if (data.exports.empty()) return "it exports nothing";
  std::string text = "it exports";
  for (std::size_t i = 0; i < data.exports.size() && i < most; ++i)
    text += compose("{} \"{}\"", i == 0 ? "" : ",", data.exports[i].name);
  if (data.exports.size() > most) text += compose(" and {} more", data.exports.size() - most);
  return text;
}

}  // namespace

runtime::Extern to_runtime(StoreState& state, const Extern& object) {
  return std::visit(Resolver{state}, object);
}

Extern to_public(StoreState& state, const runtime::Extern& object, runtime::Handle owner) {
  switch (object.kind()) {
    case wasm::ExternKind::func:
      return make_handle<Func>(state, *object.function(), owner);
    case wasm::ExternKind::table:
      return make_handle<Table>(state, *object.table(), owner);
    case wasm::ExternKind::memory:
      return make_handle<Memory>(state, *object.memory(), owner);
    case wasm::ExternKind::global:
      return make_handle<Global>(state, *object.global(), owner);
    case wasm::ExternKind::tag:
      break;
  }
  return make_handle<Tag>(state, *object.tag(), owner);
}

Error no_export(const runtime::Instance& instance, std::string_view name) {
  return Error(ErrorKind::usage, compose("the module has no export \"{}\": {}", name,
                                         list_exports(*instance.module->data)));
}

Result<Extern> find_export(StoreState& state, runtime::Instance& instance, std::string_view name) {
  const runtime::Extern found = runtime::find_export(instance, name);
  if (found) return to_public(state, found, state.store.handle(instance));
  return no_export(instance, name);
}

}  // namespace api

ExternKind kind_of(const Extern& object) {
  return static_cast<ExternKind>(object.index());
}

Result<ExternType> type_of(const Extern& object) {
  const api::Session session(api::store_id(object));
  if (!session) return session.error();
  return api::guarded([&]() -> Result<ExternType> {
    const runtime::Extern found = api::to_runtime(*session, object);
    if (!found) return api::stale_handle();
    return api::to_public(session->store.types(), runtime::type_of(found));
  });
}

Result<FuncType> Func::type() const {
  return api::with_object<runtime::FuncRef>(
      *this, [](api::StoreState& state, runtime::FuncRef& function) -> Result<FuncType> {
        return api::to_public(state.store.types(), function.type);
      });
}

Result<void> Func::release() const {
  return api::release<runtime::FuncRef>(*this);
}

Result<Tag> Tag::make(Store& store, const TagType& type) {
  const api::Session session(store);
  if (!session) return session.error();
  return api::guarded([&]() -> Result<Tag> {
    api::HeldTypes held(session->store.registry());
    const auto id = held.intern(FuncType{type.params, {}, {}});
    if (!id) return api::module_type_error();
    runtime::Tag& tag = runtime::create_tag(session->store, *id);
    session->store.types().release(*id);
    return api::make_handle<Tag>(*session, tag);
  });
}

Result<TagType> Tag::type() const {
  return api::with_object<runtime::Tag>(
      *this, [](api::StoreState& state, runtime::Tag& tag) -> Result<TagType> {
        return TagType{api::to_public(state.store.types().entry(tag.type).type.func).params};
      });
}

Result<void> Tag::release() const {
  return api::release<runtime::Tag>(*this);
}

namespace {

Result<ExternRef> make_externref(Store& store, runtime::Keeper keeper) {
  const api::Session session(store);
  if (!session) return session.error();
  return api::guarded([&]() -> Result<ExternRef> {
    auto& reference = runtime::create_host_ref(session->store, std::move(keeper));
    return api::make_ref_handle<ExternRef>(*session, runtime::as_ref(reference));
  });
}

/// body(keeper) of what a handle refers to.
template <class Body>
auto with_keeper(const ExternRef& handle, Body&& body) {
  return api::with_ref(
      handle,
      [&](api::StoreState&, runtime::Ref ref) -> decltype(body(std::declval<runtime::Keeper&>())) {
        runtime::HostRef* object = api::as_host_ref(ref);
        if (object) return body(object->keeper);
        return Error(ErrorKind::usage, "the externref is a reference of WebAssembly's own");
      });
}

}  // namespace

Result<ExternRef> ExternRef::make(Store& store, std::shared_ptr<void> object) {
  return make_externref(store, std::move(object));
}

Result<ExternRef> ExternRef::make(Store& store, void* object, const detail::Counting& counting) {
  return make_externref(store, runtime::Keeper(object, counting));
}

Result<std::shared_ptr<void>> ExternRef::object() const {
  return with_keeper(*this, [](const runtime::Keeper& keeper) -> Result<std::shared_ptr<void>> {
    if (keeper.shared()) return *keeper.shared();
    return Error(ErrorKind::usage, "the object counts its references itself: intrusive<T>()");
  });
}

Result<void*> ExternRef::counted(const detail::Counting& counting) const {
  return with_keeper(*this, [&](const runtime::Keeper& keeper) -> Result<void*> {
    if (keeper.counting() != &counting)
      return Error(ErrorKind::usage, "the object isn't an Intrusive<T> of that type");
    if (keeper.get()) counting.add_ref(keeper.get());
    return keeper.get();
  });
}

Result<void> ExternRef::release() const {
  return api::release_ref(*this);
}

}  // namespace wrun::inline v0
