#pragma once

// Function bodies and constant expressions as flat instructions.

#include "lib/text/print_context.hpp"

namespace wrun::inline v0::wat {

/// Locals and instructions of a defined function, a line each, and the closing parenthesis of its
/// field. False if the text grew beyond `max_size`.
bool print_body(PrintContext& context, std::uint32_t function, std::uint64_t max_size);

/// "(instruction)", or several without parentheses; without the final `end`.
void print_expression(PrintContext& context, wasm::ConstExpr expression);

}  // namespace wrun::inline v0::wat
