#include "tools/wrun/script/feature_sets.hpp"

#include <array>
#include <string_view>

namespace wrun::inline v0::tool {
namespace {

struct FeatureSet {
  std::string_view folder;
  std::string_view set;  ///< as --features takes it; empty if wrun doesn't have the proposal
};

/// A proposal builds on the standard of its day: threads on 1.0 with what was finished then.
constexpr std::array<FeatureSet, 6> folders{
    {{"threads", "wasm1,+sign-extension,+saturating-conversions,+multi-value,+threads"},
     {"custom-page-sizes", "wasm3,+custom-page-sizes"},
     {"wide-arithmetic", "wasm3,+wide-arithmetic"},
     {"custom-descriptors", ""},
     {"legacy", "wasm3,+legacy-exceptions"},
     {"", "wasm3"}}};

const FeatureSet& row_for(std::string_view folder) {
  for (const FeatureSet& row : folders) {
    if (row.folder == folder) return row;
  }
  return folders.back();
}

}  // namespace

ScriptFeatures features_for(const std::filesystem::path& script) {
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(script, ignored).lexically_normal();
  const auto folder = absolute.parent_path();
  const bool is_proposal = folder.parent_path().filename() == "proposals";
  const std::string name = folder.filename().string();
  const bool is_known = is_proposal || name == "legacy";
  const FeatureSet& row = row_for(is_known ? name : "");
  const bool unknown_proposal = is_proposal && row.folder.empty();
  if (row.set.empty()) return {Features::all(), "needs " + name};
  return {unknown_proposal ? Features::all() : *Features::parse(row.set), std::nullopt};
}

}  // namespace wrun::inline v0::tool
