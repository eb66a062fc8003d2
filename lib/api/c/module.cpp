#include "lib/api/c/module.hpp"

#include <array>
#include <cstring>

#include "lib/api/build.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/import_types.hpp"
#include "lib/api/c/types.hpp"
#include "lib/api/c/vectors.hpp"
#include "lib/api/state.hpp"

using namespace wrun;

namespace {

using Bytes = std::span<const std::uint8_t>;

Bytes bytes_of(const wasm_byte_vec_t& vec) {
  return {reinterpret_cast<const std::uint8_t*>(vec.data), vec.size};
}

Result<Engine> engine_of(wasm_store_t& store) {
  capi::Use use(store);
  if (!use) return use.error();
  return use.facade().engine();
}

Result<Module> load(wasm_store_t& store, Bytes bytes) {
  auto engine = engine_of(store);
  if (!engine) return std::move(engine).error();
  return Module::from_bytes(*engine, bytes);
}

/// Whether there could be a module, wherever its memory comes from.
bool is_valid(wasm_store_t& store, Bytes bytes) {
  const auto engine = engine_of(store);
  if (!engine) return false;
  return api::decode_valid(EngineAccess::state(*engine), {bytes.begin(), bytes.end()}).has_value();
}

wasm_module_t* new_module(wasm_store_t* store, Bytes bytes) {
  return capi::guarded<wasm_module_t*>(nullptr, [&]() -> wasm_module_t* {
    auto module = load(*store, bytes);
    return module ? capi::make_module(*store, std::move(*module)) : nullptr;
  });
}

// A serialized module: this header, then the binary format.
struct ImageHeader {
  std::array<char, 8> magic;
  std::uint32_t format;
  std::uint32_t content;
  std::uint64_t size;  ///< of what follows
};
static_assert(sizeof(ImageHeader) == 24);

constexpr std::array<char, 8> image_magic = {'\x7f', 'w', 'r', 'u', 'n', 'i', 'm', 'g'};
constexpr std::uint32_t image_format = 1;
constexpr std::uint32_t image_of_bytes = 1;

/// What a serialized module holds; nothing if it isn't one.
std::optional<Bytes> unpack(Bytes image) {
  ImageHeader header;
  if (image.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, image.data(), sizeof header);
  const Bytes content = image.subspan(sizeof header);
  if (header.magic != image_magic || header.format != image_format ||
      header.content != image_of_bytes || header.size != content.size())
    return std::nullopt;
  return content;
}

const wasm::TypeRegistry& registry_of(const Module& module) {
  return *ModuleAccess::state(module)->data->registry;
}

}  // namespace

void capi::give_imports(const Module& module, wasm_importtype_vec_t* out) noexcept {
  clear(out);
  guarded([&] {
    const auto imports = module.imports();
    fill(out, imports.size(), [&](std::size_t i) {
      wasm_name_t from = make_name(imports[i].module);
      wasm_name_t name = make_name(imports[i].name);
      return wasm_importtype_new(&from, &name, make_type(registry_of(module), imports[i].type));
    });
  });
}

void capi::give_exports(const Module& module, wasm_exporttype_vec_t* out) noexcept {
  clear(out);
  guarded([&] {
    const auto exports = module.exports();
    fill(out, exports.size(), [&](std::size_t i) {
      wasm_name_t name = make_name(exports[i].name);
      return wasm_exporttype_new(&name, make_type(registry_of(module), exports[i].type));
    });
  });
}

extern "C" {

wasm_module_t* wasm_module_new(wasm_store_t* store, const wasm_byte_vec_t* binary) {
  return new_module(store, bytes_of(*binary));
}

bool wasm_module_validate(wasm_store_t* store, const wasm_byte_vec_t* binary) {
  return capi::guarded(false, [&] { return is_valid(*store, bytes_of(*binary)); });
}

void wasm_module_imports(const wasm_module_t* module, wasm_importtype_vec_t* out) {
  capi::give_imports(module->module, out);
}

void wasm_module_exports(const wasm_module_t* module, wasm_exporttype_vec_t* out) {
  capi::give_exports(module->module, out);
}

void wasm_module_serialize(const wasm_module_t* module, wasm_byte_vec_t* out) {
  const Bytes bytes = module->module.bytes();
  const ImageHeader header{image_magic, image_format, image_of_bytes, bytes.size()};
  if (!capi::allocate(out, sizeof header + bytes.size())) return;
  std::memcpy(out->data, &header, sizeof header);
  std::memcpy(out->data + sizeof header, bytes.data(), bytes.size());
}

wasm_module_t* wasm_module_deserialize(wasm_store_t* store, const wasm_byte_vec_t* image) {
  const auto content = unpack(bytes_of(*image));
  return content ? new_module(store, *content) : nullptr;
}

wasm_shared_module_t* wasm_module_share(const wasm_module_t* module) {
  return new (std::nothrow) wasm_shared_module_t{module->module};
}

void wasm_shared_module_delete(wasm_shared_module_t* shared) {
  delete shared;
}

wasm_module_t* wasm_module_obtain(wasm_store_t* store, const wasm_shared_module_t* shared) {
  return capi::guarded<wasm_module_t*>(nullptr, [&]() -> wasm_module_t* {
    capi::Use use(*store);
    if (!use || use.facade().engine() != shared->module.engine()) return nullptr;
    return capi::make_module(*store, shared->module);
  });
}

}  // extern "C"
