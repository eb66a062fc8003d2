// The type section: recursive groups of subtypes.
// https://webassembly.github.io/spec/core/binary/modules.html#type-section

#include "lib/wasm/section_decoders.hpp"

namespace wrun::inline v0::wasm {
namespace {

constexpr std::uint8_t rec_code = 0x4e;
constexpr std::uint8_t sub_final_code = 0x4f;
constexpr std::uint8_t sub_code = 0x50;
constexpr std::uint8_t array_code = 0x5e;
constexpr std::uint8_t struct_code = 0x5f;
constexpr std::uint8_t func_code = 0x60;

class TypeDecoder {
 public:
  TypeDecoder(Decoding& to, ModuleReader& in)
      : to_(to), in_(in), module_(to.module), section_(to.module.types) {}

  void group();

 private:
  void members(std::uint32_t size);
  SubType sub_type();
  std::optional<TypeIdx> supertype();
  void composite(SubType& type);
  std::vector<ValType> values(std::string_view what, std::uint32_t limit);
  void fields(SubType& type);
  FieldType field();

  void intern(std::uint32_t start);
  bool check_depth(const SubType& type);
  void check_subtype(std::uint32_t index);
  bool matches(const SubType& sub, const SubType& super) const;
  bool matches(const FieldType& sub, const FieldType& super) const;

  TypeReader<Trust::no> types() { return {in_, bound_, &to_.features}; }

