#pragma once

// Values as people type them on a command line and read them in results. What is printed reads
// back as the same bits.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wrun::inline v0::tool {

using V128Bytes = std::array<std::uint8_t, 16>;

/// "i32x4:1,2,3,4", and so for i8x16, i16x8, i64x2, f32x4, f64x2.
std::optional<V128Bytes> parse_v128(std::string_view text);

/// Shortest decimal digits; "inf", "-nan", "nan:0x200001".
std::string format_f32(std::uint32_t bits);
std::string format_f64(std::uint64_t bits);
/// "i32x4:0x00000001,0x00000002,0x00000003,0x00000004"
std::string format_v128(const V128Bytes& bytes);

}  // namespace wrun::inline v0::tool
