#pragma once

// SipHash-2-4 with 128 bits: who doesn't have the key can't make bytes for a hash. With a key that
// everybody knows it finds damage.
//
// https://www.aumasson.jp/siphash/siphash.pdf

#include <array>
#include <cstdint>
#include <span>

namespace wrun::inline v0::wasm {

using HashKey = std::array<std::uint64_t, 2>;
using Hash128 = std::array<std::uint64_t, 2>;

Hash128 siphash(const HashKey& key, std::span<const std::uint8_t> bytes);

}  // namespace wrun::inline v0::wasm
