#pragma once

// The few forms of instructions that are most of all code, written without xbyak, which asks each
// operand what it is: that took half of the time of emission. Bytes are those that xbyak writes.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "jit/asm.hpp"

namespace wrun::inline v0::jit {

/// [base + index * 2^scale + disp]
struct Place86 {
  Reg base = no_reg;
  Reg index = no_reg;
  std::uint8_t scale = 0;
  std::int32_t disp = 0;
};

/// An instruction with a ModRM byte.
struct ModRm {
  std::uint8_t opcode = 0;
  bool has_0f = false;
  bool is_wide = false;            ///< of 64 bits
  std::uint8_t prefix = 0;         ///< 0: none
  bool has_byte_register = false;  ///< whose numbers 4 to 7 take a REX prefix
};

class Encoder : public Xbyak::CodeGenerator {
 public:
  explicit Encoder(std::span<std::uint8_t> room) : CodeGenerator(room.size(), room.data()) {}

 protected:
  static constexpr std::size_t longest = 16;  ///< instruction, and more

  /// With a register, general or vector, and memory.
  void with_memory(const ModRm& form, Reg reg, const Place86& place) {
    std::uint8_t* to = begin();
    const unsigned r = reg & 15;
    const bool has_index = place.index != no_reg;
    const unsigned x = has_index ? place.index : 0;
    to = head(to, form, r, x >> 3 << 1 | place.base >> 3);
    const unsigned base = place.base & 7;
    const bool is_near = place.disp == static_cast<std::int8_t>(place.disp);
    // There is no form of rbp and r13 without a displacement.
    const unsigned mode = place.disp == 0 && base != 5 ? 0 : is_near ? 1 : 2;
    const bool has_sib = has_index || base == 4;
    *to++ = static_cast<std::uint8_t>(mode << 6 | (r & 7) << 3 | (has_sib ? 4 : base));
    if (has_sib)
      *to++ = static_cast<std::uint8_t>(place.scale << 6 | (has_index ? x & 7 : 4) << 3 | base);
    if (mode == 1) *to++ = static_cast<std::uint8_t>(place.disp);
    if (mode == 2) {
      std::memcpy(to, &place.disp, 4);
      to += 4;
    }
    finish(to);
  }

  /// One of the operations that Alu numbers, with an immediate.
  void with_immediate(unsigned operation, bool is_wide, Reg reg, std::int32_t imm) {
    std::uint8_t* to = begin();
    const bool is_short = imm == static_cast<std::int8_t>(imm);
    const unsigned rex = (is_wide ? 8u : 0u) | reg >> 3;
    if (rex != 0) *to++ = static_cast<std::uint8_t>(0x40 | rex);
    if (reg == 0 && !is_short) {
      *to++ = static_cast<std::uint8_t>(operation << 3 | 5);
    } else {
      *to++ = is_short ? 0x83 : 0x81;
      *to++ = static_cast<std::uint8_t>(0xc0 | operation << 3 | (reg & 7));
    }
    std::memcpy(to, &imm, 4);
    finish(to + (is_short ? 1 : 4));
  }

  /// A number of four bytes to a general register, which clears its upper half.
  void with_number(Reg reg, std::uint32_t number) {
    std::uint8_t* to = begin();
    if (reg >= 8) *to++ = 0x41;
    *to++ = static_cast<std::uint8_t>(0xb8 | (reg & 7));
    std::memcpy(to, &number, 4);
    finish(to + 4);
  }

  /// A few bytes, and so many zeros.
  template <class... Bytes>
  void with_bytes(std::size_t zeros, Bytes... bytes) {
    std::uint8_t* to = begin();
    ((*to++ = static_cast<std::uint8_t>(bytes)), ...);
    std::memset(to, 0, 8);
    finish(to + zeros);
  }

  /// As few instructions that do nothing as can be: those in front of a loop are carried out
  /// whenever it is entered.
  void nop(std::size_t bytes) {
    static constexpr std::size_t most = 15;  // of any instruction
    static constexpr std::size_t most_unprefixed = 8;
    while (bytes != 0) {
      std::size_t count = std::min(bytes, most);
      bytes -= count;
      for (; count > most_unprefixed; --count) db(0x66);
      CodeGenerator::nop(count);
    }
  }

  void align(std::size_t bytes) { nop((bytes - getSize() % bytes) % bytes); }

  /// Moves what was written from `at` on so many bytes further, with instructions before it that do
  /// nothing.
  void make_way(std::size_t at, std::size_t bytes) {
    std::uint8_t moved[longest];
    const std::size_t count = size_ - at;
    std::memcpy(moved, top_ + at, count);
    size_ = at;
    nop(bytes);
    db(moved, count);
  }

  /// With two registers: the one that is in ModRM's upper part, and in its lower.
  void with_registers(const ModRm& form, Reg upper, Reg lower) {
    std::uint8_t* to = begin();
    const unsigned r = upper & 15;
    const unsigned b = lower & 15;
    to = head(to, form, r, b >> 3);
    *to++ = static_cast<std::uint8_t>(0xc0 | (r & 7) << 3 | (b & 7));
    finish(to);
  }

 private:
  std::uint8_t* begin() {
    if (maxSize_ - size_ < longest) throw Xbyak::Error(Xbyak::ERR_CODE_IS_TOO_BIG);
    return top_ + size_;
  }
  void finish(const std::uint8_t* end) { size_ = static_cast<std::size_t>(end - top_); }

  /// What comes before ModRM. `rest` has the parts of REX that aren't the register's.
  static std::uint8_t* head(std::uint8_t* to, const ModRm& form, unsigned r, unsigned rest) {
    if (form.prefix != 0) *to++ = form.prefix;
    const unsigned rex = (form.is_wide ? 8u : 0u) | r >> 3 << 2 | rest;
    if (rex != 0 || (form.has_byte_register && r >= 4))
      *to++ = static_cast<std::uint8_t>(0x40 | rex);
    if (form.has_0f) *to++ = 0x0f;
    *to++ = form.opcode;
    return to;
  }
};

}  // namespace wrun::inline v0::jit
