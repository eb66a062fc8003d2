#pragma once

// Modules for tests, put together from the pieces of the binary format.

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace wrun::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes cat(std::initializer_list<Bytes> parts) {
  Bytes result;
  for (const Bytes& part : parts) result.insert(result.end(), part.begin(), part.end());
  return result;
}

/// Unsigned LEB128.
inline Bytes leb(std::uint64_t value) {
  Bytes result;
  for (; value >= 0x80; value >>= 7) result.push_back(static_cast<std::uint8_t>(value | 0x80));
  result.push_back(static_cast<std::uint8_t>(value));
  return result;
}

inline Bytes text(std::string_view chars) {
  return Bytes(chars.begin(), chars.end());
}

inline Bytes sized(const Bytes& contents) {
  return cat({leb(contents.size()), contents});
}

inline Bytes name(std::string_view chars) {
  return sized(text(chars));
}

/// A count and its items.
inline Bytes vec(std::initializer_list<Bytes> items) {
  return cat({leb(items.size()), cat(items)});
}

inline Bytes section(std::uint8_t id, const Bytes& contents) {
  return cat({{id}, sized(contents)});
}

inline Bytes custom(std::string_view title, const Bytes& payload) {
  return section(0, cat({name(title), payload}));
}

inline Bytes module(std::initializer_list<Bytes> sections) {
  return cat({{0, 'a', 's', 'm', 1, 0, 0, 0}, cat(sections)});
}

// Value types
inline constexpr std::uint8_t i32 = 0x7f, i64 = 0x7e, f32 = 0x7d, f64 = 0x7c, v128 = 0x7b;
inline constexpr std::uint8_t func_ref = 0x70, extern_ref = 0x6f, any_ref = 0x6e;

inline Bytes func_type(const Bytes& params, const Bytes& results) {
  return cat({{0x60}, sized(params), sized(results)});
}
inline Bytes struct_type(std::initializer_list<Bytes> fields) {
  return cat({{0x5f}, vec(fields)});
}
inline Bytes array_type(const Bytes& field) {
  return cat({{0x5e}, field});
}
inline Bytes rec(std::initializer_list<Bytes> types) {
  return cat({{0x4e}, vec(types)});
}
/// (sub supertype? type), not final.
inline Bytes sub(const Bytes& supertypes, const Bytes& type) {
  return cat({{0x50}, sized(supertypes), type});
}
inline Bytes sub_final(const Bytes& supertypes, const Bytes& type) {
  return cat({{0x4f}, sized(supertypes), type});
}

// Sections
inline Bytes types(std::initializer_list<Bytes> items) {
  return section(1, vec(items));
}
inline Bytes imports(std::initializer_list<Bytes> items) {
  return section(2, vec(items));
}
/// Functions of these types.
inline Bytes functions(const Bytes& type_indices) {
  return section(3, sized(type_indices));
}
inline Bytes tables(std::initializer_list<Bytes> items) {
  return section(4, vec(items));
}
inline Bytes memories(std::initializer_list<Bytes> items) {
  return section(5, vec(items));
}
inline Bytes globals(std::initializer_list<Bytes> items) {
  return section(6, vec(items));
}
inline Bytes exports(std::initializer_list<Bytes> items) {
  return section(7, vec(items));
}
inline Bytes start(std::uint8_t function) {
  return section(8, {function});
}
inline Bytes elements(std::initializer_list<Bytes> items) {
  return section(9, vec(items));
}
inline Bytes code(std::initializer_list<Bytes> bodies) {
  return section(10, vec(bodies));
}
inline Bytes data(std::initializer_list<Bytes> items) {
  return section(11, vec(items));
}
inline Bytes data_count(std::uint8_t count) {
  return section(12, {count});
}
inline Bytes tags(std::initializer_list<Bytes> items) {
  return section(13, vec(items));
}

inline Bytes import(std::string_view from, std::string_view field, const Bytes& description) {
  return cat({name(from), name(field), description});
}
inline Bytes export_(std::string_view field, std::uint8_t kind, std::uint8_t index) {
  return cat({name(field), {kind, index}});
}
/// A body without locals and instructions.
inline Bytes empty_body() {
  return sized({0, 0x0b});
}
/// (i32.const value) end, for values below 64.
inline Bytes i32_expr(std::uint8_t value) {
  return {0x41, value, 0x0b};
}

}  // namespace wrun::test
