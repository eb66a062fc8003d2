#include "lib/wasm/type_key.hpp"

namespace wrun::inline v0::wasm {
namespace {

// A reference to a defined type is a word `index << 2 | 1` (canonical) or `index << 2 | 3`
// (relative); in a value type it follows the word of the type. A group is the number of its types,
// then each: kind and flags, supertype, counts, value types.
constexpr std::uint32_t canonical_tag = 1, relative_tag = 3, tag_mask = 3;
constexpr unsigned tag_bits = 2;
constexpr std::uint32_t final_flag = 4, super_flag = 8;                    // beside CompositeKind
constexpr std::uint32_t ref_flag = 16, null_flag = 32, defined_flag = 64;  // beside Kind or heap

/// Writes a key. `refer` makes the word of a reference out of an index.
template <class Refer>
class Writer {
 public:
  Writer(TypeKey& key, Refer refer) : key_(key), refer_(refer) {}

  template <class Idx>
  void sub_type(const BasicSubType<Idx>& type) {
    key_.push_back(static_cast<std::uint32_t>(type.kind) | (type.is_final ? final_flag : 0) |
                   (type.super ? super_flag : 0));
    if (type.super) key_.push_back(refer_(*type.super));
    if (type.kind == CompositeKind::func) return func(type.func);
    key_.push_back(static_cast<std::uint32_t>(type.fields.size()));
    for (const auto& field : type.fields) {
      key_.push_back(field.is_mutable);
      value(field.storage);
    }
  }

  template <class Idx>
  void func(const BasicFuncType<Idx>& type) {
    key_.push_back(static_cast<std::uint32_t>(type.params.size()));
    key_.push_back(static_cast<std::uint32_t>(type.results.size()));
    for (auto param : type.params) value(param);
    for (auto result : type.results) value(result);
  }

 private:
  template <class Idx>
  void value(BasicValType<Idx> type) {
    if (!type.is_ref()) return key_.push_back(static_cast<std::uint32_t>(type.kind()));
    const std::uint32_t flags = ref_flag | (type.is_nullable() ? null_flag : 0);
    if (!type.heap().is_concrete())
      return key_.push_back(flags | static_cast<std::uint32_t>(type.heap().abstract()));
    key_.push_back(flags | defined_flag);
    key_.push_back(refer_(type.heap().index()));
  }

  TypeKey& key_;
  Refer refer_;
};

/// Reads a key back. `resolve` is told the word of each reference and returns its id.
template <class Resolve>
class KeyReader {
 public:
  KeyReader(std::span<const std::uint32_t> key, Resolve resolve)
      : at_(key.data()), resolve_(resolve) {}

  std::uint32_t word() { return *at_++; }

  CanonSubType sub_type() {
    CanonSubType type;
    const std::uint32_t head = word();
    type.kind = static_cast<CompositeKind>(head & 3);
    type.is_final = (head & final_flag) != 0;
    if (head & super_flag) type.super = resolve_(word());
    if (type.kind == CompositeKind::func) {
      type.func.params.resize(word());
      type.func.results.resize(word());
      for (auto& param : type.func.params) param = value();
      for (auto& result : type.func.results) result = value();
    } else {
      type.fields.resize(word());
      for (auto& field : type.fields) {
        field.is_mutable = word() != 0;
        field.storage = value();
      }
    }
    return type;
  }

 private:
  CanonType value() {
    const std::uint32_t head = word();
    if (!(head & ref_flag)) return static_cast<Kind>(head);
    const bool nullable = (head & null_flag) != 0;
    if (head & defined_flag) return CanonType::ref(CanonHeap(resolve_(word())), nullable);
    return CanonType::ref(static_cast<AbstractHeap>(head & 15), nullable);
  }

  const std::uint32_t* at_;
  Resolve resolve_;
};

/// With room for most of them.
TypeKey start_key(std::uint32_t types) {
  TypeKey key;
  key.reserve(16);
  key.push_back(types);
  return key;
}

}  // namespace

TypeKey key_of(std::span<const SubType> group, std::uint32_t group_start,
               std::span<const TypeId> known) {
  TypeKey key = start_key(static_cast<std::uint32_t>(group.size()));
  Writer writer(key, [&](TypeIdx index) {
    return index.value >= group_start ? (index.value - group_start) << tag_bits | relative_tag
                                      : known[index.value].value << tag_bits | canonical_tag;
  });
  for (const SubType& type : group) writer.sub_type(type);
  return key;
}

TypeKey key_of(const CanonFuncType& type) {
  TypeKey key = start_key(1);
  key.push_back(static_cast<std::uint32_t>(CompositeKind::func) | final_flag);
  Writer writer(key, [](TypeId id) { return id.value << tag_bits | canonical_tag; });
  writer.func(type);
  return key;
}

std::vector<CanonSubType> types_of_key(std::span<const std::uint32_t> key,
                                       std::span<const TypeId> own) {
  KeyReader reader(key, [&](std::uint32_t word) {
    const std::uint32_t index = word >> tag_bits;
    return (word & tag_mask) == relative_tag ? own[index] : TypeId(index);
  });
  std::vector<CanonSubType> types(reader.word());
  for (CanonSubType& type : types) type = reader.sub_type();
  return types;
}

std::vector<TypeId> outer_of_key(std::span<const std::uint32_t> key) {
  std::vector<TypeId> outer;
  KeyReader reader(key, [&](std::uint32_t word) {
    if ((word & tag_mask) == canonical_tag) outer.emplace_back(word >> tag_bits);
    return TypeId();
  });
  for (std::uint32_t left = reader.word(); left != 0; --left) reader.sub_type();
  return outer;
}

}  // namespace wrun::inline v0::wasm
