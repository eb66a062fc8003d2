// Checking imports.

#include "lib/runtime/instantiate.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// A name in quotes, with everything outside printable ASCII escaped as the text format does.
std::string quote(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      out += compose("\\{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out + '"';
}

}  // namespace

Result<void> check_import(const wasm::ModuleData& module, std::size_t import,
                          const ExternType* found) {
  const wasm::Import& wanted = module.imports[import];
  const ExternType expected = type_of(module, wanted.kind, wanted.index);
  const wasm::TypeRegistry& registry = *module.registry;
  if (found && matches(registry, *found, expected)) return {};
  const std::string name = quote(wanted.module) + ' ' + quote(wanted.name);
  if (!found) {
    return Error(ErrorKind::unlinkable, compose("unknown import {}: the module needs {}", name,
                                                describe(registry, expected)));
  }
  return Error(ErrorKind::unlinkable,
               compose("incompatible import type of {}: the module needs {}, found {}", name,
                       describe(registry, expected), describe(registry, *found)));
}

Result<void> check_imports(const Store& store, const wasm::ModuleData& module,
                           std::span<const Extern> imports) {
  if (&store.types() != module.registry.get()) {
    return Error(ErrorKind::usage, "the module and the store are of different engines");
  }
  for (std::size_t i = 0; i < module.imports.size(); ++i) {
    const Extern object = i < imports.size() ? imports[i] : Extern();
    if (object && object.cell()->store != &store) {
      return Error(ErrorKind::usage,
                   compose("the import {} {} is of another store", quote(module.imports[i].module),
                           quote(module.imports[i].name)));
    }
    const ExternType type = object ? type_of(object) : ExternType();
    if (auto checked = check_import(module, i, object ? &type : nullptr); !checked) return checked;
  }
  return {};
}

}  // namespace wrun::inline v0::runtime
