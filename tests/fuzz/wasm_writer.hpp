#pragma once

// Bytes of the binary format.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::fuzz {

class WasmWriter {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(value); }
  void raw(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void unsigned_leb(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void signed_leb(std::int64_t value) {
    for (; value < -64 || value > 63; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value & 0x7f));
  }
  void little_endian(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void name(std::string_view text) {
    unsigned_leb(text.size());
    for (const char c : text) byte(static_cast<std::uint8_t>(c));
  }
  void op(wasm::Op op) {
    const std::uint32_t code = wasm::info(op).code;
    if (code >> 16 == 0) return byte(static_cast<std::uint8_t>(code));
    byte(static_cast<std::uint8_t>(code >> 16));
    unsigned_leb(code & 0xffff);
  }
  /// With its length in front, as sections and bodies have it.
  void sized(const WasmWriter& content) {
    unsigned_leb(content.bytes_.size());
    raw(content.bytes_);
  }
  void section(std::uint8_t id, const WasmWriter& content) {
    byte(id);
    sized(content);
  }

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace wrun::inline v0::fuzz
