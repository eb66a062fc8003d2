#pragma once

// WebAssembly's types as a host sees them: small values that belong to no engine, but for those
// that name a type defined by a module. Such come from a module or an object, and mean the same as
// long as a module of that engine, or an object of its stores, has the type: until then a host may
// make functions, tables, globals and tags of them.
//
// Those with lists and optional members are templates over std::vector and std::optional: so they
// take no time to compile in programs that don't use them.
//
// https://webassembly.github.io/spec/core/syntax/types.html

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {

enum class ValKind : std::uint8_t { i32, i64, f32, f64, v128, ref };

/// What a reference refers to. `defined` is a type of some module's type section.
enum class HeapKind : std::uint8_t {
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
  defined
};

/// A value type: a number, a vector, or (ref null? heap).
class ValType {
 public:
  constexpr ValType() = default;
  /// A type of this kind, but for ValKind::ref: what ref() makes.
  constexpr explicit ValType(ValKind kind) : kind_(kind) {}

  /// A number's type.
  static constexpr ValType i32() { return ValType(ValKind::i32); }
  /// A number's type.
  static constexpr ValType i64() { return ValType(ValKind::i64); }
  /// A number's type.
  static constexpr ValType f32() { return ValType(ValKind::f32); }
  /// A number's type.
  static constexpr ValType f64() { return ValType(ValKind::f64); }
  /// The type of vectors.
  static constexpr ValType v128() { return ValType(ValKind::v128); }
  /// (ref null func)
  static constexpr ValType funcref() { return ref(HeapKind::func, true); }
  /// (ref null extern)
  static constexpr ValType externref() { return ref(HeapKind::extern_, true); }
  /// (ref heap), or (ref null heap).
  static constexpr ValType ref(HeapKind heap, bool nullable) {
    ValType type(ValKind::ref);
    type.heap_ = heap;
    type.nullable_ = nullable;
    return type;
  }
  /// A type defined by a module; `id` means something to that module's engine only.
  static constexpr ValType defined(std::uint32_t id, bool nullable) {
    ValType type = ref(HeapKind::defined, nullable);
    type.id_ = id;
    return type;
  }

  /// Which kind of type it is.
  constexpr ValKind kind() const { return kind_; }
  /// Whether it is of references.
  constexpr bool is_ref() const { return kind_ == ValKind::ref; }
  /// Of a reference type: of what, as far as the kind of object goes.
  constexpr HeapKind heap() const { return heap_; }
  /// Of a reference type: whether null is of it.
  constexpr bool is_nullable() const { return nullable_; }
  /// Of a reference type whose heap() is a type of a module's: the engine's number for that.
  constexpr std::uint32_t defined_id() const { return id_; }

  friend constexpr bool operator==(const ValType&, const ValType&) = default;

 private:
  ValKind kind_ = ValKind::i32;
  HeapKind heap_ = HeapKind::func;
  bool nullable_ = false;
  std::uint32_t id_ = 0;
};

template <template <class> class Optional, template <class...> class List>
struct FuncTypeOf {
  List<ValType> params = {};
  List<ValType> results = {};
  /// The type of a module's that this is, where parameters and results don't say it all: one that
  /// has supertypes or may have subtypes, or was defined together with others. Only functions of
  /// that very type are good for an import that has it. Means something to that module's engine
  /// only.
  Optional<std::uint32_t> defined_id = {};
  friend bool operator==(const FuncTypeOf&, const FuncTypeOf&) = default;
};
using FuncType = FuncTypeOf<std::optional, std::vector>;

/// The size of a table in elements, or of a memory in pages.
template <template <class> class Optional>
struct SizeRangeOf {
  std::uint64_t min = 0;
  Optional<std::uint64_t> max = {};
  bool is_64 = false;  ///< addressed by i64
  friend bool operator==(const SizeRangeOf&, const SizeRangeOf&) = default;
};
using SizeRange = SizeRangeOf<std::optional>;

template <template <class> class Optional>
struct TableTypeOf {
  ValType element = ValType::funcref();
  SizeRangeOf<Optional> size = {};
  friend bool operator==(const TableTypeOf&, const TableTypeOf&) = default;
};
using TableType = TableTypeOf<std::optional>;

template <template <class> class Optional>
struct MemoryTypeOf {
  SizeRangeOf<Optional> size = {};  ///< in pages
  bool is_shared = false;
  std::uint8_t page_size_log2 = 16;
  friend bool operator==(const MemoryTypeOf&, const MemoryTypeOf&) = default;
};
using MemoryType = MemoryTypeOf<std::optional>;

struct GlobalType {
  ValType type = {};
  bool is_mutable = false;
  friend bool operator==(const GlobalType&, const GlobalType&) = default;
};

/// The type of an exception tag.
template <template <class...> class List>
struct TagTypeOf {
  List<ValType> params = {};
  friend bool operator==(const TagTypeOf&, const TagTypeOf&) = default;
};
using TagType = TagTypeOf<std::vector>;

enum class ExternKind : std::uint8_t { func, table, memory, global, tag };

/// What an import asks for, or an export offers. The alternatives are in ExternKind's order.
using ExternType = std::variant<FuncType, TableType, MemoryType, GlobalType, TagType>;

/// Which alternative it is.
WRUN_API ExternKind kind_of(const ExternType& type);

/// As the text format spells it: "i32", "funcref", "(ref null 3)", "(func (param i32) ...)".
WRUN_API std::string to_string(const ValType& type);
WRUN_API std::string to_string(const FuncType& type);
WRUN_API std::string to_string(const ExternType& type);

}  // namespace v0
}  // namespace wrun
