#include "tools/wrun/disassembler.hpp"
#include "tools/wrun/zydis.hpp"

namespace wrun::inline v0::tool {
namespace {

auto disassembler() {
  static const auto found = find_zydis();
  return found;
}

}  // namespace

bool has_disassembler() {
  return disassembler() != nullptr;
}

std::optional<Disassembled> disassemble(std::span<const std::uint8_t> code, std::uint64_t offset) {
  if (!has_disassembler()) return std::nullopt;
  ZydisDisassembledInstruction instruction;
  if (!ZYAN_SUCCESS(disassembler()(ZYDIS_MACHINE_MODE_LONG_64, offset, code.data(), code.size(),
                                   &instruction)))
    return std::nullopt;
  return Disassembled{instruction.text, instruction.info.length};
}

}  // namespace wrun::inline v0::tool
