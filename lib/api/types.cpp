#include "lib/api/types.hpp"

#include <array>
#include <string_view>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace api {

namespace {

// Both enumerations list the abstract heap types in one order.
static_assert(static_cast<int>(HeapKind::func) == static_cast<int>(wasm::AbstractHeap::func));
static_assert(static_cast<int>(HeapKind::extern_) == static_cast<int>(wasm::AbstractHeap::extern_));
static_assert(static_cast<int>(HeapKind::struct_) == static_cast<int>(wasm::AbstractHeap::struct_));
static_assert(static_cast<int>(HeapKind::exn) == static_cast<int>(wasm::AbstractHeap::exn));
static_assert(static_cast<int>(HeapKind::noexn) == static_cast<int>(wasm::AbstractHeap::noexn));
static_assert(static_cast<int>(ValKind::v128) == static_cast<int>(wasm::Kind::v128));
static_assert(static_cast<int>(ExternKind::tag) == static_cast<int>(wasm::ExternKind::tag));

SizeRange size_range(const wasm::SizeLimits& limits) {
  return {limits.min, limits.max, limits.is_64};
}

template <class From>
std::vector<ValType> to_public_list(const From& types) {
  std::vector<ValType> list;
  list.reserve(types.size());
  for (const auto type : types) list.push_back(to_public(type));
  return list;
}

}  // namespace

ValType to_public(wasm::CanonType type) {
  if (!type.is_ref()) return ValType(static_cast<ValKind>(type.kind()));
  const auto heap = type.heap();
  if (heap.is_concrete()) return ValType::defined(heap.index().value, type.is_nullable());
  return ValType::ref(static_cast<HeapKind>(heap.abstract()), type.is_nullable());
}

FuncType to_public(const wasm::CanonFuncType& type) {
  return {to_public_list(type.params), to_public_list(type.results), {}};
}

FuncType to_public(wasm::TypeRegistry& registry, wasm::TypeId id) {
  const wasm::CanonFuncType& canonical = registry.entry(id).type.func;
  FuncType type = to_public(canonical);
  const wasm::TypeId plain = registry.intern(canonical);
  if (plain != id) type.defined_id = id.value;
  registry.release(plain);
  return type;
}

MemoryType to_public(const wasm::MemoryType& type) {
  return {size_range(type.limits), type.is_shared, type.page_size_log2};
}

TableType to_public(const wasm::BasicTableType<wasm::TypeId>& type) {
  return {to_public(type.element), size_range(type.limits)};
}

GlobalType to_public(const wasm::BasicGlobalType<wasm::TypeId>& type) {
  return {to_public(type.type), type.is_mutable};
}

ExternType to_public(wasm::TypeRegistry& registry, const runtime::ExternType& type) {
  switch (type.kind) {
    case wasm::ExternKind::func:
      return to_public(registry, type.type);
    case wasm::ExternKind::table:
      return to_public(type.table);
    case wasm::ExternKind::memory:
      return to_public(type.memory);
    case wasm::ExternKind::global:
      return to_public(type.global);
    case wasm::ExternKind::tag:
      break;
  }
  return TagType{to_public_list(registry.entry(type.type).type.func.params)};
}

std::optional<wasm::CanonType> to_canonical(const ValType& type) {
  if (!type.is_ref()) return wasm::CanonType(static_cast<wasm::Kind>(type.kind()));
  if (type.heap() == HeapKind::defined) return std::nullopt;
  return wasm::CanonType::ref(static_cast<wasm::AbstractHeap>(type.heap()), type.is_nullable());
}

wasm::SizeLimits to_canonical(const SizeRange& size) {
  wasm::SizeLimits limits;
  limits.min = size.min;
  limits.max = size.max;
  limits.is_64 = size.is_64;
  return limits;
}

Error module_type_error() {
  return Error(ErrorKind::usage,
               "a type names one of a module's that isn't there any more, or is another engine's");
}

}  // namespace api

namespace {

constexpr std::array<std::string_view, 5> number_names = {"i32", "i64", "f32", "f64", "v128"};
constexpr std::array<std::string_view, 12> heap_names = {"func", "extern", "any",      "eq",
                                                         "i31",  "struct", "array",    "exn",
                                                         "none", "nofunc", "noextern", "noexn"};
constexpr std::array<std::string_view, 12> nullable_names = {
    "funcref",  "externref", "anyref",  "eqref",       "i31ref",        "structref",
    "arrayref", "exnref",    "nullref", "nullfuncref", "nullexternref", "nullexnref"};

std::string join(std::string_view keyword, const std::vector<ValType>& types) {
  if (types.empty()) return {};
  std::string text = compose(" ({}", keyword);
  for (const ValType& type : types) text += ' ' + to_string(type);
  return text + ')';
}

std::string range_text(const SizeRange& size) {
  std::string text = compose("{}{}", size.is_64 ? "i64 " : "", size.min);
  if (size.max) text += compose(" {}", *size.max);
  return text;
}

struct ExternPrinter {
  std::string operator()(const FuncType& type) const { return to_string(type); }
  std::string operator()(const TableType& type) const {
    return compose("(table {} {})", range_text(type.size), to_string(type.element));
  }
  std::string operator()(const MemoryType& type) const {
    std::string text = compose("(memory {}", range_text(type.size));
    if (type.is_shared) text += " shared";
    if (type.page_size_log2 != 16)
      text += compose(" (pagesize {})", std::uint64_t{1} << type.page_size_log2);
    return text + ')';
  }
  std::string operator()(const GlobalType& type) const {
    if (!type.is_mutable) return compose("(global {})", to_string(type.type));
    return compose("(global (mut {}))", to_string(type.type));
  }
  std::string operator()(const TagType& type) const {
    return compose("(tag{})", join("param", type.params));
  }
};

}  // namespace

std::string to_string(const ValType& type) {
  if (!type.is_ref()) return std::string(number_names[static_cast<std::size_t>(type.kind())]);
  const auto heap = static_cast<std::size_t>(type.heap());
  if (type.heap() == HeapKind::defined)
    return compose("(ref {}{})", type.is_nullable() ? "null " : "", type.defined_id());
  if (type.is_nullable()) return std::string(nullable_names[heap]);
  return compose("(ref {})", heap_names[heap]);
}

std::string to_string(const FuncType& type) {
  return compose("(func{}{})", join("param", type.params), join("result", type.results));
}

ExternKind kind_of(const ExternType& type) {
  return static_cast<ExternKind>(type.index());
}

std::string to_string(const ExternType& type) {
  return std::visit(ExternPrinter(), type);
}

}  // namespace wrun::inline v0
