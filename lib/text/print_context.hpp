#pragma once

// What printing a module's parts shares: the module, its identifiers, the text so far.

#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "lib/text/print_names.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wat {

struct PrintContext {
  explicit PrintContext(const wasm::ModuleData& data);

  const wasm::ModuleData& module;
  PrintedNames types, functions, tables, memories, globals, tags, elements, segments;
  std::map<std::uint32_t, PrintedNames> fields;  ///< by type index
  std::string out;
  /// False once a name couldn't be printed where the parser finds it again.
  bool all_names_printed = true;

  template <class... Args>
  void print(Pattern<Args...> text, const Args&... args) {
    compose_to(out, text, args...);
  }
  const PrintedNames& names(wasm::ExternKind kind) const;
  const PrintedNames& fields_of(std::uint32_t type) const;
};

void print_heap_type(PrintContext& context, wasm::HeapType type);
/// The shortest text of a value or storage type.
void print_value_type(PrintContext& context, wasm::ValType type);
/// (ref null? heap), for immediates that need both parts.
void print_ref_type(PrintContext& context, wasm::ValType type);
void print_global_type(PrintContext& context, const wasm::GlobalType& type);
void print_table_type(PrintContext& context, const wasm::TableType& type);
void print_memory_type(PrintContext& context, const wasm::MemoryType& type);
/// " (param ...) (result ...)"; parameters by name where they have one.
void print_signature(PrintContext& context, const wasm::FuncType& type, const PrintedNames& locals);
/// One line per type of the type section.
void print_types(PrintContext& context);

}  // namespace wrun::inline v0::wat
