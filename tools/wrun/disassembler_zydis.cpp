#include <Zydis/Zydis.h>

#include "tools/wrun/disassembler.hpp"

namespace wrun::inline v0::tool {

bool has_disassembler() {
  return true;
}

std::optional<Disassembled> disassemble(std::span<const std::uint8_t> code, std::uint64_t offset) {
  ZydisDisassembledInstruction instruction;
  if (!ZYAN_SUCCESS(ZydisDisassembleIntel(ZYDIS_MACHINE_MODE_LONG_64, offset, code.data(),
                                          code.size(), &instruction)))
    return std::nullopt;
  return Disassembled{instruction.text, instruction.info.length};
}

}  // namespace wrun::inline v0::tool
