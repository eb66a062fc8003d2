#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::wasm {
namespace {

constexpr std::string_view names[] = {
#define OP(name, code, text, immediates, signature, shape, feature) #name,
#include "lib/wasm/opcodes.def"
#undef OP
};

constexpr bool sorted_by_code() {
  for (std::size_t i = 1; i < op_count; ++i)
    if (op_table[i - 1].code >= op_table[i].code) return false;
  return true;
}
static_assert(sorted_by_code(), "rows go by ascending code, each code once");

/// `name` is `text` with '.' as '_', and at most one of the known suffixes.
constexpr bool agrees(std::string_view name, std::string_view text) {
  if (name.size() < text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (name[i] != (text[i] == '.' ? '_' : text[i])) return false;
  const auto suffix = name.substr(text.size());
  return suffix.empty() || suffix == "_" || suffix == "_t" || suffix == "_null";
}

constexpr bool names_agree() {
  for (std::size_t i = 0; i < op_count; ++i)
    if (!agrees(names[i], op_table[i].text())) return false;
  return true;
}
static_assert(names_agree(), "a row's name is its text with '.' as '_'");

constexpr bool signatures_are_well_formed() {
  for (const OpInfo& row : op_table) {
    if (row.signature().empty()) continue;
    if (row.signature().find_first_not_of("iIfFva:") != row.signature().npos) return false;
    const auto colon = row.signature().find(':');
    if (colon == row.signature().npos ||
        row.signature().find(':', colon + 1) != row.signature().npos)
      return false;
  }
  return true;
}
static_assert(signatures_are_well_formed(), "a signature is operands ':' results");

/// The codes of one prefix byte, or of the one-byte opcodes (prefix 0), as a dense array.
constexpr std::size_t size_of_prefix(std::uint32_t prefix) {
  std::size_t size = 0;
  for (const OpInfo& row : op_table)
    if (row.code >> 16 == prefix) size = (row.code & 0xffff) + 1;
  return size;
}

template <std::uint32_t prefix>
constexpr auto table_of_prefix() {
  std::array<Op, size_of_prefix(prefix)> table{};
  table.fill(op_none);
  for (std::size_t i = 0; i < op_count; ++i)
    if (op_table[i].code >> 16 == prefix) table[op_table[i].code & 0xffff] = static_cast<Op>(i);
  return table;
}

template <std::uint32_t prefix>
Op look_up(std::uint32_t sub) {
  static constexpr auto table = table_of_prefix<prefix>();
  return sub < table.size() ? table[sub] : op_none;
}

}  // namespace

Op op_from_code(std::uint32_t code) {
  const std::uint32_t sub = code & 0xffff;
  switch (code >> 16) {
    case 0:
      return look_up<0>(sub);
    case 0xfb:
      return look_up<0xfb>(sub);
    case 0xfc:
      return look_up<0xfc>(sub);
    case 0xfd:
      return look_up<0xfd>(sub);
    case 0xfe:
      return look_up<0xfe>(sub);
    default:
      return op_none;
  }
}

}  // namespace wrun::inline v0::wasm
