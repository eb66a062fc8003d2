#pragma once

// Which parts of WebAssembly an engine accepts. A module that uses a feature that is off is
// invalid, and the error names the feature.

#include <cstdint>
#include <optional>
#include <string_view>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {

/// A proposal that was merged into the standard, or one that is advanced enough to have tests.
/// docs/features.md lists each with its specification.
enum class Feature : std::uint8_t {
  mvp,  ///< WebAssembly 1.0 without the two below; always on
  mutable_globals,
  sign_extension,
  saturating_conversions,
  multi_value,
  bulk_memory,
  reference_types,
  simd,
  tail_calls,
  extended_const,
  multi_memory,
  memory64,  ///< 64-bit memories and tables
  function_references,
  gc,
  exceptions,
  relaxed_simd,
  threads,
  custom_page_sizes,
  wide_arithmetic,
  legacy_exceptions,  ///< try, catch, rethrow, delegate
  count_
};

/// A set of features; a plain value.
class Features {
 public:
  constexpr Features() = default;

  /// WebAssembly 1.0 (2019).
  WRUN_API static Features wasm1();
  /// WebAssembly 2.0 (2022).
  WRUN_API static Features wasm2();
  /// WebAssembly 3.0 (2025).
  WRUN_API static Features wasm3();
  /// Everything wrun knows.
  WRUN_API static Features all();

  /// Reads "wasm3", "all", or a comma-separated list such as "wasm2,+simd,-threads", left to right;
  /// a list that doesn't begin with a set changes wasm3(). Nothing if a word is unknown.
  WRUN_API static std::optional<Features> parse(std::string_view text);
  /// Whether a feature is on.
  constexpr bool has(Feature feature) const { return (bits_ & bit(feature)) != 0; }
  /// The same set with a feature on.
  constexpr Features with(Feature feature) const { return Features(bits_ | bit(feature)); }
  /// The same set with a feature off.
  constexpr Features without(Feature feature) const { return Features(bits_ & ~bit(feature)); }
  /// The set as bits, 1 << Feature.
  constexpr std::uint64_t bits() const { return bits_; }

  friend constexpr bool operator==(Features, Features) = default;

 private:
  constexpr explicit Features(std::uint64_t bits) : bits_(bits | bit(Feature::mvp)) {}
  static constexpr std::uint64_t bit(Feature feature) {
    return std::uint64_t{1} << static_cast<unsigned>(feature);
  }

  std::uint64_t bits_ = 1;
};

/// The name that --features and error messages use, for example "tail-calls".
WRUN_API std::string_view name(Feature feature);
/// The feature of that name, if there is one.
WRUN_API std::optional<Feature> feature_from_name(std::string_view name);

}  // namespace v0
}  // namespace wrun
