// Modules that belong to an engine: made, and looked into.

#include <wrun/c/module.h>

#include <algorithm>
#include <new>
#include <wrun/source.hpp>

#include "lib/api/c/engine.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/import_types.hpp"
#include "lib/api/c/module.hpp"
#include "lib/api/c/sized.hpp"
#include "lib/api/c/types.hpp"
#include "lib/api/c/vectors.hpp"

using namespace wrun;

namespace {

std::span<const std::uint8_t> to_span(const void* bytes, std::size_t size) {
  return {static_cast<const std::uint8_t*>(bytes), size};
}

/// load() gives the module.
template <class Load>
wrun_error_t* make(wasm_shared_module_t** out, Load&& load) noexcept {
  return capi::attempt([&]() -> Result<void> {
    Result<Module> module = load();
    if (!module) return std::move(module).error();
    *out = new wasm_shared_module_t{std::move(*module)};
    return {};
  });
}

}  // namespace

extern "C" {

wrun_error_t* wrun_module_from_bytes(wasm_engine_t* engine, const void* bytes, size_t size,
                                     wasm_shared_module_t** out) {
  return make(out, [&] { return Module::from_bytes(engine->engine, to_span(bytes, size)); });
}

wrun_error_t* wrun_module_from_text(wasm_engine_t* engine, const char* text, size_t size,
                                    wasm_shared_module_t** out) {
  return make(out, [&] { return Module::from_text(engine->engine, {text, size}); });
}

wrun_error_t* wrun_module_from_content(wasm_engine_t* engine, const void* content, size_t size,
                                       wasm_shared_module_t** out) {
  return make(out, [&] { return Module::from_content(engine->engine, to_span(content, size)); });
}

wrun_error_t* wrun_module_from_file(wasm_engine_t* engine, const char* path,
                                    wasm_shared_module_t** out) {
  return make(out, [&] { return Module::from_file(engine->engine, capi::text(path)); });
}

wrun_error_t* wrun_module_serialize(const wasm_shared_module_t* module, wasm_byte_vec_t* out) {
  capi::clear(out);
  return capi::attempt([&]() -> Result<void> {
    const auto image = module->module.serialize();
    if (!image) return image.error();
    if (!capi::allocate(out, image->size())) throw std::bad_alloc();
    std::copy(image->begin(), image->end(), out->data);
    return {};
  });
}

wrun_error_t* wrun_module_deserialize_trusted(wasm_engine_t* engine, const void* image, size_t size,
                                              wasm_shared_module_t** out) {
  return make(out,
              [&] { return Module::deserialize_trusted(engine->engine, to_span(image, size)); });
}

wrun_error_t* wrun_module_deserialize_trusted_file(wasm_engine_t* engine, const char* path,
                                                   wasm_shared_module_t** out) {
  return make(out,
              [&] { return Module::deserialize_trusted_file(engine->engine, capi::text(path)); });
}

bool wrun_module_is_serialized(const void* content, size_t size) {
  return Module::is_serialized(to_span(content, size));
}

bool wrun_module_source_location(const wasm_shared_module_t* module, uint64_t offset,
                                 wasm_name_t* file, uint32_t* line, uint32_t* column) {
  capi::clear(file);
  return capi::guarded(false, [&] {
    const auto found = source_locations(module->module, std::span(&offset, 1));
    if (!found || !found->front()) return false;
    *file = capi::make_name(found->front()->file);
    *line = found->front()->line;
    *column = found->front()->column;
    return true;
  });
}

bool wrun_module_source_frame(const wasm_shared_module_t* module, uint64_t offset, size_t index,
                              wasm_name_t* function, wasm_name_t* file, uint32_t* line,
                              uint32_t* column) {
  capi::clear(function);
  capi::clear(file);
  return capi::guarded(false, [&] {
    const auto found = source_frames(module->module, std::span(&offset, 1));
    if (!found || index >= found->front().size()) return false;
    const SourceFrame& frame = found->front()[index];
    const SourceLocation at = frame.location.value_or(SourceLocation{});
    *function = capi::make_name(frame.function);
    *file = capi::make_name(at.file);
    *line = at.line;
    *column = at.column;
    return true;
  });
}

wasm_shared_module_t* wrun_module_copy(const wasm_shared_module_t* module) {
  return new (std::nothrow) wasm_shared_module_t(*module);
}

bool wrun_module_same(const wasm_shared_module_t* a, const wasm_shared_module_t* b) {
  return a->module == b->module;
}

wasm_engine_t* wrun_module_engine(const wasm_shared_module_t* module) {
  return new (std::nothrow) wasm_engine_t{module->module.engine()};
}

void wrun_module_imports(const wasm_shared_module_t* module, wasm_importtype_vec_t* out) {
  capi::give_imports(module->module, out);
}

void wrun_module_exports(const wasm_shared_module_t* module, wasm_exporttype_vec_t* out) {
  capi::give_exports(module->module, out);
}

bool wrun_module_name(const wasm_shared_module_t* module, wasm_name_t* out) {
  const auto name = module->module.name();
  capi::clear(out);
  if (!name) return false;
  return capi::guarded(false, [&] { return *out = capi::make_name(*name), true; });
}

const void* wrun_module_bytes(const wasm_shared_module_t* module, size_t* size) {
  const auto bytes = module->module.bytes();
  *size = bytes.size();
  return bytes.data();
}

bool wrun_module_uses_feature(const wasm_shared_module_t* module, const char* feature) {
  const auto found = feature_from_name(capi::text(feature));
  return found && module->module.features_used().has(*found);
}

size_t wrun_module_custom_section_count(const wasm_shared_module_t* module) {
  return ModuleAccess::state(module->module)->data->customs.size();
}

bool wrun_module_custom_section(const wasm_shared_module_t* module, size_t index,
                                wrun_custom_section_t* out) {
  const wasm::ModuleData& data = *ModuleAccess::state(module->module)->data;
  if (index >= data.customs.size()) return false;
  const wasm::CustomSection& section = data.customs[index];
  const auto bytes = data.at(section.payload);
  const wrun_custom_section_t answer{sizeof answer, section.name.data(), section.name.size(),
                                     bytes.data(), bytes.size()};
  return capi::write_answers(answer, *out);
}

}  // extern "C"
