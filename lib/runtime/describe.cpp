// Types as the text format writes them, for messages.

#include "lib/runtime/extern.hpp"
#include "lib/wasm/compose.hpp"

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
  return compose("{}{}{}", limits.is_64 ? "i64 " : "", limits.min,
                 limits.max ? compose(" {}", *limits.max) : "");
}

std::string text_of(const wasm::MemoryType& memory) {
  return compose("(memory {}{}{})", text_of(memory.limits), memory.is_shared ? " shared" : "",
                 memory.page_size_log2 == 16 ? "" : " (pagesize 1)");
}

}  // namespace

std::string describe(const wasm::TypeRegistry& registry, wasm::CanonType type) {
  if (!type.is_ref()) return std::string(text_of(type.kind()));
  const wasm::CanonHeap heap = type.heap();
  const std::string_view null = type.is_nullable() ? "null " : "";
  if (!heap.is_concrete()) return compose("(ref {}{})", null, text_of(heap.abstract()));
  // Defined types may refer to themselves: a number stands for one.
  const wasm::TypeId id = heap.index();
  return compose("(ref {}${}{})", null, text_of(registry.entry(id).type.kind), id.value);
}

namespace {

void list(std::string& out, std::string_view word, const wasm::TypeRegistry& registry,
          const std::vector<wasm::CanonType>& types) {
  if (types.empty()) return;
  out += compose(" ({}", word);
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
      return compose("(table {} {})", text_of(type.table.limits),
                     describe(registry, type.table.element));
    case ExternKind::memory:
      return text_of(type.memory);
    case ExternKind::global:
      return type.global.is_mutable
                 ? compose("(global (mut {}))", describe(registry, type.global.type))
                 : compose("(global {})", describe(registry, type.global.type));
    case ExternKind::tag:
      return compose("(tag {})", describe(registry, registry.entry(type.type).type.func));
  }
  return {};
}

}  // namespace wrun::inline v0::runtime
