#pragma once

// The signature of a native function, from text: include/wrun/linker.hpp has the grammar.

#include <cstdint>
#include <string_view>
#include <vector>

#include <wrun/detail/native.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>

namespace wrun::inline v0::native {

using detail::NativeKind;

inline constexpr std::size_t max_params = 64;

/// How a value differs from what its kind says.
enum class Role : std::uint8_t {
  number,
  size,     ///< a size_t; i32 in WebAssembly
  pointer,  ///< an address in the caller's memory
  string    ///< the same, of bytes up to a zero
};

/// What is multiplied to the number of bytes that a pointer points to.
struct Factor {
  bool is_param = false;
  std::uint64_t value = 0;  ///< or a parameter's index
};

struct Value {
  NativeKind kind = NativeKind::none;
  Role role = Role::number;
  bool may_be_null = false;
  std::vector<Factor> size = {};  ///< of a pointer
};

struct Signature {
  Value result;
  std::vector<Value> params;
};

/// Error{usage} that says what is wrong.
Result<Signature> parse_signature(std::string_view text);

/// The type in WebAssembly.
FuncType wasm_type(const Signature& signature);

}  // namespace wrun::inline v0::native
