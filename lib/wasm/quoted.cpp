#include "lib/wasm/quoted.hpp"

#include <algorithm>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wasm {

std::string quoted(std::string_view name) {
  std::size_t cut = std::min<std::size_t>(name.size(), 80);
  const auto inside_character = [&] {
    return cut < name.size() && (static_cast<unsigned char>(name[cut]) & 0xc0) == 0x80;
  };
  while (inside_character()) --cut;
  std::string result = "\"";
  for (char c : name.substr(0, cut)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '"' || c == '\\')
      result += compose("\\{:02x}", byte);
    else
      result += c;
  }
  return result + (cut < name.size() ? "...\"" : "\"");
}

}  // namespace wrun::inline v0::wasm
