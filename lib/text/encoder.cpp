#include "lib/text/encoder.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::AbstractHeap;
using wasm::CompositeKind;
using wasm::Kind;

std::uint32_t code(AbstractHeap heap) {
  switch (heap) {
    case AbstractHeap::noexn:
      return 0x74;
    case AbstractHeap::nofunc:
      return 0x73;
    case AbstractHeap::noextern:
      return 0x72;
    case AbstractHeap::none:
      return 0x71;
    case AbstractHeap::func:
      return 0x70;
    case AbstractHeap::extern_:
      return 0x6f;
    case AbstractHeap::any:
      return 0x6e;
    case AbstractHeap::eq:
      return 0x6d;
    case AbstractHeap::i31:
      return 0x6c;
    case AbstractHeap::struct_:
      return 0x6b;
    case AbstractHeap::array:
      return 0x6a;
    case AbstractHeap::exn:
    case AbstractHeap::bottom:
      break;
  }
  return 0x69;
}

std::uint32_t code(Kind kind) {
  switch (kind) {
    case Kind::i32:
      return 0x7f;
    case Kind::i64:
      return 0x7e;
    case Kind::f32:
      return 0x7d;
    case Kind::f64:
      return 0x7c;
    case Kind::v128:
      return 0x7b;
    case Kind::i8:
      return 0x78;
    default:
      return 0x77;
  }
}

void composite_type(Encoder& out, const wasm::SubType& type) {
  const auto field = [&](const wasm::FieldType& f) {
    out.value_type(f.storage);
    out.u8(f.is_mutable);
  };
  switch (type.kind) {
    case CompositeKind::func:
      out.u8(0x60);
      for (const auto* list : {&type.func.params, &type.func.results}) {
        out.u64(list->size());
        for (const wasm::ValType t : *list) out.value_type(t);
      }
      break;
    case CompositeKind::struct_:
      out.u8(0x5f);
      out.u64(type.fields.size());
      for (const auto& f : type.fields) field(f);
      break;
    case CompositeKind::array:
      out.u8(0x5e);
      field(type.fields.front());
      break;
  }
}

}  // namespace

void Encoder::opcode(std::uint32_t op) {
  if (op < 0x100) return u8(op);
  u8(op >> 16);
  u32(op & 0xffff);
}

void Encoder::heap_type(wasm::HeapType type) {
  if (type.is_concrete())
    s64(type.index().value);
  else
    u8(code(type.abstract()));
}

void Encoder::value_type(wasm::ValType type) {
  if (!type.is_ref()) return u8(code(type.kind()));
  // Nullable references to abstract types have a short form.
  if (!type.is_nullable() || type.heap().is_concrete()) u8(type.is_nullable() ? 0x63 : 0x64);
  heap_type(type.heap());
}

void Encoder::sub_type(const wasm::SubType& type) {
  if (!type.is_final || type.super) {
    u8(type.is_final ? 0x4f : 0x50);
    u32(type.super ? 1 : 0);
    if (type.super) u32(type.super->value);
  }
  composite_type(*this, type);
}

void Encoder::limits(const wasm::SizeLimits& limits, std::uint32_t more_flags) {
  u8((limits.max ? 1 : 0) | (limits.is_64 ? 4 : 0) | more_flags);
  u64(limits.min);
  if (limits.max) u64(*limits.max);
}

void Encoder::table_type(const wasm::TableType& type) {
  value_type(type.element);
  limits(type.limits);
}

void Encoder::memory_type(const wasm::MemoryType& type) {
  const bool custom_pages = type.page_size_log2 != 16;
  limits(type.limits, (type.is_shared ? 2 : 0) | (custom_pages ? 8 : 0));
  if (custom_pages) u32(type.page_size_log2);
}

void Encoder::global_type(const wasm::GlobalType& type) {
  value_type(type.type);
  u8(type.is_mutable);
}

}  // namespace wrun::inline v0::wat
