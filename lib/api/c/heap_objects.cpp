// Exceptions, structures, arrays and integers of 31 bits.

#include <wrun/c/objects.h>

#include <wrun/anyref.hpp>
#include <wrun/exception.hpp>
#include <wrun/extern.hpp>

#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/module.hpp"
#include "lib/api/c/values.hpp"
#include "lib/runtime/exceptions.hpp"

using namespace wrun;
using capi::Use;

namespace {

Result<std::vector<Val>> to_list(Use& use, const wrun_val_t* values, std::size_t count) {
  std::vector<Val> list;
  list.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto value = capi::to_public(use, values[i]);
    if (!value) return std::move(value).error();
    list.push_back(*value);
  }
  return list;
}

runtime::Exception* resolve_exception(Use& use, const wrun_exception_t* ref) {
  return use ? api::resolve<runtime::Exception>(use.state(), ref->handle) : nullptr;
}

const std::vector<wasm::CanonType>& types_of(Use& use, const runtime::Exception& exception) {
  return use.heap().types().entry(exception.tag->type).type.func.params;
}

/// make(store, module, type, values) makes an object of a module's type.
template <class Make>
wrun_error_t* make_object(wasm_store_t* store, const wrun_val_t* values, std::size_t count,
                          wrun_anyref_t** out, Make&& make) noexcept {
  return capi::attempt_in(*store, [&](Use& use) -> Result<void> {
    auto list = to_list(use, values, count);
    if (!list) return std::move(list).error();
    Result<AnyRef> made = make(use.facade(), *list);
    if (!made) return std::move(made).error();
    *out = capi::own_handle<wrun_anyref_t>(use, capi::to_runtime<runtime::CellHeader>(use, *made));
    return {};
  });
}

}  // namespace

extern "C" {

wrun_error_t* wrun_exception_new(const wrun_tag_t* tag, const wrun_val_t* values, size_t count,
                                 wrun_exception_t** out) {
  return capi::attempt_in(tag->store, [&](Use& use) -> Result<void> {
    auto list = to_list(use, values, count);
    if (!list) return std::move(list).error();
    auto made = Exception::make(tag->as<Tag>(), *list);
    if (!made) return std::move(made).error();
    *out =
        capi::own_handle<wrun_exception_t>(use, capi::to_runtime<runtime::Exception>(use, *made));
    return {};
  });
}

wrun_error_t* wrun_exception_error(const wrun_exception_t* exception) {
  return capi::to_c(exception->as<Exception>().error());
}

wrun_tag_t* wrun_exception_tag(const wrun_exception_t* exception) {
  return capi::guarded<wrun_tag_t*>(nullptr, [&]() -> wrun_tag_t* {
    Use use(exception->store);
    const runtime::Exception* found = resolve_exception(use, exception);
    return found ? capi::own_object<wrun_tag_t>(use, *found->tag) : nullptr;
  });
}

size_t wrun_exception_value_count(const wrun_exception_t* exception) {
  Use use(exception->store);
  const runtime::Exception* found = resolve_exception(use, exception);
  return found ? types_of(use, *found).size() : 0;
}

wrun_error_t* wrun_exception_values(const wrun_exception_t* exception, wrun_val_t* values,
                                    size_t count) {
  return capi::attempt_in(exception->store, [&](Use& use) -> Result<void> {
    const runtime::Exception* found = resolve_exception(use, exception);
    if (!found) return api::stale_handle();
    const auto& types = types_of(use, *found);
    if (types.size() != count)
      return Error(ErrorKind::usage, "the exception carries another number of values");
    capi::read_all<wrun_val_t>(use, types, found->values(), values);
    return {};
  });
}

wrun_exception_t* wrun_error_exception(wasm_store_t* store, const wrun_error_t* error) {
  return capi::guarded<wrun_exception_t*>(nullptr, [&]() -> wrun_exception_t* {
    Use use(*store);
    if (!use) return nullptr;
    auto* found = runtime::exception_of(use.heap().state(), error->error);
    return found ? capi::own_object<wrun_exception_t>(use, *found) : nullptr;
  });
}

wrun_error_t* wrun_anyref_new_i31(wasm_store_t* store, int32_t value, wrun_anyref_t** out) {
  return make_object(store, nullptr, 0, out,
                     [&](Store& in, std::span<const Val>) { return AnyRef::i31(in, value); });
}

wrun_error_t* wrun_anyref_new_struct(wasm_store_t* store, const wasm_shared_module_t* module,
                                     uint32_t type, const wrun_val_t* fields, size_t count,
                                     wrun_anyref_t** out) {
  return make_object(store, fields, count, out, [&](Store& in, std::span<const Val> values) {
    return AnyRef::make_struct(in, module->module, type, values);
  });
}

wrun_error_t* wrun_anyref_new_array(wasm_store_t* store, const wasm_shared_module_t* module,
                                    uint32_t type, const wrun_val_t* elements, size_t count,
                                    wrun_anyref_t** out) {
  return make_object(store, elements, count, out, [&](Store& in, std::span<const Val> values) {
    return AnyRef::make_array(in, module->module, type, values);
  });
}

wrun_heapkind_t wrun_anyref_kind(const wrun_anyref_t* object) {
  return static_cast<wrun_heapkind_t>(object->as<AnyRef>().kind().value_or(HeapKind::any));
}

wrun_error_t* wrun_anyref_i31_value(const wrun_anyref_t* object, int32_t* out) {
  return capi::attempt([&] { return capi::give(object->as<AnyRef>().i31_value(), out); });
}

wrun_error_t* wrun_anyref_size(const wrun_anyref_t* object, uint32_t* out) {
  return capi::attempt([&] { return capi::give(object->as<AnyRef>().size(), out); });
}

wrun_error_t* wrun_anyref_get(const wrun_anyref_t* object, uint32_t index, wrun_val_t* out) {
  return capi::attempt_in(object->store, [&](Use& use) -> Result<void> {
    auto value = object->as<AnyRef>().get(index);
    if (!value) return std::move(value).error();
    return capi::from_public(use, *value, *out);
  });
}

wrun_error_t* wrun_anyref_set(wrun_anyref_t* object, uint32_t index, const wrun_val_t* value) {
  return capi::attempt_in(object->store, [&](Use& use) -> Result<void> {
    auto made = capi::to_public(use, *value);
    if (!made) return std::move(made).error();
    return object->as<AnyRef>().set(index, *made);
  });
}

}  // extern "C"
