#pragma once

// A cursor over a module's bytes. Trust::no checks every read and reports the first violation to
// an Errors sink, after which the cursor stands at the end and reads zeros; Trust::yes is for
// bytes that were validated before, and checks nothing.
//
// https://webassembly.github.io/spec/core/binary/values.html

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "lib/wasm/errors.hpp"

namespace wrun::inline v0::wasm {

enum class Trust : bool { no, yes };

/// Whether these bytes are UTF-8 as Unicode defines it: no surrogates, no overlong forms.
bool is_utf8(std::span<const std::uint8_t> bytes);

template <Trust trust>
class Reader {
 public:
  /// Reads [begin, end) of `bytes`; offsets are from the start of `bytes`. `errors` may be null
  /// with Trust::yes.
  Reader(std::span<const std::uint8_t> bytes, std::size_t begin, std::size_t end, Errors* errors)
      : base_(bytes.data()), at_(base_ + begin), end_(base_ + end), errors_(errors) {}

  std::uint32_t offset() const { return static_cast<std::uint32_t>(at_ - base_); }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
  bool done() const { return at_ == end_; }
  bool ok() const { return trust == Trust::yes || errors_->ok(); }
  void seek(std::uint32_t offset) { at_ = base_ + offset; }
  /// Where it stands, and the offset of such a place.
  const std::uint8_t* place() const { return at_; }
  std::uint32_t offset_of(const std::uint8_t* place) const {
    return static_cast<std::uint32_t>(place - base_);
  }
  /// Goes to a place among the bytes.
  void go_to(const std::uint8_t* place) { at_ = place; }
  /// Goes past bytes that are there.
  void skip(std::size_t count) { at_ += count; }
  /// The next byte, if it isn't done().
  std::uint8_t next() { return *at_++; }

  std::uint8_t u8() {
    if (!need(1)) return 0;
    return *at_++;
  }
  std::uint8_t peek() const { return at_ < end_ ? *at_ : 0; }

  std::uint32_t u32() { return leb<std::uint32_t, 32>(); }
  std::uint64_t u64() { return leb<std::uint64_t, 64>(); }
  std::int32_t s32() { return leb<std::int32_t, 32>(); }
  std::int64_t s33() { return leb<std::int64_t, 33>(); }
  std::int64_t s64() { return leb<std::int64_t, 64>(); }

  /// A fixed-width little-endian value.
  template <class T>
  T fixed() {
    T value{};
    if (!need(sizeof(T))) return value;
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    if constexpr (std::endian::native == std::endian::big) {
      auto raw = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(value);
      std::reverse(raw.begin(), raw.end());
      value = std::bit_cast<T>(raw);
    }
    return value;
  }

  std::span<const std::uint8_t> bytes(std::uint32_t count) {
    if (!need(count)) return {};
    auto result = std::span(at_, count);
    at_ += count;
    return result;
  }

  /// A name: a byte count and UTF-8.
  std::string_view name() {
    const std::uint32_t start = offset();
    const auto text = bytes(u32());
    if (trust == Trust::no && !is_utf8(text)) fail(start, "malformed UTF-8 encoding");
    return {reinterpret_cast<const char*>(text.data()), text.size()};
  }

  /// Reports a malformed module and goes to the end.
  template <class... Args>
  void fail(std::uint32_t where, Pattern<Args...> text, const Args&... args) {
    fail_values(ErrorKind::malformed, where, text.text(), value_types<Args...>,
                PatternValues<Args...>{args...}.data());
  }
  /// The same for a module that is well-formed but invalid.
  template <class... Args>
  void fail_invalid(std::uint32_t where, Pattern<Args...> text, const Args&... args) {
    fail_values(ErrorKind::invalid, where, text.text(), value_types<Args...>,
                PatternValues<Args...>{args...}.data());
  }
  /// Goes to the end, after an error that was reported otherwise.
  void stop() { at_ = end_; }

