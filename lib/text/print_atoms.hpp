#pragma once

// The smallest pieces of printed text: strings, identifiers, numbers.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wrun::inline v0::wat {

/// A string literal with its quotes.
void print_string(std::string_view bytes, std::string& out);
/// $name, or $"name" where it has characters that identifiers can't have. Not for empty names.
void print_id(std::string_view name, std::string& out);

/// Shortest decimal that reads back as the same bits; inf; nan, or nan:0x... with another payload.
void print_f32(std::uint32_t bits, std::string& out);
void print_f64(std::uint64_t bits, std::string& out);

}  // namespace wrun::inline v0::wat
