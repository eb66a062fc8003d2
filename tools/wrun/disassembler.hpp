#pragma once

// Machine code as text, where the command was built with a disassembler.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wrun::inline v0::tool {

/// Whether there is one.
bool has_disassembler();

struct Disassembled {
  std::string text;
  std::size_t size = 1;
};
/// The instruction that the bytes begin with, `offset` bytes from the code's start. Nothing if it
/// is none.
std::optional<Disassembled> disassemble(std::span<const std::uint8_t> code, std::uint64_t offset);

}  // namespace wrun::inline v0::tool
