#pragma once

// Types in the binary format, read from a module's bytes.
// https://webassembly.github.io/spec/core/binary/types.html

#include <cstdint>
#include <optional>

#include "lib/wasm/feature_check.hpp"
#include "lib/wasm/reader.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

/// The abstract heap type with that code, if there is one.
constexpr std::optional<AbstractHeap> abstract_heap_from_code(std::uint8_t code) {
  using enum AbstractHeap;
  constexpr AbstractHeap from_0x69[] = {exn,     array, struct_, i31,      eq,     any,
                                        extern_, func,  none,    noextern, nofunc, noexn};
  if (code < 0x69 || code > 0x74) return std::nullopt;
  return from_0x69[code - 0x69];
}

constexpr Feature feature_of(AbstractHeap heap) {
  using enum AbstractHeap;
  if (heap == exn || heap == noexn) return Feature::exceptions;
  return heap == func || heap == extern_ ? Feature::reference_types : Feature::gc;
}

/// Reads types; an error leaves the reader at its end. With Trust::yes there are no checks, and
/// `features` may be null.
template <Trust trust>
class TypeReader {
 public:
  /// Type indices must be below `type_count`.
  TypeReader(Reader<trust>& in, std::uint32_t type_count, FeatureCheck* features)
      : in_(in), type_count_(type_count), features_(features) {}

  TypeIdx type_index() {
    const std::uint32_t start = in_.offset();
    return checked(in_.u32(), start);
  }

  HeapType heap_type() {
    const std::uint32_t start = in_.offset();
    const std::uint8_t first = in_.peek();
    if (first >= 0x40 && first < 0x80) {
      const auto heap = abstract_heap_from_code(in_.u8());
      if (!heap) return in_.fail(start, "malformed heap type 0x{:02x}", first), HeapType();
      need(feature_of(*heap), start, "this heap type");
      return *heap;
    }
    const std::int64_t index = in_.s33();
    if (index < 0) return in_.fail(start, "malformed heap type"), HeapType();
    need(Feature::function_references, start, "a reference to a defined type");
    return HeapType(checked(static_cast<std::uint32_t>(index), start));
  }

  /// funcref is no new feature where a table says it.
  ValType ref_type() {
    const std::uint32_t start = in_.offset();
    if (in_.peek() == 0x70) return in_.u8(), funcref;
    return ref_type_of(in_.u8(), start, "malformed reference type");
  }

  ValType val_type() {
    const std::uint32_t start = in_.offset();
    const std::uint8_t code = in_.u8();
    switch (code) {
      case 0x7f:
        return Kind::i32;
      case 0x7e:
        return Kind::i64;
      case 0x7d:
        return Kind::f32;
      case 0x7c:
        return Kind::f64;
      case 0x7b:
        return need(Feature::simd, start, "v128"), Kind::v128;
      default:
        return ref_type_of(code, start, "malformed value type");
    }
  }

  /// The type of a field of a structure or array: a value type, i8 or i16.
  ValType storage_type() {
    if (in_.peek() == 0x78) return in_.u8(), Kind::i8;
    if (in_.peek() == 0x77) return in_.u8(), Kind::i16;
    return val_type();
  }

 private:
  ValType ref_type_of(std::uint8_t code, std::uint32_t start, std::string_view otherwise) {
    if (code == 0x63 || code == 0x64) {
      need(Feature::function_references, start, "(ref ...)");
      return ValType::ref(heap_type(), code == 0x63);
    }
    const auto heap = abstract_heap_from_code(code);
    if (!heap) return in_.fail(start, "{} 0x{:02x}", otherwise, code), ValType();
    need(feature_of(*heap), start, "this reference type");
    return ValType::ref(*heap, true);
  }

  TypeIdx checked(std::uint32_t index, std::uint32_t start) {
    if (trust == Trust::no && index >= type_count_) {
      in_.fail_invalid(start, "unknown type {}", index);
      return TypeIdx();
    }
    return TypeIdx(index);
  }

  void need(Feature feature, std::uint32_t start, std::string_view what) {
    if (trust == Trust::no && !features_->need(feature, start, what)) in_.stop();
  }

  Reader<trust>& in_;
  std::uint32_t type_count_;
  FeatureCheck* features_;
};

}  // namespace wrun::inline v0::wasm
