#include "lib/wasm/walker_errors.hpp"

#include <string>

#include "lib/wasm/type_text.hpp"

namespace wrun::inline v0::wasm {

namespace {

std::string list(std::span<const ValType> types) {
  std::string result;
  for (const ValType type : types) result += (result.empty() ? "" : " ") + to_text(type);
  return result;
}

}  // namespace

void report_type_mismatch(Errors& errors, std::uint32_t offset, std::string_view who,
                          std::span<const ValType> expected, std::span<const ValType> found) {
  errors.invalid(offset, "type mismatch: {} requires [{}] but stack has [{}]", who, list(expected),
                 list(found));
}

}  // namespace wrun::inline v0::wasm
