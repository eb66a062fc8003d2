#include "tools/wrun/disassembler.hpp"

namespace wrun::inline v0::tool {

bool has_disassembler() {
  return false;
}

std::optional<Disassembled> disassemble(std::span<const std::uint8_t>, std::uint64_t) {
  return std::nullopt;
}

}  // namespace wrun::inline v0::tool
