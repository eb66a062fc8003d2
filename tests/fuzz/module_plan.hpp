#pragma once

// What the functions of a generated module know of each other and of the module.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::fuzz {

/// Types are letters: i i32, I i64, f f32, F f64, v v128, r funcref, x externref, s a nullable
/// reference to the module's structure, e exnref.
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

/// "back", which is never called by tail calls: whether they leave a frame below what it calls back
/// depends on the tier.
inline constexpr std::uint32_t callback_host = 2;
inline constexpr std::uint32_t struct_type = 0;
inline constexpr std::uint32_t budget_global = 0;  ///< calls and turns of loops that are left
inline constexpr std::uint32_t depth_global = 1;
inline constexpr std::uint32_t first_free_global = 2;

struct MemoryPlan {
  bool is_64 = false;
  std::uint32_t min = 1;
  std::uint32_t max = 4;
};

struct Plan {
  std::vector<Signature> types;          ///< from index 1 on
  std::vector<std::uint32_t> functions;  ///< type indices, imported ones first
  std::vector<char> globals;             ///< mutable, budget and depth too
  std::vector<MemoryPlan> memories;
  std::vector<std::uint32_t> tags;  ///< type indices
  std::uint32_t table_size = 8;
  bool vectors = false;
  bool atomics = false;
  bool exceptions = false;
  bool structures = false;

  std::uint32_t type_index(const Signature& signature) {
    for (std::size_t i = 0; i < types.size(); ++i)
      if (types[i] == signature) return static_cast<std::uint32_t>(i + 1);
    types.push_back(signature);
    return static_cast<std::uint32_t>(types.size());
  }
  const Signature& signature(std::uint32_t function) const {
    return types[functions[function] - 1];
  }
};

/// How often each instruction was generated.
using OpCounts = std::array<std::uint64_t, wasm::op_count>;

}  // namespace wrun::inline v0::fuzz
