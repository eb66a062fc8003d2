#include "lib/wasm/errors.hpp"

namespace wrun::inline v0::wasm {

void Errors::report(ErrorKind kind, std::uint64_t offset, std::string message) {
  if (!first_) first_.emplace(kind, offset, std::move(message));
}

void Errors::report(ErrorKind kind, std::uint64_t offset, const char* text, std::uint64_t types,
                    const PatternValue* values) {
  if (!first_) first_.emplace(kind, offset, compose_values(text, types, values));
}

}  // namespace wrun::inline v0::wasm
