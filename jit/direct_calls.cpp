#include "jit/direct_calls.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace wrun::inline v0::jit {

namespace {

constexpr std::size_t call_bytes = 5;

/// One instruction that does nothing, of up to nine bytes.
void write_nop(std::uint8_t* to, std::size_t bytes) {
  static constexpr std::uint8_t nops[9][9] = {
      {0x90},
      {0x66, 0x90},
      {0x0f, 0x1f, 0x00},
      {0x0f, 0x1f, 0x40, 0x00},
      {0x0f, 0x1f, 0x44, 0x00, 0x00},
      {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
      {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
      {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
      {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00}};
  std::memcpy(to, nops[bytes - 1], bytes);
}

}  // namespace

void link_calls(std::span<std::uint8_t> code, const std::uint8_t* room,
                std::span<const CallSite> calls, const CodeOf& code_of) {
  for (const CallSite& site : calls) {
    const std::uint8_t* target = code_of(site.function);
    if (target == nullptr) continue;
    std::size_t at = site.begin;
    while (at < site.end - call_bytes) {
      const std::size_t bytes = std::min<std::size_t>(site.end - call_bytes - at, 9);
      write_nop(code.data() + at, bytes);
      at += bytes;
    }
    const auto distance = static_cast<std::int32_t>(target - (room + site.end));
    code[at] = 0xe8;
    std::memcpy(code.data() + at + 1, &distance, sizeof(distance));
  }
}

}  // namespace wrun::inline v0::jit
