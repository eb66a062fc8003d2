#pragma once

// What the functions of a generated module know of each other and of the module.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::fuzz {

/// Types are letters: i i32, I i64, f f32, F f64, v v128, r funcref, x externref, e exnref, y
/// anyref; nullable references to the types of the heap: s and t structures, b, l, S and p arrays
/// of bytes, i64, references to s, functions.
struct Signature {
  std::string params;
  std::string results;
  friend bool operator==(const Signature&, const Signature&) = default;
};

/// A host function that every module imports; tier_run.cpp defines them.
struct HostFunction {
  std::string_view name;
  std::string_view params;
  std::string_view results;
};

inline constexpr std::array host_functions = {HostFunction{"mix", "iI", "i"},
                                              HostFunction{"blend", "Ff", "F"},
                                              HostFunction{"back", "i", "i"},
                                              HostFunction{"fail", "i", ""},
                                              HostFunction{"box", "i", "x"},
                                              HostFunction{"unbox", "x", "i"},
                                              HostFunction{"vector", "v", "v"},
                                              HostFunction{"grow", "i", "i"},
                                              HostFunction{"wide", "iIfFiIfFiIfF", "F"}};

// Indices that all modules have in common

// Types of the heap. The first is a structure of i32 and i64; the second one of its subtypes,
// final, with an i8, an i16, an f64 and a reference to the first kind behind.
inline constexpr std::uint32_t struct_type = 0;
inline constexpr std::uint32_t substruct_type = 1;
inline constexpr std::uint32_t byte_array_type = 2;
inline constexpr std::uint32_t long_array_type = 3;
inline constexpr std::uint32_t reference_array_type = 4;
inline constexpr std::uint32_t function_array_type = 5;
inline constexpr std::uint32_t heap_types = 6;

inline constexpr std::uint32_t passive_data = 1;      ///< segment
inline constexpr std::uint32_t passive_elements = 1;  ///< segment
inline constexpr std::uint32_t budget_global = 0;     ///< calls and turns of loops that are left
inline constexpr std::uint32_t depth_global = 1;
inline constexpr std::uint32_t first_free_global = 2;

struct MemoryPlan {
  bool is_64 = false;
  std::uint32_t min = 1;  ///< in units of 64 KiB, whatever the size of its pages
  std::uint32_t max = 4;
  bool has_small_pages = false;  ///< of one byte
};

struct Plan {
  std::vector<Signature> types;          ///< from index heap_types on
  std::vector<std::uint32_t> functions;  ///< type indices, imported ones first
  std::vector<char> globals;             ///< mutable, budget and depth too
  std::vector<MemoryPlan> memories;
  std::vector<std::uint32_t> tags;  ///< type indices
  std::uint32_t table_size = 8;
  bool vectors = false;
  bool atomics = false;
  bool exceptions = false;
  bool structures = false;
  bool canonical_nans = false;  ///< it is known which NaN an instruction makes

  std::uint32_t type_index(const Signature& signature) {
    for (std::size_t i = 0; i < types.size(); ++i)
      if (types[i] == signature) return static_cast<std::uint32_t>(i + heap_types);
    types.push_back(signature);
    return static_cast<std::uint32_t>(types.size() - 1 + heap_types);
  }
  const Signature& signature(std::uint32_t function) const {
    return types[functions[function] - heap_types];
  }
  const std::string& tag_params(std::uint32_t tag) const {
    return types[tags[tag] - heap_types].params;
  }
};

/// How often each instruction was generated.
using OpCounts = std::array<std::uint64_t, wasm::op_count>;

}  // namespace wrun::inline v0::fuzz
