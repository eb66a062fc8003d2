#include "lib/text/print_context.hpp"
#include "lib/wasm/type_text.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::CompositeKind;
using wasm::ValType;

/// (word a b c), or several groups where some have names.
void print_group(PrintContext& context, std::string_view word, std::span<const ValType> types,
                 const PrintedNames& names) {
  bool is_open = false;
  for (std::uint32_t i = 0; i < types.size(); ++i) {
    const bool is_named = names.has(i);
    if (is_open && is_named) context.out += ')';
    if (!is_open || is_named) {
      context.print(" ({}", word);
      names.print_name(i, context.out);
    }
    context.out += ' ';
    print_value_type(context, types[i]);
    if (is_named) context.out += ')';
    is_open = !is_named;
  }
  if (is_open) context.out += ')';
}

void print_field(PrintContext& context, const wasm::FieldType& field) {
  if (field.is_mutable) context.out += "(mut ";
  print_value_type(context, field.storage);
  if (field.is_mutable) context.out += ')';
}

void print_composite(PrintContext& context, std::uint32_t index, const wasm::SubType& type) {
  switch (type.kind) {
    case CompositeKind::func:
      context.out += "(func";
      print_signature(context, type.func, PrintedNames());
      break;
    case CompositeKind::struct_: {
      context.out += "(struct";
      const PrintedNames& names = context.fields_of(index);
      for (std::uint32_t i = 0; i < type.fields.size(); ++i) {
        context.out += " (field";
        names.print_name(i, context.out);
        context.out += ' ';
        print_field(context, type.fields[i]);
        context.out += ')';
      }
      break;
    }
    case CompositeKind::array:
      context.out += "(array ";
      print_field(context, type.fields.front());
      break;
  }
  context.out += ')';
}

void print_sub_type(PrintContext& context, std::uint32_t index, const wasm::SubType& type) {
  context.out += "(type";
  context.types.print_binding(index, context.out);
  context.out += ' ';
  const bool has_sub = !type.is_final || type.super;
  if (has_sub) {
    context.out += type.is_final ? "(sub final " : "(sub ";
    if (type.super) {
      context.types.print_use(type.super->value, context.out);
      context.out += ' ';
    }
  }
  print_composite(context, index, type);
  context.out += has_sub ? "))" : ")";
}

void print_limits(PrintContext& context, const wasm::SizeLimits& limits) {
  if (limits.is_64) context.out += "i64 ";
  context.print("{}", limits.min);
  if (limits.max) context.print(" {}", *limits.max);
}

}  // namespace

void print_heap_type(PrintContext& context, wasm::HeapType type) {
  if (type.is_concrete())
    context.types.print_use(type.index().value, context.out);
  else
    context.out += wasm::to_text(type);
}

void print_ref_type(PrintContext& context, ValType type) {
  context.out += type.is_nullable() ? "(ref null " : "(ref ";
  print_heap_type(context, type.heap());
  context.out += ')';
}

void print_value_type(PrintContext& context, ValType type) {
  if (type.is_ref() && type.heap().is_concrete()) return print_ref_type(context, type);
  context.out += wasm::to_text(type);
}

void print_global_type(PrintContext& context, const wasm::GlobalType& type) {
  print_field(context, {type.type, type.is_mutable});
}

void print_table_type(PrintContext& context, const wasm::TableType& type) {
  print_limits(context, type.limits);
  context.out += ' ';
  print_value_type(context, type.element);
}

void print_memory_type(PrintContext& context, const wasm::MemoryType& type) {
  print_limits(context, type.limits);
  if (type.is_shared) context.out += " shared";
  if (type.page_size_log2 != 16)
    context.print(" (pagesize {})", std::uint64_t{1} << type.page_size_log2);
}

void print_signature(PrintContext& context, const wasm::FuncType& type,
                     const PrintedNames& locals) {
  print_group(context, "param", type.params, locals);
  print_group(context, "result", type.results, PrintedNames());
}

void print_types(PrintContext& context) {
  const wasm::TypeSection& section = context.module.types;
  for (std::size_t g = 0; g < section.groups.size(); ++g) {
    const std::uint32_t first = section.groups[g];
    const auto end = g + 1 < section.groups.size()
                         ? section.groups[g + 1]
                         : static_cast<std::uint32_t>(section.types.size());
    const bool is_explicit = section.explicit_groups[g];
    if (is_explicit) context.out += "\n  (rec";
    for (std::uint32_t i = first; i < end; ++i) {
      context.out += is_explicit ? "\n    " : "\n  ";
      print_sub_type(context, i, section.types[i]);
    }
    if (is_explicit) context.out += ')';
  }
}

}  // namespace wrun::inline v0::wat
