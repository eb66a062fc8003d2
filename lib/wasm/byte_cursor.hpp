#pragma once

// Reads numbers and texts off bytes that may be anything: past their end, all is zero and ok() is
// false for good.

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace wrun::inline v0::wasm {

class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return bytes_.empty() || !ok_; }
  std::size_t remaining() const { return bytes_.size(); }

  /// Little-endian.
  template <class T>
  T fixed() {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    const auto part = take(sizeof(T));
    for (std::size_t i = 0; i < part.size(); ++i)
      value = static_cast<T>(value | static_cast<T>(static_cast<T>(part[i]) << (8 * i)));
    return value;
  }
  std::uint8_t u8() { return fixed<std::uint8_t>(); }

  /// LEB128 of any length, of which 64 bits count.
  std::uint64_t uleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t byte = u8();
      if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
  }
  std::int64_t sleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;;) {
      const std::uint8_t byte = u8();
      if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      shift += 7;
      if ((byte & 0x80) != 0) continue;
      if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
      return static_cast<std::int64_t>(value);
    }
  }

  /// Up to a zero byte, which it leaves out.
  std::string_view text() {
    const void* end = bytes_.empty() ? nullptr : std::memchr(bytes_.data(), 0, bytes_.size());
    if (end == nullptr) {
      fail();
      return {};
    }
    const auto size =
        static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - bytes_.data());
    const auto part = take(size + 1);
    return {reinterpret_cast<const char*>(part.data()), size};
  }

  /// So many bytes; none and failure if there are fewer.
  std::span<const std::uint8_t> take(std::uint64_t count) {
    if (count > bytes_.size()) {
      fail();
      return {};
    }
    const auto part = bytes_.first(static_cast<std::size_t>(count));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(count));
    return part;
  }
  void fail() {
    ok_ = false;
    bytes_ = {};
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool ok_ = true;
};

}  // namespace wrun::inline v0::wasm
