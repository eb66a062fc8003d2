#pragma once

// A load's or store's semantics on shared memory: the instruction's own function, on a copy of its
// bytes that the run-time's primitive fetches or stores.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/runtime/shared_access.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::inline v0::interp {

template <std::size_t width>
void fetch_shared(const std::uint8_t* at, std::uint8_t* bytes) {
  if constexpr (width > 8) {
    fetch_shared<8>(at, bytes);
    fetch_shared<width - 8>(at + 8, bytes + 8);
  } else {
    const auto value = runtime::shared_load<wasm::UnsignedOf<width>>(at);
    std::memcpy(bytes, &value, width);
  }
}

template <std::size_t width>
void put_shared(std::uint8_t* at, const std::uint8_t* bytes) {
  if constexpr (width > 8) {
    put_shared<8>(at, bytes);
    put_shared<width - 8>(at + 8, bytes + 8);
  } else {
    wasm::UnsignedOf<width> value;
    std::memcpy(&value, bytes, width);
    runtime::shared_store(at, value);
  }
}

template <auto function, std::size_t width>
struct SharedAccess;

template <class V, V (*function)(const std::uint8_t*), std::size_t width>
struct SharedAccess<function, width> {
  static V run(const std::uint8_t* at) {
    std::uint8_t bytes[width];
    fetch_shared<width>(at, bytes);
    return function(bytes);
  }
};

template <class V, void (*function)(std::uint8_t*, V), std::size_t width>
struct SharedAccess<function, width> {
  static void run(std::uint8_t* at, V value) {
    std::uint8_t bytes[width];
    function(bytes, value);
    put_shared<width>(at, bytes);
  }
};

}  // namespace wrun::inline v0::interp
