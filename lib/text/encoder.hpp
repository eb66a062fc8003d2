#pragma once

// Writes the binary format's values. Integers take their shortest form.
//
// https://webassembly.github.io/spec/core/binary/conventions.html

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wat {

class Encoder {
 public:
  const std::vector<std::uint8_t>& data() const { return data_; }
  std::vector<std::uint8_t> take() { return std::move(data_); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(data_.size()); }
  bool empty() const { return data_.empty(); }
  void resize(std::size_t size) { data_.resize(size); }
  void clear() { data_.clear(); }

  void u8(std::uint32_t value) { data_.push_back(static_cast<std::uint8_t>(value)); }
  /// An unsigned LEB128.
  void u64(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) u8((value & 0x7f) | 0x80);
    u8(static_cast<std::uint32_t>(value));
  }
  void u32(std::uint32_t value) { u64(value); }
  /// A signed LEB128.
  void s64(std::int64_t value) {
    for (; value < -64 || value >= 64; value >>= 7) u8((value & 0x7f) | 0x80);
    u8(value & 0x7f);
  }
  /// `count` bytes, the lowest first.
  void fixed(std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) u8(value >> (8 * i) & 0xff);
  }
  void bytes(std::span<const std::uint8_t> bytes) {
    data_.insert(data_.end(), bytes.begin(), bytes.end());
  }
  void bytes(std::string_view bytes) { data_.insert(data_.end(), bytes.begin(), bytes.end()); }
  /// A byte count and the bytes.
  void name(std::string_view text) {
    u64(text.size());
    bytes(text);
  }
  void sized(const Encoder& contents) {
    u64(contents.data_.size());
    bytes(contents.data_);
  }

  /// An opcode as in opcodes.def.
  void opcode(std::uint32_t code);

  void heap_type(wasm::HeapType type);
  void value_type(wasm::ValType type);
  void sub_type(const wasm::SubType& type);
  void limits(const wasm::SizeLimits& limits, std::uint32_t more_flags = 0);
  void table_type(const wasm::TableType& type);
  void memory_type(const wasm::MemoryType& type);
  void global_type(const wasm::GlobalType& type);

 private:
  std::vector<std::uint8_t> data_;
};

}  // namespace wrun::inline v0::wat
