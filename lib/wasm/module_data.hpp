#pragma once

// A decoded module: immutable, shared by threads, independent of any engine but for the registry
// that its types were interned in. It owns its bytes; function bodies, constant expressions and
// data are ranges of them.
//
// https://webassembly.github.io/spec/core/syntax/modules.html

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include <wrun/features.hpp>

#include "lib/wasm/canonical_types.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

/// Part of a module's bytes.
struct ByteRange {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// A constant expression, with its `end`.
using ConstExpr = ByteRange;

/// The types of a module's type section, by TypeIdx.
struct TypeSection {
  std::vector<SubType> types;
  std::vector<TypeId> ids;            ///< canonical, of the same length
  std::vector<std::uint32_t> groups;  ///< first index of each recursive group, ascending
  std::vector<bool> explicit_groups;  ///< whether the binary spelled `rec`; for round trips
};

struct Import {
  std::string_view module;
  std::string_view name;
  ExternKind kind = ExternKind::func;
  std::uint32_t index = 0;  ///< in the index space of its kind
};

struct Export {
  std::string_view name;
  ExternKind kind = ExternKind::func;
  std::uint32_t index = 0;
};

/// Imported functions have no body.
struct Function {
  TypeIdx type;
  ByteRange body;  ///< from the local declarations to `end`
};

struct Table {
  TableType type;
  std::optional<ConstExpr> init;
};

struct Global {
  GlobalType type;
  ConstExpr init;  ///< empty for imports
};

struct Tag {
  TypeIdx type;
};

enum class SegmentMode : std::uint8_t { active, passive, declarative };

struct ElementSegment {
  SegmentMode mode = SegmentMode::passive;
  TableIdx table;
  ConstExpr offset;  ///< active ones
  ValType type;
  /// Either functions, or expressions.
  std::vector<FuncIdx> functions;
  std::vector<ConstExpr> expressions;
  std::uint8_t flags = 0;  ///< as in the binary, for round trips

  std::size_t size() const { return functions.size() + expressions.size(); }
};

struct DataSegment {
  SegmentMode mode = SegmentMode::passive;
  MemIdx memory;
  ConstExpr offset;  ///< active ones
  ByteRange bytes;
};

/// Section ids of the binary format. Their order in a module is not their numeric order.
enum class SectionId : std::uint8_t {
  custom,
  type,
  import,
  function,
  table,
  memory,
  global,
  export_,
  start,
  element,
  code,
  data,
  data_count,
  tag
};

struct SectionInfo {
  SectionId id = SectionId::custom;
  ByteRange range;  ///< contents, without id and size
};

struct CustomSection {
  std::string_view name;
  ByteRange payload;        ///< after the name
  std::uint32_t after = 0;  ///< how many non-custom sections precede it
};

/// The name section, as far as it was well-formed; ill-formed parts are dropped, as the
/// specification asks. https://webassembly.github.io/spec/core/appendix/custom.html#name-section
struct Names {
  using Map = std::map<std::uint32_t, std::string_view>;
  using Indirect = std::map<std::uint32_t, Map>;
  std::optional<std::string_view> module;
  Map functions, types, tables, memories, globals, elements, data, tags;
  Indirect locals, labels, fields;
};

/// Which way a branch mostly goes, by who made the module.
struct BranchHint {
  std::uint32_t offset = 0;  ///< of the br_if or if, in the module
  bool is_likely = false;    ///< to find its condition true
  friend bool operator==(const BranchHint&, const BranchHint&) = default;
};
/// By function index; each function's by ascending offset.
using BranchHints = std::map<std::uint32_t, std::vector<BranchHint>>;

struct ModuleData {
  std::vector<std::uint8_t> bytes;
  Features features_used;

  TypeSection types;
  std::vector<Import> imports;
  std::vector<Export> exports;
  // Index spaces: imports first.
  std::vector<Function> functions;
  std::vector<Table> tables;
  std::vector<MemoryType> memories;
  std::vector<Global> globals;
  std::vector<Tag> tags;
  std::uint32_t imported_functions = 0;
  std::uint32_t imported_tables = 0;
  std::uint32_t imported_memories = 0;
  std::uint32_t imported_globals = 0;
  std::uint32_t imported_tags = 0;
  std::optional<FuncIdx> start;
  std::vector<ElementSegment> elements;
  std::vector<DataSegment> data;
  std::optional<std::uint32_t> data_count;

  /// By FuncIdx: the bits of what its body calls directly. Empty if bodies weren't validated.
  std::vector<std::uint64_t> callees;
  /// Several functions have the same.
  static std::uint64_t callee_bit(FuncIdx callee) {
    return std::uint64_t{1} << (callee.value % 64);
  }
  std::vector<bool> declared_functions;  ///< by FuncIdx: ref.func in bodies may name it
  std::vector<SectionInfo> sections;
  std::vector<CustomSection> customs;
  Names names;
  BranchHints branch_hints;

  std::shared_ptr<TypeRegistry> registry;  ///< holds the types' references

  ModuleData() = default;
  ModuleData(const ModuleData&) = delete;
  ModuleData& operator=(const ModuleData&) = delete;
  ~ModuleData();

  std::span<const std::uint8_t> at(ByteRange range) const {
    return std::span(bytes).subspan(range.offset, range.size);
  }
  const FuncType& type_of(FuncIdx f) const {
    return types.types[functions[f.value].type.value].func;
  }
  const FuncType& func_type(TypeIdx t) const { return types.types[t.value].func; }
  TypeId id_of(TypeIdx t) const { return types.ids[t.value]; }

  /// The same type in terms of the registry.
  CanonHeap canonical(HeapType type) const {
    return type.is_concrete() ? CanonHeap(id_of(type.index())) : CanonHeap(type.abstract());
  }
  CanonType canonical(ValType type) const {
    return type.is_ref() ? CanonType::ref(canonical(type.heap()), type.is_nullable())
                         : CanonType(type.kind());
  }
  /// Subtyping in this module. https://webassembly.github.io/spec/core/valid/matching.html
  bool matches(ValType sub, ValType super) const {
    return sub == super || registry->is_subtype(canonical(sub), canonical(super));
  }
};

}  // namespace wrun::inline v0::wasm