 private:
  [[gnu::cold, gnu::noinline]] void fail_values(ErrorKind kind, std::uint32_t where,
                                                const char* text, std::uint64_t types,
                                                const PatternValue* values) {
    if (errors_) errors_->report(kind, where, text, types, values);
    at_ = end_;
  }
  bool need(std::size_t count) {
    if (trust == Trust::yes || remaining() >= count) return true;
    fail(offset(), "unexpected end of section or function");
    return false;
  }

  template <class T, unsigned bits>
  T leb() {
    if ((trust == Trust::yes || at_ != end_) && *at_ < 0x80) [[likely]] {
      if constexpr (std::is_unsigned_v<T>) return *at_++;
      return static_cast<T>(static_cast<std::int8_t>(*at_++ << 1) >> 1);
    }
    return leb_long<T, bits>();
  }
  template <class T, unsigned bits>
  [[gnu::noinline]] T leb_long();
  template <class T, unsigned bits>
  bool leb_at_once(T& value);
  template <class T, unsigned bits>
  T leb_slow();

  const std::uint8_t* base_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  Errors* errors_;
};

template <Trust trust>
template <class T, unsigned bits>
T Reader<trust>::leb_long() {
  T value = 0;
  if (leb_at_once<T, bits>(value)) return value;
  return leb_slow<T, bits>();
}

/// Numbers of at most five bytes, without a loop: linkers pad many to that length. False if it is
/// another one, maybe malformed.
template <Trust trust>
template <class T, unsigned bits>
bool Reader<trust>::leb_at_once(T& value) {
  if (bits == 33 || std::endian::native != std::endian::little) return false;
  if (remaining() < sizeof(std::uint64_t)) return false;
  std::uint64_t word;
  std::memcpy(&word, at_, sizeof word);
  const std::uint64_t ends = ~word & 0x80'8080'8080;
  if (ends == 0) return false;
  word &= (ends ^ (ends - 1)) & 0x7f'7f7f'7f7f;
  std::uint64_t all = (word & 0x7f) | (word >> 1 & 0x3f80) | (word >> 2 & 0x1f'c000) |
                      (word >> 3 & 0xfe0'0000) | (word >> 4 & 0x7'f000'0000);
  const auto length = static_cast<unsigned>(std::countr_zero(ends) + 1) / 8;
  if constexpr (std::is_signed_v<T>) {
    const unsigned unused = 64 - 7 * length;
    all = static_cast<std::uint64_t>(static_cast<std::int64_t>(all << unused) >> unused);
  }
  value = static_cast<T>(all);
  if (bits == 32 && trust == Trust::no) {
    if (static_cast<std::uint64_t>(value) != all) return false;  // with bits that must be zero
  }
  at_ += length;
  return true;
}

template <Trust trust>
template <class T, unsigned bits>
T Reader<trust>::leb_slow() {
  constexpr bool is_signed = std::is_signed_v<T>;
  constexpr unsigned last_shift = (bits - 1) / 7 * 7;
  constexpr unsigned last_bits = bits - last_shift;  // payload bits of the last byte
  const std::uint32_t start = offset();
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (trust == Trust::no && at_ == end_)
      return fail(start, "unexpected end of section or function"), T{};
    const std::uint8_t byte = *at_++;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (shift == last_shift && trust == Trust::no) {
      if (byte & 0x80) return fail(start, "integer representation too long"), T{};
      // The unused bits must be zero, or copies of the sign bit.
      const unsigned unused = (byte & 0x7fu) >> (is_signed ? last_bits - 1 : last_bits);
      const unsigned ones = 0x7fu >> (is_signed ? last_bits - 1 : last_bits);
      if (unused != 0 && !(is_signed && unused == ones))
        return fail(start, "integer too large"), T{};
    }
    if (!(byte & 0x80)) {
      if (is_signed && (byte & 0x40) && shift + 7 < 64) value |= ~std::uint64_t{0} << (shift + 7);
      return static_cast<T>(value);
    }
  }
}

}  // namespace wrun::inline v0::wasm
