#pragma once

// WebAssembly's types as small values. A reference to a defined type holds an index; which index
// space it is from is part of the C++ type: ValType speaks of one module's type section, CanonType
// of a TypeRegistry (canonical_types.hpp), where equal types share one id.
//
// https://webassembly.github.io/spec/core/syntax/types.html

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/wasm/index.hpp"

namespace wrun::inline v0::wasm {

enum class AbstractHeap : std::uint8_t {
  func,
  extern_,
  any,
  eq,
  i31,
  struct_,
  array,
  exn,
  none,
  nofunc,
  noextern,
  noexn,
  bottom  ///< below every heap type; only validation makes it
};

/// A heap type: an abstract one, or a defined one by index (below 2^24).
template <class Idx>
class BasicHeapType {
 public:
  constexpr BasicHeapType() = default;
  constexpr BasicHeapType(AbstractHeap kind) : bits_(static_cast<std::uint32_t>(kind)) {}
  constexpr explicit BasicHeapType(Idx index) : bits_(concrete_bit | index.value << 8) {}

  constexpr bool is_concrete() const { return (bits_ & concrete_bit) != 0; }
  constexpr Idx index() const { return Idx(bits_ >> 8); }
  constexpr AbstractHeap abstract() const { return static_cast<AbstractHeap>(bits_ & 0x0f); }

  friend constexpr bool operator==(BasicHeapType, BasicHeapType) = default;

 private:
  template <class>
  friend class BasicValType;
  static constexpr std::uint32_t concrete_bit = 0x10;
  std::uint32_t bits_ = 0;  // bits 0-3 abstract kind, bit 4 concrete, bits 8-31 index
};

/// The kind of a value or storage type. i8 and i16 occur in fields only; bottom is the type of
/// operands in unreachable code, and no value has it.
enum class Kind : std::uint8_t { i32, i64, f32, f64, v128, ref, i8, i16, bottom };

/// A value type (or, in fields, a storage type) in 32 bits.
template <class Idx>
class BasicValType {
 public:
  using Heap = BasicHeapType<Idx>;

  constexpr BasicValType() = default;
  /// A type that isn't a reference.
  constexpr BasicValType(Kind kind) : bits_(static_cast<std::uint32_t>(kind)) {}
  /// (ref null? heap)
  static constexpr BasicValType ref(Heap heap, bool nullable) {
    BasicValType type;
    type.bits_ = heap.bits_ | ref_bit | (nullable ? null_bit : 0);
    return type;
  }

  constexpr Kind kind() const { return is_ref() ? Kind::ref : static_cast<Kind>(bits_); }
  constexpr bool is_ref() const { return (bits_ & ref_bit) != 0; }
  constexpr bool is_nullable() const { return (bits_ & null_bit) != 0; }
  constexpr bool is_packed() const { return kind() == Kind::i8 || kind() == Kind::i16; }
  /// Has a default value: numbers, vectors, nullable references.
  constexpr bool is_defaultable() const { return !is_ref() || is_nullable(); }
  /// The heap type of a reference type.
  constexpr Heap heap() const {
    Heap heap;
    heap.bits_ = bits_ & ~(ref_bit | null_bit);
    return heap;
  }
  /// The same reference type with other nullability.
  constexpr BasicValType with_null(bool nullable) const { return ref(heap(), nullable); }
  /// What a field of this storage type reads as: i32 for packed ones.
  constexpr BasicValType unpacked() const { return is_packed() ? Kind::i32 : *this; }

  friend constexpr bool operator==(BasicValType, BasicValType) = default;

 private:
  static constexpr std::uint32_t ref_bit = 0x80;
  static constexpr std::uint32_t null_bit = 0x40;
  std::uint32_t bits_ = static_cast<std::uint32_t>(Kind::bottom);
};

using HeapType = BasicHeapType<TypeIdx>;
using ValType = BasicValType<TypeIdx>;
using CanonHeap = BasicHeapType<TypeId>;
using CanonType = BasicValType<TypeId>;

inline constexpr ValType funcref = ValType::ref(AbstractHeap::func, true);
inline constexpr ValType externref = ValType::ref(AbstractHeap::extern_, true);

/// 8-byte slots that a value of this type takes in a frame: 2 for v128, else 1.
template <class Idx>
constexpr std::uint32_t slot_count(BasicValType<Idx> type) {
  return type.kind() == Kind::v128 ? 2 : 1;
}

template <class Idx>
struct BasicFuncType {
  std::vector<BasicValType<Idx>> params;
  std::vector<BasicValType<Idx>> results;
  friend bool operator==(const BasicFuncType&, const BasicFuncType&) = default;
};

template <class Idx>
struct BasicFieldType {
  BasicValType<Idx> storage;
  bool is_mutable = false;
  friend bool operator==(const BasicFieldType&, const BasicFieldType&) = default;
};

enum class CompositeKind : std::uint8_t { func, struct_, array };

/// A defined type: (sub final? supertype? (func|struct|array ...)). One of the members is in use;
/// an array has exactly one field.
template <class Idx>
struct BasicSubType {
  CompositeKind kind = CompositeKind::func;
  bool is_final = true;
  std::optional<Idx> super;
  BasicFuncType<Idx> func;
  std::vector<BasicFieldType<Idx>> fields;
  friend bool operator==(const BasicSubType&, const BasicSubType&) = default;
};

using FuncType = BasicFuncType<TypeIdx>;
using FieldType = BasicFieldType<TypeIdx>;
using SubType = BasicSubType<TypeIdx>;
using CanonFuncType = BasicFuncType<TypeId>;
using CanonField = BasicFieldType<TypeId>;
using CanonSubType = BasicSubType<TypeId>;

/// Limits of a table (elements) or memory (pages).
/// https://webassembly.github.io/spec/core/syntax/types.html#limits
struct SizeLimits {
  std::uint64_t min = 0;
  std::optional<std::uint64_t> max;
  bool is_64 = false;  ///< addressed by i64
  friend bool operator==(const SizeLimits&, const SizeLimits&) = default;
};

struct MemoryType {
  SizeLimits limits;
  bool is_shared = false;
  std::uint8_t page_size_log2 = 16;  ///< 16, or 0 with custom page sizes

  constexpr Kind address_kind() const { return limits.is_64 ? Kind::i64 : Kind::i32; }
  friend bool operator==(const MemoryType&, const MemoryType&) = default;
};

template <class Idx>
struct BasicTableType {
  BasicValType<Idx> element;
  SizeLimits limits;

  constexpr Kind address_kind() const { return limits.is_64 ? Kind::i64 : Kind::i32; }
  friend bool operator==(const BasicTableType&, const BasicTableType&) = default;
};

template <class Idx>
struct BasicGlobalType {
  BasicValType<Idx> type;
  bool is_mutable = false;
  friend bool operator==(const BasicGlobalType&, const BasicGlobalType&) = default;
};

using TableType = BasicTableType<TypeIdx>;
using GlobalType = BasicGlobalType<TypeIdx>;

enum class ExternKind : std::uint8_t { func, table, memory, global, tag };

}  // namespace wrun::inline v0::wasm