  Decoding& to_;
  ModuleReader& in_;
  ModuleData& module_;
  TypeSection& section_;
  std::uint32_t bound_ = 0;           // end of the group that is being read
  std::uint32_t group_offset_ = 0;    // where it starts in the module
  std::vector<std::uint8_t> depths_;  // number of supertypes, by type
};

void TypeDecoder::group() {
  group_offset_ = in_.offset();
  const auto start = static_cast<std::uint32_t>(section_.types.size());
  const bool is_explicit = in_.peek() == rec_code && in_.remaining() != 0;
  std::uint32_t size = 1;
  if (is_explicit) {
    in_.u8();
    if (!to_.need(Feature::gc, group_offset_, "a recursive group")) return in_.stop();
    size = to_.count(in_, "types in a group", 2, 0, to_.limits.rec_group_size);
  }
  const std::size_t limit = std::min(to_.limits.types, 1u << 24);
  if (start + std::size_t{size} > limit) {
    to_.errors.limit(group_offset_, "too many types, the limit is {}", limit);
    return in_.stop();
  }
  section_.groups.push_back(start);
  section_.explicit_groups.push_back(is_explicit);
  bound_ = start + size;
  members(size);
  if (in_.ok() && size != 0) intern(start);
}

void TypeDecoder::members(std::uint32_t size) {
  for (std::uint32_t i = 0; i < size && in_.ok(); ++i) {
    SubType type = sub_type();
    if (!in_.ok() || !check_depth(type)) return;
    section_.types.push_back(std::move(type));
  }
}

SubType TypeDecoder::sub_type() {
  SubType type;
  const std::uint8_t code = in_.peek();
  if (code == sub_code || code == sub_final_code) {
    to_.need(Feature::gc, in_.offset(), "a subtype");
    in_.u8();
    type.is_final = code == sub_final_code;
    type.super = supertype();
  }
  composite(type);
  return type;
}

/// A supertype must come before its subtypes.
/// https://webassembly.github.io/spec/core/valid/types.html#sub-types
std::optional<TypeIdx> TypeDecoder::supertype() {
  const std::uint32_t start = in_.offset();
  const std::uint32_t count = to_.count(in_, "supertypes", 1, 0, 0xffff'ffff);
  if (count == 0) return std::nullopt;
  const TypeIdx super = types().type_index();
  const std::size_t own = section_.types.size();
  if (count > 1)
    in_.fail_invalid(start, "sub type {} has {} supertypes, it may have one", own, count);
  else if (in_.ok() && super.value >= own)
    in_.fail_invalid(start, "unknown type: sub type {} comes before its supertype {}", own,
                     super.value);
  return super;
}

void TypeDecoder::composite(SubType& type) {
  const std::uint32_t start = in_.offset();
  const std::uint8_t code = in_.u8();
  switch (code) {
    case func_code:
      type.kind = CompositeKind::func;
      type.func.params = values("parameters", to_.limits.params);
      type.func.results = values("results", to_.limits.results);
      if (type.func.results.size() > 1)
        to_.need(Feature::multi_value, start, "a function with several results");
      return;
    case struct_code:
      to_.need(Feature::gc, start, "a structure type");
      type.kind = CompositeKind::struct_;
      return fields(type);
    case array_code:
      to_.need(Feature::gc, start, "an array type");
      type.kind = CompositeKind::array;
      type.fields.push_back(field());
      return;
    default:
      return in_.fail(start, "malformed definition type 0x{:02x}", code);
  }
}

std::vector<ValType> TypeDecoder::values(std::string_view what, std::uint32_t limit) {
  std::vector<ValType> result(to_.count(in_, what, 1, 0, limit));
  for (ValType& value : result) value = types().val_type();
  return result;
}

void TypeDecoder::fields(SubType& type) {
  type.fields.resize(to_.count(in_, "fields", 2, 0, to_.limits.fields));
  for (FieldType& each : type.fields) each = field();
}

FieldType TypeDecoder::field() {
  FieldType field;
  field.storage = types().storage_type();
  const std::uint32_t start = in_.offset();
  const std::uint8_t mutability = in_.u8();
  if (mutability > 1) in_.fail(start, "malformed mutability 0x{:02x}", mutability);
  field.is_mutable = mutability == 1;
  return field;
}

bool TypeDecoder::check_depth(const SubType& type) {
  const unsigned depth = type.super ? depths_[type.super->value] + 1u : 0;
  if (depth > max_subtype_depth) {
    to_.errors.limit(in_.offset(), "sub type {} has more than {} supertypes", section_.types.size(),
                     max_subtype_depth);
    in_.stop();
    return false;
  }
  depths_.push_back(static_cast<std::uint8_t>(depth));
  return true;
}

void TypeDecoder::intern(std::uint32_t start) {
  const auto group = std::span(section_.types).subspan(start);
  module_.registry->intern(group, start, section_.ids, section_.ids);
  for (std::uint32_t i = start; i < bound_ && in_.ok(); ++i) check_subtype(i);
}

/// https://webassembly.github.io/spec/core/valid/types.html#sub-types
void TypeDecoder::check_subtype(std::uint32_t index) {
  const SubType& sub = section_.types[index];
  if (!sub.super) return;
  const SubType& super = section_.types[sub.super->value];
  if (super.is_final || !matches(sub, super))
    in_.fail_invalid(group_offset_, "sub type {} does not match super type {}{}", index,
                     sub.super->value, super.is_final ? ", which is final" : "");
}

/// https://webassembly.github.io/spec/core/valid/matching.html#composite-types
bool TypeDecoder::matches(const SubType& sub, const SubType& super) const {
  if (sub.kind != super.kind) return false;
  if (sub.kind != CompositeKind::func) {
    if (sub.fields.size() < super.fields.size()) return false;
    for (std::size_t i = 0; i < super.fields.size(); ++i)
      if (!matches(sub.fields[i], super.fields[i])) return false;
    return true;
  }
  const FuncType& low = sub.func;
  const FuncType& high = super.func;
  if (low.params.size() != high.params.size() || low.results.size() != high.results.size())
    return false;
  for (std::size_t i = 0; i < low.params.size(); ++i)
    if (!module_.matches(high.params[i], low.params[i])) return false;
  for (std::size_t i = 0; i < low.results.size(); ++i)
    if (!module_.matches(low.results[i], high.results[i])) return false;
  return true;
}

bool TypeDecoder::matches(const FieldType& sub, const FieldType& super) const {
  if (sub.is_mutable != super.is_mutable || !module_.matches(sub.storage, super.storage))
    return false;
  return !sub.is_mutable || module_.matches(super.storage, sub.storage);
}

}  // namespace

void decode_types(Decoding& to, ModuleReader& in) {
  const std::uint32_t groups = to.count(in, "types", 2, 0, to.limits.types);
  to.module.types.types.reserve(groups);
  TypeDecoder decoder(to, in);
  for (std::uint32_t i = 0; i < groups && in.ok(); ++i) decoder.group();
}

}  // namespace wrun::inline v0::wasm
