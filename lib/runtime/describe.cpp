// Types as the text format writes them, for messages.

#include <fmt/format.h>

#include "lib/runtime/extern.hpp"

namespace wrun::inline v0::runtime {

using wasm::ExternKind;

namespace {

std::string_view text_of(wasm::Kind kind) {
  constexpr std::string_view texts[] = {"i32", "i64", "f32", "f64",   "v128",
                                        "ref", "i8",  "i16", "bottom"};
  return texts[static_cast<std::size_t>(kind)];
}

std::string_view text_of(wasm::AbstractHeap heap) {
  constexpr std::string_view texts[] = {"func",     "extern", "any",   "eq",   "i31",
                                        "struct",   "array",  "exn",   "none", "nofunc",
                                        "noextern", "noexn",  "bottom"};
  return texts[static_cast<std::size_t>(heap)];
}

std::string_view text_of(wasm::CompositeKind kind) {
  constexpr std::string_view texts[] = {"func", "struct", "array"};
  return texts[static_cast<std::size_t>(kind)];
}

std::string text_of(const wasm::SizeLimits& limits) {
  return fmt::format("{}{}{}", limits.is_64 ? "i64 " : "", limits.min,
                     limits.max ? fmt::format(" {}", *limits.max) : "");
}

std::string text_of(const wasm::MemoryType& memory) {
  return fmt::format("(memory {}{}{})", text_of(memory.limits), memory.is_shared ? " shared" : "",
                     memory.page_size_log2 == 16 ? "" : " (pagesize 1)");
}

}  // namespace

std::string describe(const wasm::TypeRegistry& registry, wasm::CanonType type) {
  if (!type.is_ref()) return std::string(text_of(type.kind()));
  const wasm::CanonHeap heap = type.heap();
  const std::string_view null = type.is_nullable() ? "null " : "";
  if (!heap.is_concrete()) return fmt::format("(ref {}{})", null, text_of(heap.abstract()));
  // Defined types may refer to themselves: a number stands for one.
  const wasm::TypeId id = heap.index();
  return fmt::format("(ref {}${}{})", null, text_of(registry.entry(id).type.kind), id.value);
}

namespace {

void list(std::string& out, std::string_view word, const wasm::TypeRegistry& registry,
          const std::vector<wasm::CanonType>& types) {
  if (types.empty()) return;
  out += fmt::format(" ({}", word);
  for (const wasm::CanonType type : types) out += ' ' + describe(registry, type);
  out += ')';
}

}  // namespace

std::string describe(const wasm::TypeRegistry& registry, const wasm::CanonFuncType& type) {
  std::string out = "(func";
  list(out, "param", registry, type.params);
  list(out, "result", registry, type.results);
  return out + ')';
}

std::string describe(const wasm::TypeRegistry& registry, const ExternType& type) {
  switch (type.kind) {
    case ExternKind::func:
      return describe(registry, registry.entry(type.type).type.func);
    case ExternKind::table:
      return fmt::format("(table {} {})", text_of(type.table.limits),
                         describe(registry, type.table.element));
    case ExternKind::memory:
      return text_of(type.memory);
    case ExternKind::global:
      return type.global.is_mutable
                 ? fmt::format("(global (mut {}))", describe(registry, type.global.type))
                 : fmt::format("(global {})", describe(registry, type.global.type));
    case ExternKind::tag:
      return fmt::format("(tag {})", describe(registry, registry.entry(type.type).type.func));
  }
  return {};
}

}  // namespace wrun::inline v0::runtime
