#include <wrun/features.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>

namespace wrun::inline v0 {
namespace {

constexpr std::size_t feature_count = static_cast<std::size_t>(Feature::count_);

/// In the order of Feature.
constexpr std::array<std::string_view, feature_count> feature_names = {
    "mvp",
    "mutable-globals",
    "sign-extension",
    "saturating-conversions",
    "multi-value",
    "bulk-memory",
    "reference-types",
    "simd",
    "tail-calls",
    "extended-const",
    "multi-memory",
    "memory64",
    "function-references",
    "gc",
    "exceptions",
    "relaxed-simd",
    "threads",
    "custom-page-sizes",
    "wide-arithmetic",
    "legacy-exceptions",
};
static_assert(!feature_names.back().empty(), "each feature has a name");

constexpr Features with(Features set, std::initializer_list<Feature> more) {
  for (Feature feature : more) set = set.with(feature);
  return set;
}

std::optional<Features> set_from_name(std::string_view word) {
  if (word == "mvp") return Features();
  if (word == "wasm1") return Features::wasm1();
  if (word == "wasm2") return Features::wasm2();
  if (word == "wasm3") return Features::wasm3();
  if (word == "all") return Features::all();
  return std::nullopt;
}

/// `set` after one word of a list: the name of a set, or a feature with '+', '-' or neither.
std::optional<Features> apply(Features set, std::string_view word) {
  if (auto named = set_from_name(word)) return named;
  const bool remove = word.starts_with('-');
  if (remove || word.starts_with('+')) word.remove_prefix(1);
  const auto feature = feature_from_name(word);
  if (!feature || *feature == Feature::mvp) return std::nullopt;
  return remove ? set.without(*feature) : set.with(*feature);
}

}  // namespace

Features Features::wasm1() {
  return Features().with(Feature::mutable_globals);
}

Features Features::wasm2() {
  using enum Feature;
  return v0::with(wasm1(), {sign_extension, saturating_conversions, multi_value, bulk_memory,
                            reference_types, simd});
}

Features Features::wasm3() {
  using enum Feature;
  return v0::with(wasm2(), {tail_calls, extended_const, multi_memory, memory64, function_references,
                            gc, exceptions, relaxed_simd});
}

Features Features::all() {
  using enum Feature;
  return v0::with(wasm3(), {threads, custom_page_sizes, wide_arithmetic, legacy_exceptions});
}

std::optional<Features> Features::parse(std::string_view text) {
  Features set = wasm3();
  for (;;) {
    const auto comma = text.find(',');
    const auto next = apply(set, text.substr(0, comma));
    if (!next) return std::nullopt;
    set = *next;
    if (comma == text.npos) return set;
    text.remove_prefix(comma + 1);
  }
}

std::string_view name(Feature feature) {
  const auto index = static_cast<std::size_t>(feature);
  return index < feature_count ? feature_names[index] : "unknown";
}

std::optional<Feature> feature_from_name(std::string_view name) {
  for (std::size_t i = 0; i < feature_count; ++i)
    if (feature_names[i] == name) return static_cast<Feature>(i);
  return std::nullopt;
}

}  // namespace wrun::inline v0
