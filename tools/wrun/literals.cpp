#include "tools/wrun/literals.hpp"

#include <fmt/format.h>

#include <bit>

#include "lib/text/literals.hpp"

namespace wrun::inline v0::tool {
namespace {

struct Shape {
  std::string_view name;
  bool is_float;
  unsigned lane_bits;
};

constexpr std::array<Shape, 6> shapes{{{"i8x16", false, 8},
                                       {"i16x8", false, 16},
                                       {"i32x4", false, 32},
                                       {"i64x2", false, 64},
                                       {"f32x4", true, 32},
                                       {"f64x2", true, 64}}};

const Shape* find_shape(std::string_view name) {
  for (const Shape& shape : shapes) {
    if (shape.name == name) return &shape;
  }
  return nullptr;
}

bool parse_lane(std::string_view text, const Shape& shape, std::uint64_t& value) {
  if (!shape.is_float) {
    return wat::parse_integer(text, shape.lane_bits, value) == wat::LiteralStatus::ok;
  }
  if (shape.lane_bits == 64) return wat::parse_f64(text, value) == wat::LiteralStatus::ok;
  std::uint32_t narrow = 0;
  const bool ok = wat::parse_f32(text, narrow) == wat::LiteralStatus::ok;
  value = narrow;
  return ok;
}

// The parts of a NaN of either width.
std::string format_nan(bool negative, std::uint64_t payload, std::uint64_t canonical) {
  const std::string_view sign = negative ? "-" : "";
  if (payload == canonical) return fmt::format("{}nan", sign);
  return fmt::format("{}nan:{:#x}", sign, payload);
}

}  // namespace

std::optional<V128Bytes> parse_v128(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const Shape* shape = find_shape(text.substr(0, colon));
  if (shape == nullptr) return std::nullopt;
  std::string_view rest = text.substr(colon + 1);
  V128Bytes bytes{};
  const unsigned width = shape->lane_bits / 8;
  for (unsigned at = 0; at < bytes.size(); at += width) {
    const bool last = at + width == bytes.size();
    const std::size_t comma = rest.find(',');
    if ((comma == std::string_view::npos) != last) return std::nullopt;
    std::uint64_t value = 0;
    if (!parse_lane(rest.substr(0, comma), *shape, value)) return std::nullopt;
    for (unsigned i = 0; i < width; ++i) {
      bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    if (!last) rest.remove_prefix(comma + 1);
  }
  return bytes;
}

std::string format_f32(std::uint32_t bits) {
  const std::uint32_t payload = bits & 0x7fffff;
  if ((bits & 0x7f800000) == 0x7f800000 && payload != 0) {
    return format_nan(bits >> 31 != 0, payload, 0x400000);
  }
  return fmt::format("{}", std::bit_cast<float>(bits));
}

std::string format_f64(std::uint64_t bits) {
  const std::uint64_t payload = bits & 0xfffffffffffff;
  if ((bits & 0x7ff0000000000000) == 0x7ff0000000000000 && payload != 0) {
    return format_nan(bits >> 63 != 0, payload, 0x8000000000000);
  }
  return fmt::format("{}", std::bit_cast<double>(bits));
}

std::string format_v128(const V128Bytes& bytes) {
  std::string text = "i32x4:";
  for (unsigned at = 0; at < bytes.size(); at += 4) {
    std::uint32_t lane = 0;
    for (unsigned i = 0; i < 4; ++i) lane |= std::uint32_t{bytes[at + i]} << (8 * i);
    fmt::format_to(std::back_inserter(text), "{}{:#010x}", at == 0 ? "" : ",", lane);
  }
  return text;
}

}  // namespace wrun::inline v0::tool
